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

struct calendar calendar_of_rows(struct arena *arena, const PGresult *rows,
				 const char *bank_holidays_until)
{
	struct period *periods =
		arena_alloc(arena, sizeof(*periods) * (size_t)row_count(rows));

	for (int row = 0; row < row_count(rows); row++)
		periods[row] = (struct period){
			kind_of(row_text(rows, row, "kind")),
			day_read(row_text(rows, row, "from_on")),
			day_read(row_text(rows, row, "to_on")),
			arena_copy(arena, row_text(rows, row, "title")),
		};
	return (struct calendar){
		periods,
		row_count(rows),
		bank_holidays_until ? day_read(bank_holidays_until) : 0,
	};
}

static void day_set(struct call *call, const char *name, int day)
{
	char text[DATE_SIZE];

	day_write(day, text);
	call_set(call, name, arena_copy(call->arena, text));
}

/* Queues what is read of a place, and before it, when it is to stay so, its hold. */
static const struct problem *place_read(struct call *call, bool hold,
					const PGresult **ret_place,
					const PGresult **ret_days)
{
	const struct problem *err;
	const PGresult *held;

	if ((hold && (err = call_queue(call, q_calendar_hold))) ||
	    (err = call_queue(call, q_calendar_place)) ||
	    (err = call_queue(call, q_calendar_days)) ||
	    (hold && (err = call_read(call, &held))) ||
	    (err = call_read(call, ret_place)) || (err = call_read(call, ret_days)))
		return err;
	return NULL;
}

static const struct problem *calendar_take(struct call *call, int from, int to, bool hold,
					   struct place *ret_place)
{
	const struct problem *err;
	const PGresult *place, *days;

	day_set(call, "from_on", from);
	day_set(call, "to_on", to);
	call_set(call, "clock_settings", clock_settings(call->arena));
	if ((err = place_read(call, hold, &place, &days)))
		return err;
	if (row_count(place) == 0)
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "There is no such school, or not for you.");
	*ret_place = (struct place){
		arena_copy(call->arena, row_text(place, 0, "school_id")),
		arena_copy(call->arena, row_text(place, 0, "school_name")),
		json_loads(row_text(place, 0, "settings"), 0, NULL),
		calendar_of_rows(call->arena, days,
				 row_text(place, 0, "bank_holidays_until")),
		arena_copy(call->arena, row_text(place, 0, "calendar_version")),
		days,
	};
	return NULL;
}

const struct problem *calendar_read(struct call *call, int from, int to,
				    struct place *ret_place)
{
	return calendar_take(call, from, to, false, ret_place);
}

const struct problem *calendar_hold(struct call *call, int from, int to,
				    struct place *ret_place)
{
	return calendar_take(call, from, to, true, ret_place);
}
