/* Reckons clocks again, after a change of the calendar that they go by. */
#include "models/clock_reckon.h"
#include "base/cleanup.h"
#include "base/london.h"
#include "models/clock_kind.h"

enum { YEAR_DAYS = 366 };

void clocks_span(const PGresult *clocks, int *ret_from, int *ret_to)
{
	*ret_from = *ret_to = london_of(row_number(clocks, 0, "started_at")).day;
	for (int row = 0; row < row_count(clocks); row++) {
		int day = london_of(row_number(clocks, row, "started_at")).day;
		int last = day + (int)row_number(clocks, row, "paused_days") + YEAR_DAYS;

		*ret_from = day < *ret_from ? day : *ret_from;
		*ret_to = last > *ret_to ? last : *ret_to;
	}
}

/* Nobody is made late by an edit, unseen: what was to come stays to come. What stayed so
 * once does not move back when its time has passed. What was late before an earlier edit
 * moved it is late again when that is taken back: nobody hides it by doing and undoing.
 */
static bool conflicts(const PGresult *clocks, int row, const struct clock_due *due,
		      time_t now)
{
	time_t told;

	if (!due->promised || !row_text(clocks, row, "due_at") || due->at >= now)
		return false;
	if (row_text(clocks, row, "late_at") &&
	    due->at <= row_number(clocks, row, "late_at"))
		return false;
	told = row_number(clocks, row, "due_at");
	return told >= now ||
	       (row_flag(clocks, row, "calendar_conflict") && due->at < told);
}

static json_t *clock_again(struct arena *arena, const PGresult *clocks, int row,
			   const struct calendar *calendar, time_t now)
{
	json_auto_t *kept = json_loads(row_text(clocks, row, "rule"), 0, NULL);
	struct clock_rule rule = clock_rule_of(
		arena, clock_kind_find(row_text(clocks, row, "kind")), kept);
	struct clock_due due =
		clock_due(arena, &rule, calendar, row_number(clocks, row, "started_at"),
			  (int)row_number(clocks, row, "paused_days"));
	bool conflict = conflicts(clocks, row, &due, now);

	if (conflict)
		json_array_append_new(
			due.because,
			json_string("The calendar was changed since, and by it that has "
				    "passed: what was told before stays due."));
	return json_pack("{s:s, s:o, s:o, s:b}", "id", row_text(clocks, row, "id"),
			 "due_at", due.promised ? json_integer(due.at) : json_null(),
			 "because", due.because, "conflict", conflict);
}

const char *clocks_again(struct arena *arena, const PGresult *clocks,
			 const struct calendar *calendar, time_t now)
{
	json_auto_t *again = json_array();
	autofree char *text = NULL;

	for (int row = 0; row < row_count(clocks); row++)
		json_array_append_new(again,
				      clock_again(arena, clocks, row, calendar, now));
	text = json_dumps(again, JSON_COMPACT);
	return arena_copy(arena, text);
}
