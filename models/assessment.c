/* Risk assessments by the trust or a stand-alone school, which applications cite (O7). */
#include "models/resource.h"

static const struct field recording[] = {
	{ "school_id", UUID },
	{ "title", LINE, .required = true, .min = 3, .max = 200 },
	{ "assessed_on", DATE, .required = true, .past = true },
	{ "author_name", LINE, .required = true, .max = 200 },
	{ "score", NUMBER, .required = true, .min = 1, .max = 25 },
	{ "mitigations", TEXT, .required = true, .min = 3, .max = 5000 },
	{ "dpia_reference", LINE, .max = 200 },
	{ "approved_by_name", LINE, .required = true, .max = 200 },
	{ "approved_on", DATE, .required = true, .past = true },
	{ "review_on", DATE, .required = true },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "s.school_id", UUID },
			{ "review_on", "s.review_on", DATE, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "s.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "s.id",
};

static const struct route routes[] = {
	{ "GET", "/v1/assessments", ASSESSMENT_READ, .sql = q_assessment_list,
	  .list = &listing },
	{ "GET", "/v1/assessments/:id", ASSESSMENT_READ, .sql = q_assessment_get },
	{ "POST", "/v1/assessments", ASSESSMENT_RECORD, .sql = q_assessment_record,
	  .body = recording, .status = 201 },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "assessment_check", PROBLEM_INVALID, "/approved_on",
	  "is on or after assessed_on" },
	{ "assessment_check1", PROBLEM_INVALID, "/review_on", "is after approved_on" },
	{ 0 },
};

const struct resource assessment = {
	.name = "assessment",
	.path = "/v1/assessments",
	.read = ASSESSMENT_READ,
	.get = q_assessment_get,
	.routes = routes,
	.constraints = constraints,
};
