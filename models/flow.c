/* Moves a row along its flow: look, permit, judge, move, show; all in one transaction. */
#include "models/flow.h"
#include <stdlib.h>
#include <string.h>
#include "models/idempotency.h"

/* What judging an action takes, sent in one round trip. */
struct looked {
	const PGresult *row;
	const PGresult *gate; /* NULL: none */
	const PGresult *done; /* NULL: none */
};

/* A second time is a conflict and no secret: whoever did it knows the row. */
static const struct problem *flow_refuse(struct call *call, const struct looked *looked,
					 const struct problem *refused)
{
	if (!looked->done || row_count(looked->done) == 0)
		return refused;
	return problem(call->arena, PROBLEM_WRONG_STATE, "%s",
		       row_text(looked->done, 0, "detail"));
}

static const struct problem *flow_look(struct call *call, struct looked *looked)
{
	const struct step *step = call->route->step;
	const struct problem *err;

	call_reach(call, call->resource->read);
	err = call_queue(call, call->resource->get);
	if (!err && step->done)
		err = call_queue(call, step->done);
	if (!err)
		err = idempotency_queue(call);
	if (!err && step->gate)
		err = call_queue(call, step->gate);
	if (!err)
		err = call_read(call, &looked->row);
	if (!err && step->done)
		err = call_read(call, &looked->done);
	if (!err && row_count(looked->row) == 0)
		err = flow_refuse(
			call, looked,
			problem(call->arena, PROBLEM_NOT_FOUND,
				"There is nothing with this id, or not for you."));
	return err;
}

static const struct problem *flow_permit(struct call *call, const struct looked *looked)
{
	const struct step *step = call->route->step;

	if (step_permits(call, step, looked->row))
		return NULL;
	return flow_refuse(
		call, looked,
		problem(call->arena, PROBLEM_FORBIDDEN,
			"You may see this, but what you hold does not cover %s here.",
			step->action));
}

static const struct problem *flow_state(struct call *call, const struct looked *looked)
{
	const struct step *step = call->route->step;
	const char *state = row_text(looked->row, 0, "state");
	autobuffer from = { 0 };

	if (step_leaves(call->arena, step, state))
		return NULL;
	for (const char *const *each = array_items(call->arena, step->from); *each;
	     each++) {
		buffer_text(&from, from.length ? ", " : "");
		buffer_text(&from, *each);
	}
	return problem(call->arena, PROBLEM_WRONG_STATE,
		       "This is %s; %s is possible from: %s.", state, step->action,
		       from.data);
}

static bool gate_conflicts(const PGresult *gate)
{
	for (int row = 0; row < row_count(gate); row++)
		if (strcmp(row_text(gate, row, "code"), "conflict_of_interest") == 0)
			return true;
	return false;
}

/* Reasons that each name a field are faults of the input: 422 with the
 * list of them (P2). */
static const struct fault *gate_faults(struct call *call, const PGresult *gate)
{
	const struct fault *faults = NULL;

	if (!row_has(gate, "pointer"))
		return NULL;
	for (int row = 0; row < row_count(gate); row++)
		if (row_text(gate, row, "pointer"))
			fault_add(call->arena, &faults, row_text(gate, row, "pointer"),
				  "%s", row_text(gate, row, "detail"));
	return faults;
}

static enum problem_kind gate_kind(const PGresult *gate, const struct fault *faults)
{
	if (gate_conflicts(gate))
		return PROBLEM_CONFLICTED;
	return faults ? PROBLEM_INVALID : PROBLEM_BLOCKED;
}

const struct problem *gate_judge(struct call *call, const PGresult *gate)
{
	const struct fault *faults;
	autobuffer blockers = { 0 };
	struct problem *blocked;

	if (row_count(gate) == 0)
		return NULL;
	faults = gate_faults(call, gate);
	blockers_add(&blockers, call->route->step->action, gate);
	blocked = problem(call->arena, gate_kind(gate, faults), "%s",
			  row_text(gate, 0, "detail"));
	blocked->errors = faults;
	blocked->blockers = arena_printf(call->arena, "[%s]", blockers.data);
	return blocked;
}

static const struct problem *flow_gate(struct call *call, struct looked *looked)
{
	const struct problem *err;

	if (!call->route->step->gate)
		return NULL;
	err = call_read(call, &looked->gate);
	return err ? err : gate_judge(call, looked->gate);
}

/* The names that other steps of this flow give its queries: NULL where
 * this one does not. */
static void flow_defaults(struct call *call)
{
	for (const struct step *step = call->resource->flow; step->action; step++) {
		for (const struct field *f = step->body; f && f->name; f++)
			if (!value_find(&call->values, f->name))
				call_set(call, f->name, NULL);
		for (const char *const *name = step->provides; name && *name; name++)
			if (!value_find(&call->values, *name))
				call_set(call, *name, NULL);
	}
}

static void flow_values(struct call *call, const struct looked *looked)
{
	const struct step *step = call->route->step;
	const char *state = row_text(looked->row, 0, "state");

	call_set(call, "from", step->from);
	call_set(call, "to", step->to ? step->to : state);
	call_set(call, "action", step->action);
	call_set(call, "version", row_text(looked->row, 0, "version"));
	flow_defaults(call);
	call_reach(call, step->permission);
}

const struct problem *flow_run(struct call *call)
{
	const struct step *step = call->route->step;
	struct looked looked = { 0 };
	const struct problem *err;

	/* Whoever sees the row hears the earlier answer again, also when what was done
	 * took the permission along (stepping down). */
	if ((err = flow_look(call, &looked)) || /* 404 */
	    (err = idempotency_judge(call)) || call->replayed ||
	    (err = flow_permit(call, &looked)) ||      /* 403 */
	    (err = version_judge(call, looked.row)) || /* 412 */
	    (err = flow_state(call, &looked)) ||       /* 409 */
	    (err = flow_gate(call, &looked)))	       /* 409 */
		return err;
	flow_values(call, &looked);
	err = step->handle ? step->handle(call) : flow_move(call);
	if (err || call->answer->status)
		return err;
	return resource_show_row(call, call->row);
}

const struct problem *flow_move(struct call *call)
{
	const PGresult *moved, *row;
	const struct problem *err = call_queue(call, call->resource->move);

	call_reach(call, call->resource->read);
	if (!err)
		err = call_queue(call, call->resource->get);
	if (!err)
		err = call_read(call, &moved);
	if (!err && row_count(moved) == 0)
		err = changed_first(call);
	if (!err)
		err = call_read(call, &row);
	if (!err)
		call->row = row;
	return err;
}
