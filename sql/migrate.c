/* Migrations and scripts: each in one transaction, with row security not forced on the
 * owner inside of it. FORCE would let a backfill update nothing in silence. */
#include "sql/migrate.h"
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>
#include "base/cleanup.h"
#include "sql/connection.h"

/* Any two of our migrations exclude each other, whatever database server they share. */
#define MIGRATION_LOCK "SELECT pg_advisory_lock(hashtext('chaperone migrate'))"

/* FORCE is lifted on every table, and set again on all that have row security, also those
 * the migration has just made. */
#define EACH_TABLE(where, command)                                                       \
	"DO $each$ DECLARE t regclass; BEGIN"                                            \
	" FOR t IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p')"                 \
	" AND relnamespace = 'public'::regnamespace AND " where " ORDER BY relname"      \
	" LOOP EXECUTE format('ALTER TABLE %s " command "', t); END LOOP; END $each$"

static const char unforce[] =
	EACH_TABLE("relforcerowsecurity", "NO FORCE ROW LEVEL SECURITY");
static const char force[] = EACH_TABLE(
	"relrowsecurity", "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY");

static bool complain(const char *what, const char *why)
{
	size_t length = strlen(why);

	while (length && why[length - 1] == '\n')
		length--;
	fprintf(stderr, "chaperone: %s: %.*s\n", what, (int)length, why);
	return false;
}

