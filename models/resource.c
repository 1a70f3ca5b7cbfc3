/* What every resource answers alike: show one, list, insert, update. */
#include "models/resource.h"
#include <stdlib.h>
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

bool route_takes_fields(const struct route *route)
{
	/* the columns of a CSV of its own have names that fields= cannot say */
	if (route->media == MEDIA_CSV_ONLY)
		return false;
	return route->sql || route->step || route->list;
}

enum field_mode route_mode(const struct route *route)
{
	return strcmp(route->method, "PATCH") == 0 ? FIELD_PATCH : FIELD_CREATE;
}

static void reach_read(struct call *call)
{
	if (call->me)
		call_reach(call, call->resource->read);
}

static const struct problem *not_covered(struct call *call)
{
	return problem(
		call->arena, PROBLEM_FORBIDDEN,
		"You may see this, but what you hold does not cover a change here.");
}

const struct problem *resource_show(struct call *call)
{
	const struct resource *resource = call->resource;
	const struct problem *err;
	const PGresult *row;

	reach_read(call);
	err = resource->flow ? run(call, resource->get, &row)
			     : run_last(call, resource->get, &row);
	if (err)
		return err;
	if (row_count(row) == 0)
		return nothing(call);
	call->row = row;
	call->tagged = true;
	return resource->flow ? actions_show(call, row) : NULL;
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

const struct problem *resource_created(struct call *call)
{
	const char *id = call_text(call, "id");
	const struct problem *err = resource_show(call);

	answer_header(call->answer, "Location", resource_href(call, id));
	if (!err || err->kind != PROBLEM_NOT_FOUND)
		return err;
	/* whoever may add one need not be among those who may read it */
	call_answer(call, 201, json_pack("{s:s}", "id", id));
	return NULL;
}

const struct problem *resource_create(struct call *call, enum query query)
{
	const struct problem *err = resource_insert(call, query);

	return err ? err : resource_created(call);
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
	if (row_covered(&reach, row) &&
	    strcmp(row_text(row, 0, "version"), call_text(call, "version")) != 0)
		return problem(call->arena, PROBLEM_VERSION_CHANGED,
			       "This is at version %s now: read it again.",
			       row_text(row, 0, "version"));
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

const char *const part_provides[] = { "new_id", NULL };

/* Holds the row, so that the next one to add to it is judged by what this one wrote. */
static const struct problem *owner_hold(struct call *call)
{
	const struct problem *err = call_queue(call, q_row_hold);
	const PGresult *owner;

	if (!err)
		err = owner_queue(call);
	if (!err)
		err = call_read(call, NULL);
	if (!err)
		err = call_read(call, &owner);
	if (err)
		return err;
	if (row_count(owner) == 0)
		return nothing(call);
	return row_covered(&call->reach, owner) ? NULL : not_covered(call);
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
