/* Takes the people of another system in, by the reference it knows them by; the same file
 * twice changes nothing. */
#include <string.h>
#include "base/id.h"
#include "models/appointment.h"
#include "models/import.h"
#include "models/words.h"

static const struct field columns[] = {
	{ "external_ref", LINE, .required = true, .max = 100 },
	{ "name", LINE, .required = true, .min = 2, .max = 200 },
	{ "email", EMAIL },
	{ "person_type", ONE_OF, .required = true, WORDS(words_person_type) },
	{ "job_title", LINE, .max = 200 },
	{ "school", LINE, .max = 200 }, /* its name or URN */
	{ "left_on", DATE },
	{ "relationship", LINE, .max = 200 }, /* several with ; between */
	{ 0 },
};

enum { RELATIONSHIPS_MAX = 11 };
enum { CREATED, CHANGED, LEFT, UNCHANGED };
static const char *const results[] = { "created", "changed", "left", "unchanged", NULL };

static const char *const changes[] = {
	"has_external_ref", "has_name",	     "has_email", "has_person_type",
	"has_job_title",    "has_school_id", NULL
};

/* "parent; governor" as an array in `relationships`; false: an unknown word, or more than
 * there are. */
static bool relationships_read(struct call *call)
{
	char *rest, *cell = arena_copy(call->arena, call_text(call, "relationship"));
	const char *words[RELATIONSHIPS_MAX + 1] = { NULL };
	char *word = cell ? strtok_r(cell, "; ", &rest) : NULL;

	for (int count = 0; word; word = strtok_r(NULL, "; ", &rest))
		if (count == RELATIONSHIPS_MAX ||
		    !field_text_valid(ONE_OF, words_person_type, word, call->arena,
				      &words[count++]))
			return false;
	call_set(call, "relationships", array_text(call->arena, words));
	return true;
}

/* Somebody new: as POST /v1/people. */
static const struct problem *create(struct call *call, const struct problem **ret_fault)
{
	const struct problem *err;
	const PGresult *added;
	char id[ID_SIZE];

	id_new(id);
	call_set(call, "id", arena_copy(call->arena, id));
	err = run(call, q_person_add, &added);
	if (!err && !row_flag(added, 0, "ok"))
		*ret_fault = problem_field(call->arena, "/school",
					   "is needed, and within your reach");
	return err;
}

/* Somebody known: as PATCH /v1/people/{id}, of what differs. */
static const struct problem *change(struct call *call, const PGresult *match,
				    int *ret_result, const struct problem **ret_fault)
{
	const struct problem *err;
	const PGresult *changed;
	bool any = false;

	for (const char *const *name = changes; *name; name++) {
		call_set(call, *name, row_text(match, 0, *name));
		any |= row_flag(match, 0, *name);
	}
	if (!any)
		return NULL;
	*ret_result = CHANGED;
	err = run(call, q_person_change, &changed);
	if (!err && row_count(changed) == 0)
		*ret_fault = problem(call->arena, PROBLEM_VERSION_CHANGED,
				     "somebody else changed this person just now");
	else if (!err && !row_flag(changed, 0, "ok"))
		*ret_fault = problem_field(call->arena, "/school",
					   "is unknown, or not within your reach");
	return err;
}

/* What is refused later would leave half of a row behind: judged before anything is
 * written. */
static const struct problem *judge(struct call *call, const PGresult *match,
				   const struct problem **ret_fault)
{
	const char *fault = row_text(match, 0, "fault");
	const char *id = row_text(match, 0, "id");
	const struct problem *err = NULL;

	if (fault)
		*ret_fault = problem_field(call->arena, fault,
					   strcmp(fault, "/school") == 0
						   ? "names no one school of yours"
						   : "is somebody else's already");
	else if (!relationships_read(call))
		*ret_fault = problem_field(call->arena, "/relationship",
					   "has a word that is no relationship");
	else if (id && !reach_covers(&call->reach, row_text(match, 0, "home"), false))
		*ret_fault = problem(call->arena, PROBLEM_FORBIDDEN,
				     "what you hold does not cover this person");
	else if (row_flag(match, 0, "leaves") && row_flag(match, 0, "gone"))
		*ret_fault = problem_field(call->arena, "/left_on",
					   "is not the last day on record");
	else if (id && row_flag(match, 0, "leaves"))
		err = appointments_endable(call);
	if (err && err->kind == PROBLEM_FORBIDDEN) {
		*ret_fault = err;
		return NULL;
	}
	return err;
}

static const struct problem *relate(struct call *call, int *ret_result)
{
	const PGresult *added;
	const struct problem *err = run(call, q_relationship_ensure, &added);

	if (!err && *ret_result == UNCHANGED && strcmp(row_text(added, 0, "added"), "0"))
		*ret_result = CHANGED;
	return err;
}

/* As POST /v1/people/{id}/leave, at the version that this row has made. */
static const struct problem *leave(struct call *call, int *ret_result)
{
	const struct problem *err;
	const PGresult *person, *gone;

	if (*ret_result != CREATED)
		*ret_result = LEFT;
	if ((err = run(call, q_row_hold, NULL)) ||
	    (err = run(call, q_person_standing, &person)))
		return err;
	call_set(call, "version", row_text(person, 0, "version"));
	call_set(call, "reason", "Imported.");
	err = run(call, q_person_leave, &gone);
	return !err && row_count(gone) == 0 ? changed_first(call) : err;
}

static const struct problem *match_row(struct call *call, const PGresult **ret_match)
{
	const struct problem *err;

	call_reach(call, PERSON_WRITE);
	if ((err = run(call, q_person_match, ret_match)))
		return err;
	call_set(call, "id", row_text(*ret_match, 0, "id"));
	call_set(call, "version", row_text(*ret_match, 0, "version"));
	call_set(call, "school_id", row_text(*ret_match, 0, "school_id"));
	return NULL;
}

static const struct problem *take_row(struct call *call, json_t *cells, int *ret_result,
				      const struct problem **ret_fault,
				      const char **ret_note)
{
	const struct problem *err;
	const PGresult *match;

	(void)cells;
	(void)ret_note;
	if ((err = match_row(call, &match)) || (err = judge(call, match, ret_fault)) ||
	    *ret_fault)
		return err;
	*ret_result = call_text(call, "id") ? UNCHANGED : CREATED;
	err = *ret_result == CREATED ? create(call, ret_fault)
				     : change(call, match, ret_result, ret_fault);
	if (!err && !*ret_fault)
		err = relate(call, ret_result);
	if (!err && !*ret_fault && row_flag(match, 0, "leaves"))
		err = leave(call, ret_result);
	return err;
}

extern const struct resource person;
const struct import_kind people_import = {
	.name = "people",
	.resource = &person,
	.permission = PERSON_WRITE,
	.columns = columns,
	.key = "external_ref",
	.results = results,
	.row = take_row,
};
