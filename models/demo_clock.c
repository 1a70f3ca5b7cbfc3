/* The clock of a demo: what is overdue is shown as of another time; what is stored stays.
 */
#include <stdlib.h>
#include "models/field_time.h"
#include "models/resource.h"

enum { HOUR = 3600, LONGEST = 10 * 366 * 24 * HOUR }; /* ten years, either way */

static const struct field turning[] = {
	{ "now", TIME },
	{ "hours", NUMBER, .min = 1, .max = 8784 },
	{ 0 },
};

static const struct problem *turn(struct call *call, const char *shift)
{
	const PGresult *turned;
	const struct problem *err;

	call_set(call, "shift", shift);
	if ((err = run(call, q_demo_clock_turn, &turned)) || row_flag(turned, 0, "ok"))
		return err;
	return problem(call->arena, PROBLEM_NOT_FOUND,
		       "The clock can be turned in a demo only, and this is none.");
}

static const struct problem *demo_clock_set(struct call *call)
{
	const char *now = call_text(call, "now"), *hours = call_text(call, "hours");
	const PGresult *row;
	const struct problem *err;
	long real, shift;

	if (!now == !hours)
		return problem_field(call->arena, "/now",
				     "or hours is said, one of the two");
	if ((err = run(call, q_demo_clock_get, &row)))
		return err;
	if (row_count(row) == 0)
		return turn(call, NULL);
	real = row_number(row, 0, "real");
	shift = now ? time_read(now) - real
		    : row_number(row, 0, "shift") + atol(hours) * HOUR;
	if (labs(shift) > LONGEST)
		return problem_field(call->arena, now ? "/now" : "/hours",
				     "leads more than ten years away");
	if ((err = turn(call, arena_printf(call->arena, "%ld", shift))))
		return err;
	call_answer(call, 200,
		    json_pack("{s:s, s:I}", "clock_now", call_time(call, real + shift),
			      "shift_seconds", (json_int_t)shift));
	return NULL;
}

static const struct problem *demo_clock_right(struct call *call)
{
	return turn(call, NULL);
}

static const char *const gives_shift[] = { "shift", NULL };

static const struct route routes[] = {
	{ "POST", "/v1/demo/clock", DEMO_CLOCK, .body = turning, .handle = demo_clock_set,
	  .provides = gives_shift },
	{ "DELETE", "/v1/demo/clock", DEMO_CLOCK, .handle = demo_clock_right,
	  .provides = gives_shift, .status = 204 },
	{ 0 },
};

const struct resource demo_clock = {
	.name = "demo_clock",
	.path = "/v1/demo/clock",
	.read = DEMO_CLOCK,
	.routes = routes,
};
