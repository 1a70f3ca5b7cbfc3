/* Europe/London's days and hours, to and fro. */
#include "base/london.h"
#include <string.h>
#include "base/cleanup.h"
#include "tests/unit/check.h"

/* The London day of moments in UTC: summer time turns at 01:00 on last Sundays. */
static const struct {
	time_t now;
	const char *day;
} days[] = {
	{ 1774738799, "2026-03-28" }, /* 2026-03-28 22:59:59 */
	{ 1774745999, "2026-03-29" }, /* 2026-03-29 00:59:59, still winter */
	{ 1774827000, "2026-03-30" }, /* 2026-03-29 23:30 */
	{ 1774740600, "2026-03-28" }, /* 2026-03-28 23:30 */
	{ 1782855000, "2026-06-30" }, /* 2026-06-30 21:30 */
	{ 1782862200, "2026-07-01" }, /* 2026-06-30 23:30 */
	{ 1792884600, "2026-10-25" }, /* 2026-10-24 23:30 */
	{ 1792971000, "2026-10-25" }, /* 2026-10-25 23:30 */
	{ 1803859200, "2027-03-01" }, /* 2027-03-01 00:00 */
	{ 1798759800, "2026-12-31" }, /* 2026-12-31 23:30 */
};

static void london_days(void)
{
	char day[DATE_SIZE];

	for (int i = 0; i < (int)COUNT_OF(days); i++) {
		day_write(london_of(days[i].now).day, day);
		if (strcmp(day, days[i].day) != 0)
			fprintf(stderr, "%ld gave %s\n", (long)days[i].now, day);
		CHECK(strcmp(day, days[i].day) == 0);
	}
}

static void there_and_back(void)
{
	char text[DATE_SIZE];

	for (time_t at = -86400 * 400L; at < 86400 * 40000L; at += 86400 * 7 + 3571) {
		struct london london = london_of(at);
		time_t back = london_at(london.day, london.second);

		/* within the hour that comes twice, the first is meant */
		CHECK(back == at || back == at - 3600);
		day_write(london.day, text);
		CHECK(day_read(text) == london.day);
	}
	CHECK(london_at(day_of(2026, 10, 25), 90 * 60) == 1792888200); /* 00:30Z */
	CHECK(london_at(day_of(2026, 3, 29), 90 * 60) == 1774747800);  /* 01:30Z */
}

static void months(void)
{
	CHECK(day_months_later(day_of(2028, 1, 31), 1) == day_of(2028, 2, 29));
	CHECK(day_months_later(day_of(2027, 1, 31), 1) == day_of(2027, 2, 28));
	CHECK(day_months_later(day_of(2026, 11, 30), 3) == day_of(2027, 2, 28));
	CHECK(day_months_later(day_of(2026, 12, 15), 1) == day_of(2027, 1, 15));
	CHECK(day_weekday(day_of(2026, 11, 21)) == 5);
	CHECK(day_weekday(day_of(1969, 12, 29)) == 0);
}

int main(void)
{
	london_days();
	there_and_back();
	months();
	return check_done();
}
