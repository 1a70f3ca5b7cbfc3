/* When something is due, and why. */
#include "models/clock_due.h"
#include <string.h>
#include "base/cleanup.h"
#include "base/london.h"

/* One reckoning. */
struct reckoning {
	struct arena *arena;
	const struct clock_rule *rule;
	const struct calendar *calendar;
	json_t *because;
};

static void because(struct reckoning *on, const char *fmt, ...) printf_like(2, 3);
static void because(struct reckoning *on, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	json_array_append_new(on->because,
			      json_string(arena_vprintf(on->arena, fmt, args)));
	va_end(args);
}

/* "Saturday 21 November 2026" */
static const char *day_words(const struct reckoning *on, int day)
{
	time_t at = (time_t)day * DAY_SECONDS;
	char text[64];
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(text, sizeof(text), "%A %-d %B %Y", &tm);
	return arena_copy(on->arena, text);
}

/* "09:00" */
static const char *hour_words(const struct reckoning *on, int second)
{
	return arena_printf(on->arena, "%02d:%02d", second / 3600, second / 60 % 60);
}

static time_t day_end(const struct reckoning *on, int day)
{
	return london_at(day, on->rule->day_end);
}

/* Which days a unit passes over. */
static unsigned unit_passes(enum clock_unit unit)
{
	return unit == CLOCK_WORKING_DAYS  ? OFF_NO_WORK
	       : unit == CLOCK_SCHOOL_DAYS ? OFF_NO_SCHOOL
					   : 0;
}

static const char *const unit_words[] = {
	[CLOCK_HOURS] = "hours",
	[CLOCK_DAYS] = "days",
	[CLOCK_WORKING_DAYS] = "working days",
	[CLOCK_SCHOOL_DAYS] = "school days",
	[CLOCK_MONTHS] = "months",
};

/* "1 working day", "24 hours" */
const char *clock_span_words(struct arena *arena, const struct clock_span *span)
{
	const char *unit = unit_words[span->unit];

	return span->amount == 1
		       ? arena_printf(arena, "1 %.*s", (int)strlen(unit) - 1, unit)
		       : arena_printf(arena, "%ld %s", span->amount, unit);
}

/* The last day of a span that begins on the day after `start`. */
static int span_last(const struct reckoning *on, const struct clock_span *span, int start)
{
	int day = start;

	if (span->unit == CLOCK_MONTHS)
		return day_months_later(start, (int)span->amount);
	for (long i = 0; i < span->amount; i++)
		day = calendar_next(on->calendar, day, unit_passes(span->unit));
	return day;
}

/* What the calendar does not know must not look like knowledge. */
static void doubts(struct reckoning *on, unsigned off, int from, int to)
{
	char until[DATE_SIZE];

	if (off & OFF_SCHOOL_HOLIDAY && (!calendar_knows_terms(on->calendar, from) ||
					 !calendar_knows_terms(on->calendar, to)))
		because(on,
			"The calendar has no term dates for all of this time: where "
			"they are missing, no day counts as a holiday of the school.");
	if (off & OFF_BANK_HOLIDAY && to > on->calendar->bank_holidays_until) {
		day_write(on->calendar->bank_holidays_until, until);
		because(on, "Bank holidays are known until %s only.", until);
	}
}

/* Hours run from the moment of receipt; one on a day that defers waits for the end of the
 * next day that does not. */
static time_t hours_due(struct reckoning *on, time_t received)
{
	const struct clock_rule *rule = on->rule;
	struct london start = london_of(received), end;
	int day;
	time_t due;

	if (calendar_off(on->calendar, start.day) & rule->defer) {
		day = calendar_next(on->calendar, start.day, rule->defer);
		because(on, "That day is %s, which does not count.",
			calendar_why(on->arena, on->calendar, start.day, rule->defer));
		because(on, "The next day that counts is %s: due by its end, %s.",
			day_words(on, day), hour_words(on, rule->day_end));
		doubts(on, rule->defer, start.day, day);
		return day_end(on, day);
	}
	due = received + rule->span.amount * 3600;
	end = london_of(due);
	because(on, "%s later is %s at %s.", clock_span_words(on->arena, &rule->span),
		day_words(on, end.day), hour_words(on, end.second));
	doubts(on, rule->defer | rule->roll, start.day, end.day);
	return due;
}

/* Days run from the day after receipt; of two spans the one that ends first counts. */
static time_t days_due(struct reckoning *on, time_t received, int paused_days)
{
	const struct clock_span *span = &on->rule->span, *other = &on->rule->or_span;
	int start = london_of(received).day + paused_days, last, alternative;

	if (paused_days)
		because(on, "It was paused for %d day%s.", paused_days,
			paused_days == 1 ? "" : "s");
	last = span_last(on, span, start);
	because(on, "%s after that day end on %s.", clock_span_words(on->arena, span),
		day_words(on, last));
	if (other->unit != CLOCK_NONE) {
		alternative = span_last(on, other, start);
		because(on, "%s after it end on %s: the earlier counts.",
			clock_span_words(on->arena, other), day_words(on, alternative));
		if (alternative < last) {
			last = alternative;
			span = other;
		}
	}
	doubts(on, unit_passes(span->unit) | on->rule->roll, start, last);
	return day_end(on, last);
}

/* What would fall due on a day off moves to the end of the next day that is none. */
static time_t rolled(struct reckoning *on, time_t due)
{
	int day = london_of(due).day, next;

	if (!(calendar_off(on->calendar, day) & on->rule->roll))
		return due;
	next = calendar_next(on->calendar, day, on->rule->roll);
	because(on, "That is %s: it moves on to the end of %s.",
		calendar_why(on->arena, on->calendar, day, on->rule->roll),
		day_words(on, next));
	return day_end(on, next);
}

struct clock_due clock_due(struct arena *arena, const struct clock_rule *rule,
			   const struct calendar *calendar, time_t received,
			   int paused_days)
{
	struct reckoning on = { arena, rule, calendar, json_array() };
	struct london start = london_of(received);
	bool hours = rule->span.unit == CLOCK_HOURS;

	because(&on, "%s", rule->promise);
	if (rule->span.unit == CLOCK_NONE)
		return (struct clock_due){ false, 0, on.because };
	because(&on, "Received on %s at %s.", day_words(&on, start.day),
		hour_words(&on, start.second));
	return (struct clock_due){
		true,
		rolled(&on, hours ? hours_due(&on, received)
				  : days_due(&on, received, paused_days)),
		on.because,
	};
}
