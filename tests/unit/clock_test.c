/* Clocks, against tests/clock.eval, and what they say of themselves. */
#include "models/clock_kind.h"
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "base/london.h"
#include "tests/unit/check.h"

static struct period periods[] = {
	{ PERIOD_TERM, 0, 0, "2026-09-02 2026-12-18" },
	{ PERIOD_HALF_TERM, 0, 0, "2026-10-26 2026-10-30" },
	{ PERIOD_TERM, 0, 0, "2027-01-04 2027-03-31" },
	{ PERIOD_TERM, 0, 0, "2027-04-19 2027-07-21" },
	{ PERIOD_INSET, 0, 0, "2027-01-04 2027-01-04" },
	{ PERIOD_CLOSURE, 0, 0, "2027-01-20 2027-01-20" },
	{ PERIOD_BANK_HOLIDAY, 0, 0, "2026-12-25 2026-12-25 Christmas Day" },
	{ PERIOD_BANK_HOLIDAY, 0, 0, "2026-12-28 2026-12-28 Boxing Day" },
	{ PERIOD_BANK_HOLIDAY, 0, 0, "2027-01-01 2027-01-01" },
	{ PERIOD_BANK_HOLIDAY, 0, 0, "2027-03-26 2027-03-26 Good Friday" },
	{ PERIOD_BANK_HOLIDAY, 0, 0, "2027-03-29 2027-03-29" },
	{ PERIOD_BANK_HOLIDAY, 0, 0, "2027-05-03 2027-05-03" },
	{ PERIOD_BANK_HOLIDAY, 0, 0, "2027-05-31 2027-05-31" },
	{ PERIOD_BANK_HOLIDAY, 0, 0, "2027-08-30 2027-08-30" },
};
static struct calendar calendar = { periods, COUNT_OF(periods), 0 };

#define STAGES                                                                           \
	"'complaint.acknowledgement_days': 5, 'complaint.informal_days': 10,"            \
	"'complaint.formal_days': 15, 'complaint.panel_days': 20, "
#define WEEKENDS "'clock.response_hours': 24, 'clock.defer_if_received_on_weekend': true"
#define HOLIDAYS ", 'clock.defer_if_received_on_school_holiday': true"
#define BANK ", 'clock.defer_if_received_on_bank_holiday': true"
#define ROLL ", 'clock.roll_due_forward': true"

static const struct {
	const char *name, *settings;
} settings[] = {
	{ "cas", "{" STAGES "'clock.abuse_hours': 4, " WEEKENDS HOLIDAYS BANK "}" },
	{ "cas+roll", "{" WEEKENDS HOLIDAYS BANK ROLL "}" },
	{ "cas+close", "{" WEEKENDS HOLIDAYS ", 'clock.day_end': '15:30'}" },
	{ "cla", "{" WEEKENDS "}" },
	{ "cla+roll", "{" WEEKENDS ROLL "}" },
	{ "cla+bank", "{" WEEKENDS BANK "}" },
	{ "wel", "{'clock.response_hours': 'none'}" },
	{ "wall", "{'clock.response_hours': 24}" },
	{ "answers", "{'clock.answer_days': 5}" },
};

/* With ' for ". */
static json_t *settings_of(struct arena *arena, const char *name)
{
	for (size_t i = 0; i < COUNT_OF(settings); i++) {
		char *text = arena_copy(arena, settings[i].settings);

		if (strcmp(settings[i].name, name) != 0)
			continue;
		for (char *at = text; (at = strchr(at, '\''));)
			*at = '"';
		return json_loads(text, 0, NULL);
	}
	return NULL;
}

static time_t wall_read(const char *text)
{
	int hour = 0, minute = 0;

	sscanf(text + 11, "%d:%d", &hour, &minute);
	return london_at(day_read(text), (hour * 60 + minute) * 60);
}

static const char *wall_write(struct arena *arena, const struct clock_due *due)
{
	struct london london = london_of(due->at);
	char date[DATE_SIZE];

	if (!due->promised)
		return "none";
	day_write(london.day, date);
	return arena_printf(arena, "%sT%02d:%02d", date, london.second / 3600,
			    london.second / 60 % 60);
}

static struct clock_due due_of(struct arena *arena, const char *kind, const char *which,
			       const char *received, int paused)
{
	json_t *chosen = settings_of(arena, which);
	struct clock_rule rule = clock_rule_of(arena, clock_kind_find(kind), chosen);

	CHECK(chosen != NULL);
	json_decref(chosen);
	return clock_due(arena, &rule, &calendar, wall_read(received), paused);
}

