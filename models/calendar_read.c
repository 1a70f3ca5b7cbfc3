/* A school's calendar, and what its clocks run by, read from the database. */
#include "models/calendar_read.h"
#include <string.h>
#include "base/london.h"
#include "models/clock_kind.h"

const char *const calendar_read_provides[] = { "from_on", "to_on", "clock_settings",
					       NULL };

/* What is no word of a school's calendar is a bank holiday. */
static enum period_kind kind_of(const char *word)
{
	int kind = PERIOD_TERM;

	while (words_period_kind[kind] && strcmp(words_period_kind[kind], word) != 0)
		kind++;
	return (enum period_kind)kind;
}

static void periods_read(struct call *call, const PGresult *rows,
			 struct calendar *calendar)
{
	struct period *periods =
		arena_alloc(call->arena, sizeof(*periods) * (size_t)row_count(rows));

	for (int row = 0; row < row_count(rows); row++)
		periods[row] = (struct period){
			kind_of(row_text(rows, row, "kind")),
			day_read(row_text(rows, row, "from_on")),
			day_read(row_text(rows, row, "to_on")),
			arena_copy(call->arena, row_text(rows, row, "title")),
		};
	calendar->periods = periods;
	calendar->count = row_count(rows);
}

static void day_set(struct call *call, const char *name, int day)
{
	char text[DATE_SIZE];

	day_write(day, text);
	call_set(call, name, arena_copy(call->arena, text));
}

const struct problem *calendar_read(struct call *call, int from, int to,
				    struct place *ret_place)
{
	const struct problem *err;
	const PGresult *place, *days;
	const char *until;

	day_set(call, "from_on", from);
	day_set(call, "to_on", to);
	call_set(call, "clock_settings", clock_settings(call->arena));
	if ((err = call_queue(call, q_calendar_place)) ||
	    (err = call_queue(call, q_calendar_days)) ||
	    (err = call_read(call, &place)) || (err = call_read(call, &days)))
		return err;
	if (row_count(place) == 0)
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "There is no such school, or not for you.");
	until = row_text(place, 0, "bank_holidays_until");
	*ret_place = (struct place){
		arena_copy(call->arena, row_text(place, 0, "school_id")),
		arena_copy(call->arena, row_text(place, 0, "school_name")),
		json_loads(row_text(place, 0, "settings"), 0, NULL),
		{ .bank_holidays_until = until ? day_read(until) : 0 },
		arena_copy(call->arena, row_text(place, 0, "calendar_version")),
		days,
	};
	periods_read(call, days, &ret_place->calendar);
	return NULL;
}
