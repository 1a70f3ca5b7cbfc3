/* Posts: held by people for a time, while their access stays (H4). */
#include "models/membership.h"
#include "models/words.h"

static const struct field content[] = {
	{ "school_id", UUID, .fixed = true },
	{ "name", LINE, .required = true, .min = 2, .max = 200 },
	{ "kind", ONE_OF, .clearable = true, WORDS(words_post_kind) },
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

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "b.school_id", UUID },
			{ "kind", "b.kind", ONE_OF, WORDS(words_post_kind) },
			{ "name", "b.name", LINE },
			{ "vacant", "(json_array_length(members_now(b.id)) = 0)", FLAG },
			{ 0 },
		},
	.sorts = membership_sorts,
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
	  .sql = q_membership_end, .handle = resource_part, .body = part_ending },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "post_name", PROBLEM_ALREADY_EXISTS, "/name",
	  "There is a post of this name already." },
	MEMBERSHIP_NOT_TO_SELF,
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
