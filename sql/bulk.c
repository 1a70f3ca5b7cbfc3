/* Many rows at once, in one transaction on a connection of its own. */
#include "sql/bulk.h"
#include <string.h>
#include "sql/connection.h"
#include "sql/migrate.h"
#include "sql/sqlstate.h"

/* Reports what went wrong, if it did; the result is freed unless it is asked for. */
static const struct problem *settle(struct bulk *bulk, PGresult *result, const char *what,
				    ExecStatusType wanted, PGresult **ret_result)
{
	ExecStatusType status = PQresultStatus(result);
	const struct problem *err = NULL;

	if (status != wanted)
		err = PQstatus(bulk->pg) == CONNECTION_OK
			      ? sqlstate_report(bulk->arena, result, NULL, what)
			      : sqlstate_lost(bulk->arena, strcmp(what, "commit") == 0);
	if (!err && ret_result)
		*ret_result = result;
	else
		PQclear(result);
	return err;
}

const struct problem *bulk_run(struct bulk *bulk, const char *what, const char *text)
{
	return settle(bulk, PQexec(bulk->pg, text), what, PGRES_COMMAND_OK, NULL);
}

static const struct problem *lock_take(struct bulk *bulk, const char *lock)
{
	const char *values[] = { lock };
	PGresult *result;
	const struct problem *err = settle(
		bulk,
		PQexecParams(bulk->pg, "SELECT pg_try_advisory_xact_lock(hashtext($1))",
			     1, NULL, values, NULL, NULL, 0),
		lock, PGRES_TUPLES_OK, &result);

	if (err)
		return err;
	if (*PQgetvalue(result, 0, 0) != 't')
		err = problem(bulk->arena, PROBLEM_IN_PROGRESS,
			      "Somebody else is at it: %s is under way already.", lock);
	PQclear(result);
	return err;
}

const struct problem *bulk_open(struct bulk *bulk, struct arena *arena,
				const char *database, const char *role, const char *lock)
{
	const struct problem *err;

	*bulk = (struct bulk){ .arena = arena };
	bulk->pg = database_connect(database, role,
				    "-c statement_timeout=0 -c timezone=UTC"
				    " -c datestyle=ISO -c client_min_messages=warning");
	if (PQstatus(bulk->pg) != CONNECTION_OK)
		return problem(arena, PROBLEM_UNAVAILABLE,
			       "The database cannot be reached: %s",
			       PQerrorMessage(bulk->pg));
	err = bulk_run(bulk, "begin", "BEGIN");
	return err ? err : lock_take(bulk, lock);
}

const struct problem *bulk_set(struct bulk *bulk, const char *name, const char *value)
{
	const char *values[] = { name, value };

	return settle(bulk,
		      PQexecParams(bulk->pg, "SELECT set_config($1, $2, true)", 2, NULL,
				   values, NULL, NULL, 0),
		      name, PGRES_TUPLES_OK, NULL);
}

const struct problem *bulk_copy_begin(struct bulk *bulk, const char *command)
{
	const struct problem *err =
		settle(bulk, PQexec(bulk->pg, command), "copy", PGRES_COPY_IN, NULL);

	bulk->copying = !err;
	return err;
}

const struct problem *bulk_copy(struct bulk *bulk, const char *bytes, size_t length)
{
	if (PQputCopyData(bulk->pg, bytes, (int)length) == 1)
		return NULL;
	return sqlstate_lost(bulk->arena, false);
}

const struct problem *bulk_copy_end(struct bulk *bulk)
{
	bulk->copying = false;
	if (PQputCopyEnd(bulk->pg, NULL) != 1)
		return sqlstate_lost(bulk->arena, false);
	return settle(bulk, PQgetResult(bulk->pg), "copy", PGRES_COMMAND_OK, NULL);
}

const struct problem *bulk_script(struct bulk *bulk, const char *name,
				  const char **ret_text)
{
	const struct migration_text *script = script_texts;
	const struct problem *err;
	PGresult *result;

	while (strcmp(script->name, name) != 0)
		script++;
	err = settle(bulk, PQexec(bulk->pg, script->text), name, PGRES_TUPLES_OK,
		     &result);
	if (err)
		return err;
	*ret_text = arena_copy(bulk->arena, PQgetvalue(result, 0, 0));
	PQclear(result);
	return NULL;
}

const struct problem *bulk_commit(struct bulk *bulk)
{
	return bulk_run(bulk, "commit", "COMMIT");
}

/* A closed connection has rolled back. */
void bulk_close(struct bulk *bulk)
{
	if (bulk->pg)
		PQfinish(bulk->pg);
	bulk->pg = NULL;
}
