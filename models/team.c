/* Teams: several people at a time, whose access is the team's (H4, H5). */
#include "models/membership.h"
#include "models/words.h"

static const struct field content[] = {
	{ "school_id", UUID, .fixed = true },
	{ "name", LINE, .required = true, .min = 2, .max = 200 },
	{ "kind", ONE_OF, .clearable = true, WORDS(words_team_kind) },
	{ 0 },
};

static const struct field adding[] = {
	{ "person_id", UUID, .required = true },
	{ "from_on", DATE },
	{ "until_on", DATE },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "b.school_id", UUID },
			{ "kind", "b.kind", ONE_OF, WORDS(words_team_kind) },
			{ "name", "b.name", LINE },
			{ "vacant", "(json_array_length(members_now(b.id)) = 0)", FLAG },
			{ 0 },
		},
	.sorts = membership_sorts,
	.id = "b.id",
};

/* Several at once is what a team is for. */
static const struct problem *add_member(struct call *call)
{
	call_set(call, "shared", "true");
	return resource_part(call);
}

static const char *const adding_provides[] = { "new_id", "shared", NULL };

static const struct route routes[] = {
	{ "GET", "/v1/teams", TEAM_READ, .sql = q_team_list, .list = &listing },
	{ "GET", "/v1/teams/:id", TEAM_READ, .sql = q_team_get },
	{ "GET", "/v1/teams/:id/members", TEAM_READ, .sql = q_membership_list,
	  .whole = true },
	{ "GET", "/v1/teams/:id/history", TEAM_READ, .sql = q_membership_history,
	  .whole = true },
	{ "POST", "/v1/teams", TEAM_WRITE, .sql = q_team_add, .body = content,
	  .status = 201 },
	{ "PATCH", "/v1/teams/:id", TEAM_WRITE, .sql = q_team_change, .body = content,
	  .if_match = true },
	{ "POST", "/v1/teams/:id/members", TEAM_WRITE, .sql = q_membership_add,
	  .handle = add_member, .body = adding, .provides = adding_provides },
	{ "POST", "/v1/teams/:id/members/:membership_id/end", TEAM_WRITE,
	  .sql = q_membership_end, .handle = resource_part, .body = part_ending },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "team_name", PROBLEM_ALREADY_EXISTS, "/name",
	  "There is a team of this name already." },
	MEMBERSHIP_NOT_TO_SELF,
	{ 0 },
};

const struct resource team = {
	.name = "team",
	.path = "/v1/teams",
	.read = TEAM_READ,
	.get = q_team_get,
	.routes = routes,
	.constraints = constraints,
};
