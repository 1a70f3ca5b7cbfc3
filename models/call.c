/* Runs a call's queries: the context first, names to values, one pipeline. */
#include "models/call.h"
#include <string.h>
#include "base/log.h"
#include "models/reach.h"
#include "models/resource.h"
#include "models/ways.h"

void call_set(struct call *call, const char *name, const char *text)
{
	value_set(call->arena, &call->values, name, text);
}

const char *call_text(const struct call *call, const char *name)
{
	const struct value *value = value_find(&call->values, name);

	return value ? value->text : NULL;
}

bool call_flag(const struct call *call, const char *name)
{
	const char *text = call_text(call, name);

	return text && *text == 't';
}

void call_reach(struct call *call, enum permission permission)
{
	call->reach = policy_reach(call->arena, call->me, permission);
	call->compartment = policy_reach(call->arena, call->me, SAFEGUARDING_READ);
}

void call_set_reach(struct call *call, const char *prefix, enum permission permission)
{
	struct reach reach = policy_reach(call->arena, call->me, permission);

	call_set(call, arena_printf(call->arena, "%s_tenant", prefix),
		 reach.tenant ? "true" : "false");
	call_set(call, arena_printf(call->arena, "%s_schools", prefix),
		 array_text(call->arena, reach.schools));
}

static bool only_reads(const struct call *call)
{
	return call->read_only && !(call->route && call->route->audited);
}

/* Who is calling: only ever from the principal, so that no input can pose as it. */
static bool value_me(const struct call *call, const char *name, const char **ret_text)
{
	const struct principal *me = call->me;
	const struct value known[] = {
		{ "tenant", me->tenant },
		{ "person", me->person },
		{ "identity", me->identity },
		{ "session", me->session },
		{ "request_id", call->request->id },
		{ "read_only", only_reads(call) ? "true" : "false" },
	};

	if (strcmp(name, "session_version") == 0) {
		*ret_text = arena_printf(call->arena, "%d", me->session_version);
		return true;
	}
	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strcmp(known[i].name, name) == 0) {
			*ret_text = known[i].text;
			return true;
		}
	return false;
}

bool call_value(void *data, const char *name, const char **ret_text)
{
	struct call *call = data;
	const struct value *value;

	if (strncmp(name, "me_", 3) == 0)
		return call->me && value_me(call, name + 3, ret_text);
	if (strncmp(name, "reach_", 6) == 0)
		return reach_value(call->arena, &call->reach, name + 6, ret_text);
	if (strncmp(name, "inside_", 7) == 0)
		return reach_value(call->arena, &call->compartment, name + 7, ret_text);
	value = value_find(&call->values, name);
	if (value)
		*ret_text = value->text;
	return value;
}

/* Other slots than {reach} stay empty where the query has none of them. */
static const struct statement *statement_for(struct call *call, enum query query)
{
	const struct statement *ready = query_statement(query);
	const struct page *page = &call->page;
	const char *reach = NULL;

	if (ready)
		return ready;
	if (query_has_slot(query, "reach"))
		reach = reach_sql(call->arena, &call->reach, &call->compartment, query);
	return query_shape(
		call->arena, query, "reach", reach, "filter",
		query_has_slot(query, "filter") ? page->filter_sql : NULL, "cursor",
		query_has_slot(query, "cursor") ? page->cursor_sql : NULL, "page",
		query_has_slot(query, "page") ? ways_page(call, query, reach) : NULL,
		NULL);
}

static const struct problem *call_enter(struct call *call)
{
	const struct problem *err = NULL;

	if (!call->tx.arena) {
		tx_init(&call->tx, call->pool, call->arena, call->resource->constraints);
		if (call->route && call->route->binary) {
			call->tx.bytes = call->request->body;
			call->tx.bytes_length = call->request->body_length;
		}
	}
	if (call->me && !call->entered)
		err = tx_queue(&call->tx, query_statement(q_enter), call_value, call);
	call->entered = !err;
	return err;
}

const struct problem *call_queue(struct call *call, enum query query)
{
	const struct statement *statement = statement_for(call, query);
	const struct problem *err = call_enter(call);

	if (err)
		return err;
	if (!statement)
		return problem(call->arena, PROBLEM_INTERNAL, "%s", "");
	return tx_queue(&call->tx, statement, call_value, call);
}

/* The session has to stand in this very transaction; whatever else was sent counts for
 * nothing when it does not. */
static const struct problem *call_admit(struct call *call)
{
	struct problem *ended;
	const struct problem *err;
	const PGresult *rows;

	if (!call->me || call->admitted)
		return NULL;
	if ((err = tx_read(&call->tx, &rows)))
		return err;
	call->admitted = row_count(rows) == 1;
	if (call->admitted)
		return NULL;
	call->revoked = true;
	tx_abort(&call->tx);
	ended = problem(call->arena, PROBLEM_UNAUTHENTICATED, "This session has ended.");
	ended->challenge = "Bearer realm=\"chaperone\", error=\"invalid_token\"";
	return ended;
}

const struct problem *call_read(struct call *call, const PGresult **ret_rows)
{
	const struct problem *err = call_admit(call);
	const PGresult *unused;

	return err ? err : tx_read(&call->tx, ret_rows ? ret_rows : &unused);
}

const struct problem *run(struct call *call, enum query query, const PGresult **ret_rows)
{
	const struct problem *err = call_queue(call, query);

	return err ? err : call_read(call, ret_rows);
}

const struct problem *run_last(struct call *call, enum query query,
			       const PGresult **ret_rows)
{
	const struct problem *err = call_queue(call, query);

	if (!err && call->read_only)
		err = tx_sync(&call->tx);
	return err ? err : call_read(call, ret_rows);
}

const struct problem *call_commit(struct call *call)
{
	const struct problem *err = NULL;

	if (call->tx.arena)
		err = tx_commit(&call->tx);
	call_end(call);
	return err;
}

void call_end(struct call *call)
{
	if (call->tx.arena)
		tx_end(&call->tx);
	call->answer->query_us += call->tx.query_us;
	call->tx = (struct tx){ 0 };
	call->entered = call->admitted = false;
	call->row = call->rows = NULL;
}
