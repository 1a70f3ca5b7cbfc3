/* People of the tenant: staff, volunteers, governors, parents; with
 * or without a sign-in. */
#include <string.h>
#include <time.h>
#include "auth/opaque.h"
#include "base/id.h"
#include "models/appointment.h"
#include "models/resource.h"
#include "models/words.h"

enum { INVITATION_SECONDS = 14 * 24 * 3600 };

static const struct field content[] = {
	{ "name", LINE, .required = true, .min = 2, .max = 200 },
	{ "external_ref", LINE, .clearable = true, .max = 100 },
	{ "email", EMAIL, .clearable = true },
	{ "person_type", ONE_OF, .required = true, WORDS(words_person_type) },
	{ "job_title", LINE, .clearable = true, .max = 200 },
	{ "school_id", UUID, .clearable = true },
	{ 0 },
};

static const struct field leaving[] = {
	{ "left_on", DATE, .required = true },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field relating[] = {
	{ "relationship", ONE_OF, .required = true, WORDS(words_person_type) },
	{ "from_on", DATE },
	{ "until_on", DATE },
	{ 0 },
};

static const struct field parting[] = {
	{ "until_on", DATE },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "p.school_id", UUID },
			{ "person_type", "p.person_type", ONE_OF,
			  WORDS(words_person_type) },
			{ "email", "p.email", EMAIL },
			{ "external_ref", "p.external_ref", LINE },
			{ "left_on", "p.left_on", DATE, .range = true },
			{ "can_sign_in", "(p.identity_id IS NOT NULL)", FLAG },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "name", "p.name", LINE },
			{ "created_at", "p.created_at", TIME },
			{ 0 },
		},
	.id = "p.id",
	.changed = "p.changed_xid",
	.gone = q_person_gone,
	.search = &(const struct search){ "person_word", "person_id" },
};

static const struct problem *beyond_reach(struct call *call)
{
	const struct problem *err;
	const PGresult *seen;

	call_reach(call, PERSON_READ);
	if ((err = run(call, q_person_get, &seen)))
		return err;
	if (row_count(seen) == 0)
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "There is no such person.");
	return problem(
		call->arena, PROBLEM_FORBIDDEN,
		"You may see this person, but what you hold does not cover a change here.");
}

/* The person as the caller's writing reach sees them; 403 beyond
 * it, 404 beyond reading. Held: what somebody gives them meanwhile comes before or after.
 */
static const struct problem *standing(struct call *call, const PGresult **ret_person)
{
	const struct problem *err = call_queue(call, q_row_hold);

	if (!err)
		err = call_queue(call, q_person_standing);
	if (!err)
		err = call_read(call, NULL);
	if (!err)
		err = call_read(call, ret_person);
	return err || row_count(*ret_person) > 0 ? err : beyond_reach(call);
}

static const struct problem *uninvitable(struct call *call, const PGresult *person)
{
	const char *name = row_text(person, 0, "name");

	if (row_text(person, 0, "left_on"))
		return problem(call->arena, PROBLEM_WRONG_STATE, "%s has left.", name);
	if (row_flag(person, 0, "can_sign_in"))
		return problem(call->arena, PROBLEM_WRONG_STATE,
			       "%s can sign in already.", name);
	if (!row_flag(person, 0, "has_email"))
		return problem(call->arena, PROBLEM_WRONG_STATE,
			       "%s has no e-mail address: give one first.", name);
	return NULL;
}

/* Whoever holds the token becomes this person, so only someone who could grant all that
 * the person holds may have it. */
static const struct problem *invite(struct call *call)
{
	const struct problem *err;
	const PGresult *person;
	char *hash, *token = opaque_make(call->arena, &hash);
	char id[ID_SIZE];
	long expires = time(NULL) + INVITATION_SECONDS;

	if ((err = standing(call, &person)) || (err = uninvitable(call, person)) ||
	    (err = appointments_grantable(call)))
		return err;
	id_new(id);
	call_set(call, "invitation_id", arena_copy(call->arena, id));
	call_set(call, "invitation_hash", hash);
	call_set(call, "invitation_expires", arena_printf(call->arena, "%ld", expires));
	if ((err = run_last(call, q_person_invite, NULL)))
		return err;
	call_answer(call, 201,
		    json_pack("{s:s, s:s, s:s}", "person_id", call_text(call, "id"),
			      "invitation_token", token, "expires_at",
			      call_time(call, expires)));
	return NULL;
}

/* A last day that lies ahead may be moved; one that has passed is what happened. */
static const struct problem *unleavable(struct call *call, const PGresult *person)
{
	const char *left_on = row_text(person, 0, "left_on");

	if (!left_on || (!row_flag(person, 0, "gone") &&
			 strcmp(left_on, call_text(call, "left_on")) != 0))
		return NULL;
	return problem(call->arena, PROBLEM_WRONG_STATE,
		       "%s has left, or leaves: the last day on record is %s.",
		       row_text(person, 0, "name"), left_on);
}

/* Ends every appointment with the person: what the caller could grant, or HR's schools.
 */
static const struct problem *leave(struct call *call)
{
	const struct problem *err;
	const PGresult *person, *gone;

	if ((err = standing(call, &person)) || (err = appointments_endable(call)) ||
	    (err = version_judge(call, person)) || (err = unleavable(call, person)))
		return err;
	call_set(call, "version", row_text(person, 0, "version"));
	if ((err = run(call, q_person_leave, &gone)))
		return err;
	if (row_count(gone) == 0)
		return changed_first(call);
	call_reach(call, PERSON_READ);
	return resource_show(call);
}

static const struct route routes[] = {
	{ "GET", "/v1/people", PERSON_READ, .sql = q_person_list, .list = &listing },
	{ "GET", "/v1/people/:id", PERSON_READ, .sql = q_person_get },
	{ "POST", "/v1/people", PERSON_WRITE, .sql = q_person_add, .body = content,
	  .status = 201 },
	{ "PATCH", "/v1/people/:id", PERSON_WRITE, .sql = q_person_change,
	  .body = content, .if_match = true },
	{ "POST", "/v1/people/:id/invite", PERSON_WRITE, .handle = invite, .status = 201,
	  .recent = true },
	{ "POST", "/v1/people/:id/leave", PERSON_WRITE, .handle = leave, .body = leaving,
	  .versioned = true },
	{ "POST", "/v1/people/:id/relationships", PERSON_WRITE, .sql = q_relationship_add,
	  .handle = resource_part, .body = relating, .provides = part_provides },
	{ "POST", "/v1/people/:id/relationships/:relationship_id/end", PERSON_WRITE,
	  .sql = q_relationship_end, .handle = resource_part, .body = parting },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "person_email", PROBLEM_ALREADY_EXISTS, "/email",
	  "Somebody of this tenant has this e-mail address already." },
	{ "person_external_ref", PROBLEM_ALREADY_EXISTS, "/external_ref",
	  "Somebody of this tenant has this reference already." },
	{ 0 },
};

const struct resource person = {
	.name = "person",
	.path = "/v1/people",
	.read = PERSON_READ,
	.get = q_person_get,
	.routes = routes,
	.constraints = constraints,
};
