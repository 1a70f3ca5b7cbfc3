/* Settings: every rule that varies between schools (A24), by school, tenant or default.
 */
#include <string.h>
#include "models/resource.h"

static const struct field place[] = {
	{ "school_id", UUID },
	{ 0 },
};

static const struct field setting_to[] = {
	{ "value", ANY, .required = true },
	{ "school_id", UUID },
	{ "locked", FLAG },
	{ 0 },
};

static const struct field applying[] = {
	{ "preset", LINE, .required = true, .max = 60 },
	{ "school_id", UUID },
	{ 0 },
};

static const char *const provided[] = { "writing_tenant", "writing_schools", NULL };

/* Everybody reads by what they may read; what they may write only shows. */
static void reach_show(struct call *call)
{
	call_set_reach(call, "writing", SETTING_WRITE);
	call_reach(call, SETTING_READ);
}

static const struct problem *setting_list(struct call *call)
{
	reach_show(call);
	return resource_list(call, q_setting_list);
}

static const struct problem *setting_show(struct call *call)
{
	const struct problem *err;

	reach_show(call);
	err = resource_row(call, q_setting_get);
	call->tagged = true;
	return err;
}

static const struct problem *setting_history(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	reach_show(call);
	if ((err = run(call, q_setting_get, &row)))
		return err;
	if (row_count(row) == 0)
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "There is no such setting, or not for you.");
	return resource_list(call, q_setting_history);
}

/* 422 with every row of {pointer, detail}. */
static const struct problem *unfit(struct call *call, enum query query)
{
	const struct fault *faults = NULL;
	const struct problem *err;
	const PGresult *rows;

	if ((err = run(call, query, &rows)))
		return err;
	for (int row = 0; row < row_count(rows); row++)
		fault_add(call->arena, &faults, row_text(rows, row, "pointer"), "%s",
			  row_text(rows, row, "detail"));
	return problem_of_faults(call->arena, faults);
}

/* The tenant's level is for who leads all of it, a school's for who leads that. */
static const struct problem *permit(struct call *call)
{
	struct reach writing = policy_reach(call->arena, call->me, SETTING_WRITE);

	if (reach_covers(&writing, call_text(call, "school_id"), false))
		return NULL;
	return problem(
		call->arena, PROBLEM_FORBIDDEN,
		"You may see this, but what you hold does not cover a change here.");
}

/* Whoever is judged does not choose the judges. :key or :preset says what would change.
 */
static const struct problem *impartial(struct call *call)
{
	const struct problem *err;
	const PGresult *rows;

	if ((err = run(call, q_setting_own_case, &rows)) || row_count(rows) == 0)
		return err;
	return problem(
		call->arena, PROBLEM_CONFLICTED,
		"You are on the applicant's side of %s, which waits for a decision: "
		"until then somebody else sets who decides.",
		row_text(rows, 0, "proposed_name"));
}

/* The setting that a change is about, in the version that the caller read. */
static const struct problem *standing(struct call *call, const PGresult **ret_row)
{
	const struct problem *err = run(call, q_setting_get, ret_row);

	if (err)
		return err;
	if (row_count(*ret_row) == 0)
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "There is no such setting, or not for you.");
	if ((err = permit(call)))
		return err;
	if (strcmp(row_text(*ret_row, 0, "version"), call->if_version) != 0)
		return problem(call->arena, PROBLEM_VERSION_CHANGED,
			       "This is at version %s now: read it again.",
			       row_text(*ret_row, 0, "version"));
	call_set(call, "preset", NULL);
	return impartial(call);
}

/* Nothing came back: between reading and writing somebody else was there. */
static const struct problem *change(struct call *call, enum query query)
{
	const PGresult *changed;
	const struct problem *err = run(call, query, &changed);

	if (!err && row_count(changed) == 0)
		err = problem(call->arena, PROBLEM_VERSION_CHANGED,
			      "Somebody else changed this first: read it again.");
	return err ? err : setting_show(call);
}

static const struct problem *setting_put(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	reach_show(call);
	if ((err = unfit(call, q_setting_place)) || (err = standing(call, &row)) ||
	    (err = unfit(call, q_setting_unfit)))
		return err;
	return change(call, q_setting_set);
}

/* Back to what is above; where nothing was said, nothing changes. */
static const struct problem *setting_delete(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	reach_show(call);
	if ((err = standing(call, &row)))
		return err;
	if (!row_text(row, 0, "own_value"))
		return setting_show(call);
	return change(call, q_setting_clear);
}

static const struct problem *preset_apply(struct call *call)
{
	const struct problem *err;

	reach_show(call);
	call_set(call, "key", NULL);
	if ((err = unfit(call, q_setting_place)) || (err = permit(call)) ||
	    (err = unfit(call, q_setting_preset_unfit)) || (err = impartial(call)) ||
	    (err = run(call, q_setting_preset_apply, NULL)))
		return err;
	return resource_row(call, q_setting_preset_applied);
}

static const struct route routes[] = {
	{ "GET", "/v1/settings", SETTING_READ, .sql = q_setting_list, .query = place,
	  .handle = setting_list, .whole = true, .provides = provided },
	{ "GET", "/v1/settings/*key", SETTING_READ, .sql = q_setting_get, .query = place,
	  .handle = setting_show, .provides = provided },
	{ "GET", "/v1/settings/*key/history", SETTING_READ, .sql = q_setting_history,
	  .query = place, .handle = setting_history, .whole = true },
	{ "PUT", "/v1/settings/*key", SETTING_WRITE, .sql = q_setting_set,
	  .body = setting_to, .handle = setting_put, .if_match = true },
	{ "DELETE", "/v1/settings/*key", SETTING_WRITE, .sql = q_setting_clear,
	  .query = place, .handle = setting_delete, .if_match = true },
	{ "POST", "/v1/settings/apply-preset", SETTING_WRITE, .body = applying,
	  .handle = preset_apply },
	{ 0 },
};

const struct resource setting = {
	.name = "setting",
	.path = "/v1/settings",
	.read = SETTING_READ,
	.routes = routes,
};
