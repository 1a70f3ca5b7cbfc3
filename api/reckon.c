/* Reckons the clocks again whose calendar has changed, page by page, each page a
 * transaction of its own. Several instances may do this at once: none takes a place that
 * another is at. */
#include "api/reckon.h"
#include <stdio.h>
#include <time.h>
#include "base/id.h"
#include "base/london.h"
#include "base/log.h"
#include "models/calendar_read.h"
#include "models/clock_reckon.h"

enum { LONGEST_S = 2 };
#define PAGE "200" /* whoever changes one of them waits for the page */

/* The last place whose page failed: it comes again when those after it had their turn. */
static struct passed {
	char tenant[ID_SIZE], place[ID_SIZE];
} passed;

static const char *day_text(struct operator* op, int day)
{
	char text[DATE_SIZE];

	day_write(day, text);
	return arena_copy(op->arena, text);
}

static void set_from(struct operator* op, const char *name, const PGresult *rows)
{
	operator_set(op, name, arena_copy(op->arena, row_text(rows, 0, name)));
}

/* False: what is there was not reckoned again. */
static bool place_reckon(struct operator* op, const PGresult *clocks)
{
	const PGresult *days, *done;
	struct calendar calendar;
	int from, to;

	clocks_span(clocks, &from, &to);
	set_from(op, "tenant_id", clocks);
	set_from(op, "place_id", clocks);
	set_from(op, "calendar_version", clocks);
	operator_set(op, "from_on", day_text(op, from));
	operator_set(op, "to_on", day_text(op, to));
	if (!operator_step(op, q_clock_calendar, &days))
		return false;
	calendar = calendar_of_rows(op->arena, days,
				    row_text(clocks, 0, "bank_holidays_until"));
	operator_set(op, "clocks",
		     clocks_again(op->arena, clocks, &calendar, time(NULL)));
	return operator_step(op, q_clock_reckoned, &done) &&
	       row_number(done, 0, "refused") < row_count(clocks) &&
	       operator_commit(op, q_clock_reckoned);
}

/* True when there may be more. */
static bool reckon_page(struct operator* op)
{
	const PGresult *clocks;
	struct passed at;

	operator_begin(op);
	operator_set(op, "page", PAGE);
	operator_set(op, "after_tenant", *passed.tenant ? passed.tenant : NULL);
	operator_set(op, "after_place", *passed.place ? passed.place : NULL);
	if (!operator_step(op, q_clock_stale, &clocks))
		return false;
	if (row_count(clocks) == 0)
		passed = (struct passed){ 0 };
	if (row_count(clocks) == 0 || !row_text(clocks, 0, "id"))
		return operator_commit(op, q_clock_stale) && row_count(clocks);
	snprintf(at.tenant, ID_SIZE, "%s", row_text(clocks, 0, "tenant_id"));
	snprintf(at.place, ID_SIZE, "%s", row_text(clocks, 0, "place_id"));
	if (place_reckon(op, clocks))
		return true;
	log_line(LOG_WARNING, "reckon", "the clocks of place %s wait for the next time",
		 at.place);
	passed = at;
	return true;
}

void reckon(struct operator* op)
{
	time_t end = time(NULL) + LONGEST_S;

	while (reckon_page(op) && time(NULL) < end)
		operator_reset(op);
	operator_reset(op);
}
