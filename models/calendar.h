/* What a school's calendar says of a day: a weekend, a bank holiday, a holiday of the
 * school or a day like others. */
#pragma once
#include <stdbool.h>
#include "base/arena.h"

/* What can keep a day from counting; several may hold of one. */
enum day_off {
	OFF_WEEKEND = 1,
	OFF_BANK_HOLIDAY = 2,
	OFF_SCHOOL_HOLIDAY = 4, /* outside term, or half-term */
	OFF_INSET = 8,		/* staff are in, pupils are not */
	OFF_CLOSURE = 16,	/* shut for a day: snow, a poll, a burst pipe */
};

/* FOI: a working day is any but these. */
#define OFF_NO_WORK (OFF_WEEKEND | OFF_BANK_HOLIDAY)
/* A day on which no school sits. */
#define OFF_NO_SCHOOL (OFF_NO_WORK | OFF_SCHOOL_HOLIDAY | OFF_INSET | OFF_CLOSURE)

enum period_kind {
	PERIOD_TERM,
	PERIOD_HALF_TERM,
	PERIOD_INSET,
	PERIOD_CLOSURE,
	PERIOD_BANK_HOLIDAY,
};

/* Days are those of base/london.h; both ends belong to it. */
struct period {
	enum period_kind kind;
	int from, to;
	const char *title; /* "Boxing Day (substitute day)" */
};

struct calendar {
	const struct period *periods; /* in no order */
	int count;
	int bank_holidays_until; /* the last day that the list of them speaks of */
};

/* Which of enum day_off hold of a day. A day of a school year (September to August) of
 * which no term is known is no holiday of the school. */
unsigned calendar_off(const struct calendar *calendar, int day);
/* The first of `asked` that holds of a day, in words: "a bank holiday (Good Friday)". */
const char *calendar_why(struct arena *arena, const struct calendar *calendar, int day,
			 unsigned asked);
bool calendar_knows_terms(const struct calendar *calendar, int day);
/* The first day after `day` with nothing of `off`. */
int calendar_next(const struct calendar *calendar, int day, unsigned off);
