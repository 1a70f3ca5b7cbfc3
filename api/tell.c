/* Timers become events, and events notifications, page by page, each page a transaction
 * of its own. Several instances may do this at once: each event is told once. */
#include "api/tell.h"
#include <time.h>
#include "models/notice.h"

enum { LONGEST_S = 2, PAGE = 100 };

/* True when there may be more. */
static bool page_done(struct operator* op, enum query query)
{
	const PGresult *rows;
	bool more;

	operator_set(op, "page", arena_printf(op->arena, "%d", PAGE));
	operator_set(op, "notices", notices_json(op->arena));
	more = operator_run(op, query, &rows) && row_number(rows, 0, "done") == PAGE;
	operator_reset(op);
	return more;
}

void tell(struct operator* op)
{
	time_t end = time(NULL) + LONGEST_S;

	while (page_done(op, q_timers_fire) && time(NULL) < end)
		;
	while (page_done(op, q_events_tell) && time(NULL) < end)
		;
}
