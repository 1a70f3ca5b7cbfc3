/* When something is due, and why: one engine for every clock. Pure: it asks neither the
 * database nor the time of day. Rules: requirements A8a, rules B3. */
#pragma once
#include <jansson.h>
#include <time.h>
#include "models/calendar.h"

enum clock_unit {
	CLOCK_NONE,  /* nobody promises anything */
	CLOCK_HOURS, /* elapsed, also over a change of summer time */
	CLOCK_DAYS,  /* of the calendar, from the day after receipt; due by the day's end
		      */
	CLOCK_WORKING_DAYS, /* the same, without weekends and bank holidays */
	CLOCK_SCHOOL_DAYS,  /* the same, only days on which pupils are in */
	CLOCK_MONTHS,	    /* to the same day of a later month, or its last */
};

struct clock_span {
	enum clock_unit unit;
	long amount;
};

/* What a kind of clock is made of; a policy's, or the law's. */
struct clock_rule {
	struct clock_span span;
	struct clock_span or_span; /* when both are said, whichever ends first counts */
	unsigned defer; /* enum day_off: what comes on such a day waits for another */
	unsigned roll;	/* enum day_off: what falls due on such a day moves on */
	int day_end;	/* seconds since midnight: when "the end of a day" is */
	const char *promise; /* "a first answer within 24 hours": for the explanation */
};

struct clock_due {
	bool promised; /* false: nothing is due */
	time_t at;
	json_t *because; /* sentences, in the order of the reckoning; the caller's own */
};

/* What stops the reckoning in between, by law: days that do not count. */
struct clock_due clock_due(struct arena *arena, const struct clock_rule *rule,
			   const struct calendar *calendar, time_t received,
			   int paused_days);
/* "1 working day", "24 hours" */
const char *clock_span_words(struct arena *arena, const struct clock_span *span);
