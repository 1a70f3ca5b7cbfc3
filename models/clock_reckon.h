/* Reckons clocks again, after a change of the calendar that they go by. */
#pragma once
#include "models/calendar.h"
#include "sql/tx.h"

/* The days from which and up to which these clocks need a calendar. The rows are those of
 * clock_stale, at least one. */
void clocks_span(const PGresult *clocks, int *ret_from, int *ret_to);
/* Each of these clocks by this calendar, as JSON for clock_reckoned. What would now have
 * been due in the past, and was not, keeps its due time and is a conflict. */
const char *clocks_again(struct arena *arena, const PGresult *clocks,
			 const struct calendar *calendar, time_t now);