static void eval(struct arena *arena)
{
	autofclose FILE *file = fopen("tests/clock.eval", "r");
	char line[256], kind[40], which[40], received[32], wanted[32];
	bool stated[CLOCK_KINDS_MAX] = { false };

	CHECK(file != NULL);
	while (file && fgets(line, sizeof(line), file)) {
		struct clock_due due;
		const char *got;
		int paused = 0;

		if (*line == '#' || sscanf(line, "%39s %39s %31s %31s %d", kind, which,
					   received, wanted, &paused) < 4)
			continue;
		if (!clock_kind_find(kind)) {
			fprintf(stderr, "tests/clock.eval: no kind of clock: %s", line);
			CHECK(false);
			continue;
		}
		stated[clock_kind_find(kind) - clock_kinds] = true;
		due = due_of(arena, kind, which, received, paused);
		got = wall_write(arena, &due);
		if (strcmp(got, wanted) != 0)
			fprintf(stderr, "tests/clock.eval: %s: %s", got, line);
		CHECK(strcmp(got, wanted) == 0);
		json_decref(due.because);
	}
	CHECK(check_passed > 80);
	for (size_t i = 0; clock_kinds[i].name; i++) {
		if (!stated[i])
			fprintf(stderr, "tests/clock.eval lacks a case of %s\n",
				clock_kinds[i].name);
		CHECK(stated[i]);
	}
}

static void says(struct arena *arena, const char *kind, const char *which,
		 const char *received, const char *sentences)
{
	struct clock_due due = due_of(arena, kind, which, received, 0);
	const char *text = "";
	json_t *each;
	size_t i;

	json_array_foreach(due.because, i, each) text = arena_printf(
		arena, "%s%s%s", text, i ? "\n" : "", json_string_value(each));
	if (strcmp(text, sentences) != 0)
		fprintf(stderr, "says:\n%s\n", text);
	CHECK(strcmp(text, sentences) == 0);
	json_decref(due.because);
}

static void explanations(struct arena *arena)
{
	says(arena, "response", "cla", "2026-11-17T10:15",
	     "A first answer is promised within 24 hours (clock.response_hours).\n"
	     "Received on Tuesday 17 November 2026 at 10:15.\n"
	     "24 hours later is Wednesday 18 November 2026 at 10:15.");
	says(arena, "response", "cla+bank", "2026-12-25T10:00",
	     "A first answer is promised within 24 hours (clock.response_hours).\n"
	     "Received on Friday 25 December 2026 at 10:00.\n"
	     "That day is a bank holiday (Christmas Day), which does not count.\n"
	     "The next day that counts is Tuesday 29 December 2026: due by its end, "
	     "23:59.");
	says(arena, "response", "wel", "2026-12-25T10:00",
	     "A first answer is promised by no policy here (clock.response_hours is "
	     "none).");
	says(arena, "freedom_of_information", "cas", "2028-07-03T10:00",
	     "An answer is due within 20 school days or 60 working days (Freedom of "
	     "Information Act 2000, section 10; SI 2010/2768).\n"
	     "Received on Monday 3 July 2028 at 10:00.\n"
	     "20 school days after that day end on Monday 31 July 2028.\n"
	     "60 working days after it end on Monday 25 September 2028: the earlier "
	     "counts.\n"
	     "The calendar has no term dates for all of this time: where they are "
	     "missing, no day counts as a holiday of the school.\n"
	     "Bank holidays are known until 2027-12-28 only.");
}

/* No school sits from September on: sixty working days end first. */
static void sixty_working_days(struct arena *arena)
{
	struct period term = { PERIOD_TERM, day_of(2026, 9, 2), day_of(2026, 9, 3),
			       NULL };
	struct calendar shut = { &term, 1, day_of(2030, 1, 1) };
	const struct clock_kind *kind = clock_kind_find("freedom_of_information");
	struct clock_rule rule = clock_rule_of(arena, kind, NULL);
	struct clock_due due =
		clock_due(arena, &rule, &shut, wall_read("2026-09-10T10:00"), 0);

	CHECK(strcmp(wall_write(arena, &due), "2026-12-03T23:59") == 0);
	json_decref(due.because);
}

int main(void)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < COUNT_OF(periods); i++) {
		struct period *period = &periods[i];

		period->from = day_read(period->title);
		period->to = day_read(period->title + 11);
		period->title = period->title[21] ? period->title + 22 : NULL;
	}
	calendar.bank_holidays_until = day_of(2027, 12, 28);
	eval(arena);
	explanations(arena);
	sixty_working_days(arena);
	CHECK(clock_kind_find("nothing") == NULL);
	arena_free(arena);
	return check_done();
}
