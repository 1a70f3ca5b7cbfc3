/* The rota: who looks at a channel on which days, in school holidays as well (M1, M2). */
#include "models/resource.h"
#include "models/words.h"

static const struct field content[] = {
	{ "channel_id", UUID, .required = true, .fixed = true },
	{ "person_id", UUID, .fixed = true },
	{ "post_id", UUID, .fixed = true },
	{ "team_id", UUID, .fixed = true },
	{ "days", LIST, .required = true, .of = ONE_OF, WORDS(words_weekday), .min = 1 },
	{ "holiday_cover", FLAG },
	{ "from_on", DATE, .fixed = true },
	{ "until_on", DATE, .clearable = true },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "d.school_id", UUID },
			{ "channel_id", "d.channel_id", UUID },
			{ "person_id", "d.person_id", UUID },
			{ "current", "holds_now(d.from_on, d.until_on, NULL)", FLAG },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "d.created_at", TIME },
			{ 0 },
		},
	.id = "d.id",
};

/* The person is held, so that they do not leave meanwhile. */
static const struct problem *add(struct call *call)
{
	const struct problem *err = NULL;
	int holders = !!call_text(call, "person_id") + !!call_text(call, "post_id") +
		      !!call_text(call, "team_id");

	if (holders != 1)
		return problem_field(call->arena, "/person_id",
				     "name one of person_id, post_id and team_id");
	if (call_text(call, "person_id"))
		err = run(call, q_person_hold, NULL);
	return err ? err : resource_create(call, q_monitor_duty_add, Q_NONE);
}

static const struct route routes[] = {
	{ "GET", "/v1/monitor-duties", MONITOR_DUTY_READ, .sql = q_monitor_duty_list,
	  .list = &listing },
	{ "GET", "/v1/monitor-duties/:id", MONITOR_DUTY_READ, .sql = q_monitor_duty_get },
	{ "POST", "/v1/monitor-duties", MONITOR_DUTY_WRITE, .sql = q_monitor_duty_add,
	  .body = content, .handle = add, .status = 201 },
	{ "PATCH", "/v1/monitor-duties/:id", MONITOR_DUTY_WRITE,
	  .sql = q_monitor_duty_change, .body = content, .if_match = true },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "monitor_duty_term", PROBLEM_INVALID, "/until_on", "is on or after from_on" },
	{ 0 },
};

const struct resource monitor_duty = {
	.name = "monitor_duty",
	.path = "/v1/monitor-duties",
	.read = MONITOR_DUTY_READ,
	.get = q_monitor_duty_get,
	.routes = routes,
	.constraints = constraints,
};
