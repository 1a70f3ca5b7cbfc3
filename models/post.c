/* Posts: held by people for a time, while their access stays (H4). */
#include "models/resource.h"

static const char *const kinds[] = { "chief_executive",
				     "head",
				     "deputy_head",
				     "assistant_head",
				     "dsl",
				     "business_manager",
				     "administrator",
				     "teacher",
				     "librarian",
				     "chair",
				     "clerk",
				     "other",
				     NULL };

static const struct field content[] = {
	{ "school_id", UUID, .fixed = true },
	{ "name", LINE, .required = true, .min = 2, .max = 200 },
	{ "kind", ONE_OF, .clearable = true, .one_of = kinds },
	{ 0 },
};

static const struct field adding[] = {
	{ "person_id", UUID, .required = true },
	{ "from_on", DATE },
	{ "until_on", DATE },
	{ "shared", FLAG }, /* beside somebody who holds it in the same days */
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field ending[] = {
	{ "until_on", DATE },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "b.school_id", UUID },
			{ "kind", "b.kind", ONE_OF, .one_of = kinds },
			{ "name", "b.name", LINE },
			{ "vacant", "(json_array_length(members_now(b.id)) = 0)", FLAG },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "name", "b.name", LINE },
			{ "created_at", "b.created_at", TIME },
			{ 0 },
		},
	.id = "b.id",
};

static const struct route routes[] = {
	{ "GET", "/v1/posts", POST_READ, .sql = q_post_list, .list = &listing },
	{ "GET", "/v1/posts/:id", POST_READ, .sql = q_post_get },
	{ "GET", "/v1/posts/:id/members", POST_READ, .sql = q_membership_list,
	  .whole = true },
	{ "GET", "/v1/posts/:id/history", POST_READ, .sql = q_membership_history,
	  .whole = true },
	{ "POST", "/v1/posts", POST_WRITE, .sql = q_post_add, .body = content,
	  .status = 201 },
	{ "PATCH", "/v1/posts/:id", POST_WRITE, .sql = q_post_change, .body = content,
	  .if_match = true },
	{ "POST", "/v1/posts/:id/members", POST_WRITE, .sql = q_membership_add,
	  .handle = resource_part, .body = adding, .provides = part_provides },
	{ "POST", "/v1/posts/:id/members/:membership_id/end", POST_WRITE,
	  .sql = q_membership_end, .handle = resource_part, .body = ending },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "post_name", PROBLEM_ALREADY_EXISTS, "/name",
	  "There is a post of this name already." },
	{ "membership_not_to_self", PROBLEM_CONFLICTED, NULL,
	  "Access comes with it, so nobody adds themselves: ask a colleague." },
	{ 0 },
};

const struct resource post = {
	.name = "post",
	.path = "/v1/posts",
	.read = POST_READ,
	.get = q_post_get,
	.routes = routes,
	.constraints = constraints,
};
