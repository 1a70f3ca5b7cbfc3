/* What a school says that it looks at in public, and why that is proportionate (R4). */
#include "models/resource.h"

static const struct field writing[] = {
	{ "school_id", UUID },
	{ "body", TEXT, .required = true, .min = 10, .max = 10000 },
	{ "dpia_note", TEXT, .required = true, .min = 3, .max = 5000 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "m.school_id", UUID },
			{ "current", "(m.superseded_at IS NULL)", FLAG },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "m.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "m.id",
};

static const struct route routes[] = {
	{ "GET", "/v1/monitoring-statements", STATEMENT_READ,
	  .sql = q_monitoring_statement_list, .list = &listing },
	{ "GET", "/v1/monitoring-statements/:id", STATEMENT_READ,
	  .sql = q_monitoring_statement_get },
	{ "POST", "/v1/monitoring-statements", STATEMENT_WRITE,
	  .sql = q_monitoring_statement_write, .body = writing, .status = 201 },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "monitoring_statement_edition", PROBLEM_ALREADY_EXISTS, "/body",
	  "Somebody has just written the next edition: read it first." },
	{ 0 },
};

const struct resource monitoring_statement = {
	.name = "monitoring_statement",
	.path = "/v1/monitoring-statements",
	.read = STATEMENT_READ,
	.get = q_monitoring_statement_get,
	.routes = routes,
	.constraints = constraints,
};
