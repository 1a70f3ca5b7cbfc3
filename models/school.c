/* Schools of the tenant (H1, H2, H3). */
#include "models/resource.h"
#include "models/words.h"

static const struct field content[] = {
	{ "name", LINE, .required = true, .min = 2, .max = 200 },
	{ "urn", LINE, .clearable = true, .min = 6, .max = 6 },
	{ "phase", ONE_OF, .clearable = true, WORDS(words_phase) },
	{ "establishment_type_group", ONE_OF, .clearable = true,
	  WORDS(words_type_group) },
	{ "local_authority", LINE, .clearable = true, .max = 100 },
	{ "email", EMAIL, .clearable = true },
	{ "telephone", LINE, .clearable = true, .max = 40 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "phase", "s.phase", ONE_OF, WORDS(words_phase) },
			{ "urn", "s.urn", LINE },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "name", "s.name", LINE },
			{ "created_at", "s.created_at", TIME },
			{ 0 },
		},
	.id = "s.id",
};

static const struct route routes[] = {
	{ "GET", "/v1/schools", SCHOOL_READ, .sql = q_school_list, .list = &listing },
	{ "GET", "/v1/schools/:id", SCHOOL_READ, .sql = q_school_get },
	{ "POST", "/v1/schools", SCHOOL_ADD, .sql = q_school_add, .body = content,
	  .status = 201 },
	{ "PATCH", "/v1/schools/:id", SCHOOL_WRITE, .sql = q_school_change,
	  .body = content, .if_match = true },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "school_urn", PROBLEM_ALREADY_EXISTS, "/urn",
	  "A school with this URN is there already." },
	{ "school_urn_check", PROBLEM_INVALID, "/urn", "is six digits" },
	{ 0 },
};

const struct resource school = {
	.name = "school",
	.path = "/v1/schools",
	.read = SCHOOL_READ,
	.get = q_school_get,
	.routes = routes,
	.constraints = constraints,
};
