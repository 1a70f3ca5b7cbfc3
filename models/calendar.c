/* What a school's calendar says of a day. */
#include "models/calendar.h"
#include <stddef.h>
#include "base/london.h"

enum { SEPTEMBER = 9, SATURDAY = 5 };

static bool holds(const struct period *period, int day)
{
	return period->from <= day && day <= period->to;
}

bool calendar_knows_terms(const struct calendar *calendar, int day)
{
	int year, month, date, first, last;

	day_split(day, &year, &month, &date);
	year -= month < SEPTEMBER;
	first = day_of(year, SEPTEMBER, 1);
	last = day_of(year + 1, SEPTEMBER, 1) - 1;
	for (int i = 0; i < calendar->count; i++) {
		const struct period *period = &calendar->periods[i];

		if (period->kind == PERIOD_TERM && period->from <= last &&
		    period->to >= first)
			return true;
	}
	return false;
}

/* The words for what is off, weekends first: what everybody sees at once. */
static const struct {
	enum day_off off;
	enum period_kind kind;
	const char *words;
} reasons[] = {
	{ OFF_WEEKEND, PERIOD_TERM, "a weekend" },
	{ OFF_BANK_HOLIDAY, PERIOD_BANK_HOLIDAY, "a bank holiday" },
	{ OFF_SCHOOL_HOLIDAY, PERIOD_HALF_TERM, "a holiday of the school" },
	{ OFF_INSET, PERIOD_INSET, "an INSET day" },
	{ OFF_CLOSURE, PERIOD_CLOSURE, "a day on which the school is closed" },
};
enum { REASON_COUNT = sizeof(reasons) / sizeof(*reasons) };

static unsigned off_of(enum period_kind kind)
{
	for (int i = 1; i < REASON_COUNT; i++)
		if (reasons[i].kind == kind)
			return reasons[i].off;
	return 0;
}

unsigned calendar_off(const struct calendar *calendar, int day)
{
	unsigned off = day_weekday(day) >= SATURDAY ? OFF_WEEKEND : 0;
	bool in_term = false;

	for (int i = 0; i < calendar->count; i++) {
		const struct period *period = &calendar->periods[i];

		if (!holds(period, day))
			continue;
		in_term |= period->kind == PERIOD_TERM;
		off |= off_of(period->kind);
	}
	if (!in_term && calendar_knows_terms(calendar, day))
		off |= OFF_SCHOOL_HOLIDAY;
	return off;
}

/* What a day is called by the calendar; NULL when it has no name of its own. */
static const char *title_of(const struct calendar *calendar, int day,
			    enum period_kind kind)
{
	for (int i = 0; i < calendar->count; i++)
		if (calendar->periods[i].kind == kind &&
		    holds(&calendar->periods[i], day) && calendar->periods[i].title)
			return calendar->periods[i].title;
	return NULL;
}

const char *calendar_why(struct arena *arena, const struct calendar *calendar, int day,
			 unsigned asked)
{
	unsigned off = calendar_off(calendar, day) & asked;
	const char *title;

	for (int i = 0; i < REASON_COUNT; i++) {
		if (!(off & reasons[i].off))
			continue;
		title = i == 0 ? NULL : title_of(calendar, day, reasons[i].kind);
		return title ? arena_printf(arena, "%s (%s)", reasons[i].words, title)
			     : reasons[i].words;
	}
	return "a day like others";
}

int calendar_next(const struct calendar *calendar, int day, unsigned off)
{
	do
		day++;
	while (calendar_off(calendar, day) & off);
	return day;
}