static bool result_good(const PGresult *result)
{
	ExecStatusType status = PQresultStatus(result);

	return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

static bool run(PGconn *pg, const char *what, const char *text)
{
	autoresult *result = PQexec(pg, text);

	return result_good(result) || complain(what, PQerrorMessage(pg));
}

static bool run_with(PGconn *pg, const char *what, const char *text, const char *first,
		     const char *second)
{
	const char *values[] = { first, second };
	autoresult *result = PQexecParams(pg, text, 2, NULL, values, NULL, NULL, 0);

	return result_good(result) || complain(what, PQerrorMessage(pg));
}

static PGconn *connect_owner(const char *database)
{
	autofree char *user = database_key(database, "user");
	PGconn *pg = database_connect(database, user ? NULL : "chaperone_owner",
				      "-c statement_timeout=0 -c timezone=UTC"
				      " -c client_min_messages=warning");

	if (PQstatus(pg) == CONNECTION_OK)
		return pg;
	complain("cannot connect to migrate", PQerrorMessage(pg));
	PQfinish(pg);
	return NULL;
}

static bool settings_set(PGconn *pg, const char *name, const char *const *settings)
{
	for (; settings && *settings; settings += 2)
		if (!run_with(pg, name, "SELECT set_config($1, $2, true)", settings[0],
			      settings[1]))
			return false;
	return true;
}

static const char migration_record[] =
	"INSERT INTO public.schema_migration (name, sha256) VALUES ($1, $2)";
static const char functions_record[] =
	"INSERT INTO public.schema_functions (name, sha256) VALUES ($1, $2)"
	" ON CONFLICT (name) DO UPDATE SET sha256 = excluded.sha256, applied_at = now()";

/* All of it or nothing. `record` writes down that it has run: $1 its name, $2 its digest.
 */
static bool run_whole(PGconn *pg, const struct migration_text *text,
		      const char *const *settings, const char *record)
{
	const char *name = text->name;
	bool good = run(pg, name, "BEGIN") && settings_set(pg, name, settings) &&
		    run(pg, name, unforce) && run(pg, name, text->text);

	if (good && PQtransactionStatus(pg) != PQTRANS_INTRANS) {
		run(pg, name, force); /* it has made the lifting last, too */
		return complain(name, "it must not end its own transaction");
	}
	good = good && run(pg, name, force);
	if (good && record)
		good = run_with(pg, name, record, name, text->sha256);
	if (good && run(pg, name, "COMMIT"))
		return true;
	PQclear(PQexec(pg, "ROLLBACK"));
	return false;
}

static const struct migration_text *text_find(const struct migration_text *texts,
					      const char *name)
{
	for (; texts->name; texts++)
		if (!strcmp(texts->name, name))
			return texts;
	return NULL;
}

/* What has run must still be what this program would run. A migration it does not know is
 * from a newer program: said, and left to it. */
static bool history_check(const PGresult *applied)
{
	bool good = true;

	for (int row = 0; row < PQntuples(applied); row++) {
		const char *name = PQgetvalue(applied, row, 0);
		const struct migration_text *text = text_find(migration_texts, name);

		if (!text)
			printf("%s is known to the database only: it is newer\n", name);
		else if (strcmp(text->sha256, PQgetvalue(applied, row, 1)) != 0)
			good = complain(name, "was edited after it had run here; "
					      "a change needs a new migration");
	}
	return good;
}

static bool has_run(const PGresult *applied, const char *name)
{
	for (int row = 0; row < PQntuples(applied); row++)
		if (!strcmp(PQgetvalue(applied, row, 0), name))
			return true;
	return false;
}

/* The present text of the rules, whole, when the database has another one. */
static bool functions_apply(PGconn *pg, int *done)
{
	const struct migration_text *text = function_texts;
	autoresult *kept = NULL;

	if (!text->name)
		return true;
	kept = PQexec(pg, "SELECT sha256 FROM public.schema_functions");
	if (!result_good(kept))
		return complain("schema_functions", PQerrorMessage(pg));
	if (PQntuples(kept) && !strcmp(PQgetvalue(kept, 0, 0), text->sha256))
		return true;
	if (!run_whole(pg, text, NULL, functions_record))
		return false;
	printf("applied sql/functions\n");
	++*done;
	return true;
}

bool migrate(const char *database)
{
	autoconn *pg = connect_owner(database);
	autoresult *applied = NULL;
	int done = 0;

	if (!pg || !run(pg, "the migration lock", MIGRATION_LOCK) ||
	    !run(pg, "schema_migration",
		 "CREATE TABLE IF NOT EXISTS public.schema_migration ("
		 " name text PRIMARY KEY, sha256 text NOT NULL,"
		 " applied_at timestamptz NOT NULL DEFAULT now())"))
		return false;
	applied = PQexec(
		pg, "SELECT name, sha256 FROM public.schema_migration ORDER BY name");
	if (!result_good(applied))
		return complain("schema_migration", PQerrorMessage(pg));
	if (!history_check(applied))
		return false;
	for (const struct migration_text *text = migration_texts; text->name; text++) {
		if (has_run(applied, text->name))
			continue;
		if (!run_whole(pg, text, NULL, migration_record))
			return false;
		printf("migrated %s\n", text->name);
		done++;
	}
	if (!functions_apply(pg, &done))
		return false;
	if (!done)
		printf("nothing to migrate\n");
	return true;
}

bool migrate_script(const char *database, const char *script, const char *const *settings)
{
	autoconn *pg = NULL;
	const struct migration_text *text = text_find(script_texts, script);

	if (!text)
		return complain(script, "there is no script of this name");
	if (!(pg = connect_owner(database)) ||
	    !run(pg, "the migration lock", MIGRATION_LOCK))
		return false;
	return run_whole(pg, text, settings, NULL);
}

/* What a restored database goes on with; each function does nothing where nothing was
 * restored. Its answer: whether it did something. */
static const struct {
	const char *name, *text, *said;
} resumptions[] = {
	{ "audit_resume", "SELECT public.audit_resume()",
	  "the audit trail goes on after a restore" },
	{ "changes_resume", "SELECT public.changes_resume() > 0",
	  "changed_since goes on after a restore: who polls begins anew" },
};

bool migrate_resume(const char *database)
{
	autoconn *pg = connect_owner(database);

	for (size_t i = 0; pg && i < COUNT_OF(resumptions); i++) {
		autoresult *resumed = PQexec(pg, resumptions[i].text);

		if (!result_good(resumed))
			return complain(resumptions[i].name, PQerrorMessage(pg));
		if (*PQgetvalue(resumed, 0, 0) == 't')
			printf("%s\n", resumptions[i].said);
	}
	return pg;
}

const char *migration_newest(void)
{
	const char *newest = "";

	for (const struct migration_text *text = migration_texts; text->name; text++)
		newest = text->name;
	return newest;
}
