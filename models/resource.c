/* What every resource answers alike: show one, list, insert, update. */
#include "models/resource.h"
#include <string.h>
#include "base/id.h"
#include "models/flow.h"

static const struct problem *nothing(struct call *call)
{
	return problem(call->arena, PROBLEM_NOT_FOUND,
		       "There is nothing with this id, or not for you.");
}

const char *resource_href(struct call *call, const char *id)
{
	return arena_printf(call->arena, "%s/%s", call->resource->path, id);
}

static void reach_read(struct call *call)
{
	if (call->me)
		call_reach(call, call->resource->read);
}

static const struct problem *not_covered(struct call *call)
{
	return problem(call->arena, PROBLEM_FORBIDDEN,
		       "You see this, but what you hold does not cover a change here.");
}

/* The row, in one round trip where nothing has to be asked about it afterwards. With
 * gates to ask the row comes first, because its state says which; where few rows have
 * any, the transaction is ended with the row, and begun again for those that do. */
static const struct problem *row_look(struct call *call, const PGresult **ret_row)
{
	const struct resource *resource = call->resource;
	bool gates = actions_ask(call);
	const struct problem *err;

	if (gates && !(call->read_only && resource->gates_rare))
		return run(call, resource->get, ret_row);
	err = run_last(call, resource->get, ret_row);
	if (err || !gates || row_count(*ret_row) == 0 || !actions_gated(call, *ret_row))
		return err;
	if ((err = call_commit(call)))
		return err;
	return run(call, resource->get, ret_row);
}

const struct problem *resource_show_row(struct call *call, const PGresult *row)
{
	if (row_count(row) == 0)
		return nothing(call);
	call->row = row;
	call->tagged = true;
	return call->resource->flow ? actions_show(call, row) : NULL;
}

const struct problem *resource_show(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	reach_read(call);
	err = row_look(call, &row);
	return err ? err : resource_show_row(call, row);
}

const struct problem *resource_row(struct call *call, enum query query)
{
	const PGresult *row;
	const struct problem *err = run_last(call, query, &row);

	if (!err && row_count(row) == 0)
		return nothing(call);
	call->row = row;
	return err;
}

/* A list that belongs to one row is only there for who sees the row. */
static const struct problem *owner_queue(struct call *call)
{
	struct reach reach = call->reach;
	const struct problem *err;

	reach_read(call);
	err = call_queue(call, call->resource->get);
	call->reach = reach;
	return err;
}

const struct problem *resource_list(struct call *call, enum query query)
{
	bool inner = call->resource->get && value_find(&call->values, "id");
	const struct problem *err = inner ? owner_queue(call) : NULL;
	const PGresult *owner, *rows;

	if (!err)
		err = call_queue(call, query);
	if (!err && call->read_only)
		err = tx_sync(&call->tx);
	if (!err && inner)
		err = call_read(call, &owner);
	if (!err && inner && row_count(owner) == 0)
		err = nothing(call);
	if (!err)
		err = call_read(call, &rows);
	if (!err)
		call->rows = rows;
	return err;
}

/* What {ok, fault, why} say, where the query says it. */
static const struct problem *outcome(struct call *call, const PGresult *rows)
{
	const char *fault, *why;

	if (row_count(rows) == 0 || !row_has(rows, "ok") || row_flag(rows, 0, "ok"))
		return NULL;
	fault = row_has(rows, "fault") ? row_text(rows, 0, "fault") : NULL;
	why = row_has(rows, "why") ? row_text(rows, 0, "why") : NULL;
	if (fault)
		return problem_field(call->arena, fault, "%s",
				     why ? why : "is unknown, or not within your reach");
	return problem(call->arena, PROBLEM_WRONG_STATE, "%s",
		       why ? why : "This cannot be done as things stand.");
}

const struct problem *resource_insert(struct call *call, enum query query)
{
	const PGresult *rows;
	const struct problem *err = run(call, query, &rows);

	return err ? err : outcome(call, rows);
}

static const struct problem *created_row(struct call *call, const PGresult *row)
{
	const char *id = call_text(call, "id");

	answer_header(call->answer, "Location", resource_href(call, id));
	if (row_count(row) > 0)
		return resource_show_row(call, row);
	/* whoever may add one need not be among those who may read it */
	call_answer(call, 201, json_pack("{s:s}", "id", id));
	return NULL;
}

const struct problem *resource_created(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	reach_read(call);
	err = run(call, call->resource->get, &row);
	return err ? err : created_row(call, row);
}

const struct problem *resource_create(struct call *call, enum query query,
				      enum query more)
{
	const struct problem *err;
	const PGresult *made, *row;

	err = call_queue(call, query);
	if (!err && more)
		err = call_queue(call, more);
	reach_read(call);
	if (!err)
		err = call_queue(call, call->resource->get);
	if (!err)
		err = call_read(call, &made);
	if (!err)
		err = outcome(call, made);
	if (!err && more)
		err = call_read(call, NULL);
	if (!err)
		err = call_read(call, &row);
	return err ? err : created_row(call, row);
}

const struct problem *version_judge(struct call *call, const PGresult *row)
{
	const char *now = row_text(row, 0, "version");

	if (!call->if_version || strcmp(call->if_version, now) == 0)
		return NULL;
	return problem(call->arena, PROBLEM_VERSION_CHANGED,
		       "This is at version %s now: read it again.", now);
}

const struct problem *changed_first(struct call *call)
{
	return problem(call->arena, PROBLEM_WRONG_STATE,
		       "Somebody else changed this first: read it again.");
}

/* Why an UPDATE found no row: 404, 403 or 412, in this order. */
static const struct problem *update_missed(struct call *call)
{
	struct reach reach = call->reach;
	const struct problem *err;
	const PGresult *row;

	reach_read(call);
	if ((err = run(call, call->resource->get, &row)))
		return err;
	if (row_count(row) == 0)
		return nothing(call);
	if (row_covered(&reach, row, "_own") && (err = version_judge(call, row)))
		return err;
	return not_covered(call);
}

const struct problem *resource_update(struct call *call, enum query query)
{
	const PGresult *rows;
	const struct problem *err = run(call, query, &rows);

	if (err)
		return err;
	return row_count(rows) == 0 ? update_missed(call) : outcome(call, rows);
}

/* Holds the row, so that the next one to add to it is judged by what this one wrote, and
 * whom the body names, so that nobody is added who leaves meanwhile. Everybody takes the
 * row first and then the person: leaving takes the person alone. */
static const struct problem *owner_hold(struct call *call)
{
	bool person = call_text(call, "person_id");
	const struct problem *err = call_queue(call, q_row_hold);
	const PGresult *owner;

	if (!err && person)
		err = call_queue(call, q_person_hold);
	if (!err)
		err = owner_queue(call);
	if (!err)
		err = call_read(call, NULL);
	if (!err && person)
		err = call_read(call, NULL);
	if (!err)
		err = call_read(call, &owner);
	if (err)
		return err;
	if (row_count(owner) == 0)
		return nothing(call);
	return row_covered(&call->reach, owner, "_own") ? NULL : not_covered(call);
}

const struct problem *resource_part(struct call *call)
{
	const struct problem *err = owner_hold(call);
	const PGresult *rows;
	char id[ID_SIZE];

	if (err)
		return err;
	id_new(id);
	call_set(call, "new_id", arena_copy(call->arena, id));
	if ((err = run(call, call->route->sql, &rows)))
		return err;
	if (row_count(rows) == 0)
		return nothing(call);
	err = outcome(call, rows);
	return err ? err : resource_show(call);
}
