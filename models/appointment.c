/* Appointments: who holds which role and duties over which schools (A26). */
#include "models/appointment.h"
#include <string.h>
#include "auth/may_grant.h"
#include "models/resource.h"
#include "models/words.h"

static const struct field granting[] = {
	{ "person_id", UUID, .required = true },
	{ "role", ONE_OF, .required = true, WORDS(words_role) },
	{ "duties", LIST, .of = ONE_OF, WORDS(words_duty) },
	{ "scope", ONE_OF, .required = true, WORDS(words_scope) },
	{ "school_ids", LIST, .of = UUID, .max = 200 },
	{ "from_on", DATE },
	{ "to_on", DATE },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field reasoning[] = {
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "person_id", "a.person_id", UUID },
			{ "role", "a.role", ONE_OF, WORDS(words_role) },
			{ "state", "a.state", ONE_OF, WORDS(words_appointment_state) },
			{ "current", "appointment_current(a)", FLAG },
			{ "to_on", "a.to_on", DATE, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "a.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "a.id",
	.changed = "a.changed_xid",
};

static const struct problem *not_yours(struct call *call, const char *role)
{
	return problem(
		call->arena, PROBLEM_FORBIDDEN,
		"What you hold does not let you grant or end %s with these duties there.",
		role);
}

static const struct problem *no_decider(struct call *call, bool *ret_no_decider)
{
	const PGresult *rows;
	const struct problem *err = run(call, q_tenant_no_decider, &rows);

	if (!err)
		*ret_no_decider = row_flag(rows, 0, "no_decider");
	return err;
}

static bool row_grantable(struct call *call, const PGresult *held, int row)
{
	return may_grant(call->me, row_text(held, row, "role"),
			 array_items(call->arena, row_text(held, row, "duties")),
			 array_items(call->arena, row_text(held, row, "_school_ids")),
			 row_flag(held, row, "_no_decider"));
}

/* HR of all its schools ends what it could not have granted. */
static bool row_endable(struct call *call, const PGresult *held, int row)
{
	return row_grantable(call, held, row) ||
	       column_covers(
		       call->me, COLUMN_HR,
		       array_items(call->arena, row_text(held, row, "_school_ids")));
}

/* Everything that person :id holds has to be the caller's to grant, or to end. */
static const struct problem *all_held(struct call *call,
				      bool (*judge)(struct call *, const PGresult *, int))
{
	const struct problem *err;
	const PGresult *held;

	if ((err = run(call, q_appointment_held, &held)))
		return err;
	for (int row = 0; row < row_count(held); row++)
		if (!judge(call, held, row))
			return not_yours(call, row_text(held, row, "role"));
	return NULL;
}

const struct problem *appointments_grantable(struct call *call)
{
	return all_held(call, row_grantable);
}

const struct problem *appointments_endable(struct call *call)
{
	return all_held(call, row_endable);
}

static const struct problem *grant_shape(struct call *call, const char *const *schools)
{
	bool whole = strcmp(call_text(call, "scope"), "tenant") == 0;

	if (whole && *schools)
		return problem_field(call->arena, "/school_ids",
				     "is left out when scope is tenant");
	if (!whole && !*schools)
		return problem_field(call->arena, "/school_ids",
				     "names the schools when scope is schools");
	return NULL;
}

/* DSL, HR, DPO and auditor duties wait for a second person; the rest holds at once. The
 * person is held, so that they do not leave meanwhile. */
static const struct problem *grant(struct call *call)
{
	const char *const *schools =
		array_items(call->arena, call_text(call, "school_ids"));
	const char *const *duties = array_items(call->arena, call_text(call, "duties"));
	const struct problem *err;
	bool none_left = false;

	if ((err = grant_shape(call, schools)) ||
	    (err = run(call, q_person_hold, NULL)) ||
	    (err = no_decider(call, &none_left)))
		return err;
	if (!may_grant(call->me, call_text(call, "role"), duties, schools, none_left))
		return not_yours(call, call_text(call, "role"));
	call_set(call, "to", duties_need_second(duties) ? "proposed" : "active");
	return resource_create(call, q_appointment_grant, Q_NONE);
}

/* The may-grant table holds for ending as for granting. */
static bool endable(struct call *call, const PGresult *row)
{
	return row_endable(call, row, 0);
}

static const struct route routes[] = {
	{ "GET", "/v1/appointments", APPOINTMENT_READ, .sql = q_appointment_list,
	  .list = &listing },
	{ "GET", "/v1/appointments/:id", APPOINTMENT_READ, .sql = q_appointment_get },
	{ "GET", "/v1/appointments/:id/history", APPOINTMENT_READ,
	  .sql = q_appointment_history, .whole = true },
	{ "POST", "/v1/appointments", APPOINTMENT_GRANT, .handle = grant,
	  .body = granting, .status = 201 },
	{ 0 },
};

static const struct step flow[] = {
	{ "confirm", "{proposed}", "active", APPOINTMENT_CONFIRM, "Confirm",
	  .gate = q_appointment_second, .body = reasoning, .recent = true },
	{ "decline", "{proposed}", "declined", APPOINTMENT_CONFIRM, "Decline",
	  .body = reasoning },
	{ "end", "{proposed,active}", "ended", APPOINTMENT_END, "End", .permits = endable,
	  .body = reasoning },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "appointment_not_to_self", PROBLEM_CONFLICTED, NULL,
	  "Nobody grants to themselves." },
	{ "appointment_check", PROBLEM_INVALID, "/to_on", "is on or after from_on" },
	{ 0 },
};

const struct resource appointment = {
	.name = "appointment",
	.path = "/v1/appointments",
	.read = APPOINTMENT_READ,
	.get = q_appointment_get,
	.move = q_appointment_move,
	.routes = routes,
	.flow = flow,
	.constraints = constraints,
};
