/* What a school's calendar says: terms, half-terms, INSET days and days when it was
 * closed; a tenant's hold for each of its schools without terms of its own (A8a, B6). */
#include "models/calendar_import.h"
#include "models/words.h"

static const struct field content[] = {
	{ "school_id", UUID, .fixed = true },
	{ "kind", ONE_OF, .required = true, .fixed = true, WORDS(words_period_kind) },
	{ "title", LINE, .required = true, .min = 2, .max = 200 },
	{ "from_on", DATE, .required = true },
	{ "to_on", DATE, .required = true },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "p.school_id", UUID },
			{ "kind", "p.kind", ONE_OF, WORDS(words_period_kind) },
			{ "from_on", "p.from_on", DATE, .range = true },
			{ "to_on", "p.to_on", DATE, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "from_on", "p.from_on", DATE },
			{ 0 },
		},
	.id = "p.id",
};

static const struct problem *period_remove(struct call *call)
{
	return resource_update(call, call->route->sql);
}

static const struct route routes[] = {
	{ "GET", "/v1/calendar-periods", CALENDAR_READ, .sql = q_calendar_period_list,
	  .list = &listing },
	{ "GET", "/v1/calendar-periods/:id", CALENDAR_READ,
	  .sql = q_calendar_period_get },
	{ "POST", "/v1/calendar-periods", CALENDAR_WRITE, .sql = q_calendar_period_add,
	  .body = content, .status = 201 },
	{ "PATCH", "/v1/calendar-periods/:id", CALENDAR_WRITE,
	  .sql = q_calendar_period_change, .body = content, .if_match = true },
	{ "DELETE", "/v1/calendar-periods/:id", CALENDAR_WRITE,
	  .sql = q_calendar_period_remove, .handle = period_remove, .if_match = true,
	  .status = 204 },
	{ "POST", "/v1/calendar-periods/import", CALENDAR_WRITE,
	  .body = calendar_importing, .handle = calendar_import,
	  .provides = calendar_import_provides },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "calendar_period_days", PROBLEM_INVALID, "/to_on", "is on or after from_on" },
	{ "calendar_period_length", PROBLEM_INVALID, "/to_on",
	  "is too far from from_on: a term has 200 days at most, a half-term 30, "
	  "anything else 15" },
	{ "calendar_period_overlap", PROBLEM_INVALID, "/from_on",
	  "overlaps another of this kind here, which somebody has just entered" },
	{ 0 },
};

const struct resource calendar_period = {
	.name = "calendar_period",
	.path = "/v1/calendar-periods",
	.read = CALENDAR_READ,
	.get = q_calendar_period_get,
	.routes = routes,
	.constraints = constraints,
};
