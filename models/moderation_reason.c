/* What the audience is told when something is hidden or somebody blocked, by house rule:
 * written once, named by every action that follows from it (B3). */
#include "models/resource.h"

static const struct field content[] = {
	{ "school_id", UUID },
	{ "house_rule", LINE, .required = true, .min = 2, .max = 200 },
	{ "public_text", TEXT, .required = true, .min = 2, .max = 2000 },
	{ 0 },
};

static const struct field changing[] = {
	{ "house_rule", LINE, .min = 2, .max = 200 },
	{ "public_text", TEXT, .min = 2, .max = 2000 },
	{ "retired", FLAG },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "r.school_id", UUID },
			{ "house_rule", "r.house_rule", LINE },
			{ "retired", "r.retired", FLAG },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "r.created_at", TIME },
			{ 0 },
		},
	.id = "r.id",
};

static const struct route routes[] = {
	{ "GET", "/v1/moderation-reasons", MODERATION_REASON_READ,
	  .sql = q_moderation_reason_list, .list = &listing },
	{ "GET", "/v1/moderation-reasons/:id", MODERATION_REASON_READ,
	  .sql = q_moderation_reason_get },
	{ "POST", "/v1/moderation-reasons", MODERATION_REASON_WRITE,
	  .sql = q_moderation_reason_add, .body = content, .status = 201 },
	{ "PATCH", "/v1/moderation-reasons/:id", MODERATION_REASON_WRITE,
	  .sql = q_moderation_reason_change, .body = changing, .if_match = true },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "moderation_reason_once", PROBLEM_ALREADY_EXISTS, "/house_rule",
	  "There are words for this house rule here." },
	{ 0 },
};

const struct resource moderation_reason = {
	.name = "moderation_reason",
	.path = "/v1/moderation-reasons",
	.read = MODERATION_REASON_READ,
	.get = q_moderation_reason_get,
	.routes = routes,
	.constraints = constraints,
};
