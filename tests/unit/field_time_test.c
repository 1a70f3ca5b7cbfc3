/* The day in London of a moment in UTC. */
#include "models/field_time.h"
#include "base/cleanup.h"
#include <string.h>
#include "tests/unit/check.h"

/* Summer time turns at 01:00 on last Sundays. */
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
		date_london(days[i].now, day);
		if (strcmp(day, days[i].day) != 0)
			fprintf(stderr, "%ld gave %s\n", (long)days[i].now, day);
		CHECK(strcmp(day, days[i].day) == 0);
	}
}

int main(void)
{
	london_days();
	return check_done();
}
