/* Migrations of its own against a real PostgreSQL, in a database made for the purpose. */
#include "sql/migrate.h"
#include <libpq-fe.h>
#include <stdlib.h>
#include <string.h>
#include "base/arena.h"
#include "tests/unit/check.h"

#define DATABASE "chaperone_migrate_test"
#define FORCED "SELECT relforcerowsecurity FROM pg_class WHERE relname = 'note'"
#define HASH "00000000000000000000000000000000000000000000000000000000000000"

/* These take the place of the service's own, so that each case can be a wrong one. */
struct migration_text migrations_under_test[4];
extern const struct migration_text migration_texts[4]
	__attribute__((alias("migrations_under_test")));

const struct migration_text function_texts[] = { { 0 } };
const struct migration_text script_texts[] = {
	{ "greet",
	  "INSERT INTO note (id, body) VALUES (9, current_setting('script.word'))",
	  HASH },
	{ "leave", "INSERT INTO note (id, body) VALUES (8, 'x'); COMMIT; SELECT 1",
	  HASH },
	{ 0 }
};

static const struct migration_text tables = {
	"0001_tables",
	"CREATE TABLE note (id int PRIMARY KEY, body text NOT NULL);"
	"CREATE TABLE plain (id int);"
	"ALTER TABLE note ENABLE ROW LEVEL SECURITY;"
	"CREATE POLICY nobody ON note USING (false) WITH CHECK (false);"
	"INSERT INTO note VALUES (1, 'one')",
	HASH "01"
};
static const struct migration_text backfill = { "0002_backfill",
						"UPDATE note SET body = 'filled'",
						HASH "02" };

static struct arena *arena;
static char *dsn;

static const char *ask_as(const char *where, const char *sql)
{
	PGconn *pg = PQconnectdb(where);
	PGresult *result = PQexec(pg, sql);
	const char *answer = "";

	if (PQresultStatus(result) == PGRES_FATAL_ERROR || PQstatus(pg))
		fprintf(stderr, "%s", PQerrorMessage(pg));
	if (PQntuples(result))
		answer = arena_copy(arena, PQgetvalue(result, 0, 0));
	PQclear(result);
	PQfinish(pg);
	return answer;
}

/* Past row security, which binds even the owner here. */
static const char *ask(const char *sql)
{
	return ask_as(
		arena_printf(arena, "%s dbname=" DATABASE, getenv("CHAPERONE_TEST_DSN")),
		sql);
}

static void database_make(void)
{
	const char *given = getenv("CHAPERONE_TEST_DSN");

	ask_as(given, "DROP DATABASE IF EXISTS " DATABASE " WITH (FORCE)");
	ask_as(given,
	       "DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname ="
	       " 'chaperone_owner') THEN CREATE ROLE chaperone_owner LOGIN NOINHERIT;"
	       " END IF; END $$");
	ask_as(given, "CREATE DATABASE " DATABASE " OWNER chaperone_owner");
	ask("ALTER SCHEMA public OWNER TO chaperone_owner");
	dsn = arena_printf(arena, "%s dbname=" DATABASE " user=chaperone_owner", given);
}

static void runs_once_and_forces(void)
{
	migrations_under_test[0] = tables;
	CHECK(migrate(dsn));
	CHECK(!strcmp(ask(FORCED), "t"));
	CHECK(!strcmp(ask("SELECT relrowsecurity OR relforcerowsecurity FROM pg_class"
			  " WHERE relname = 'plain'"),
		      "f"));
	CHECK(!strcmp(ask_as(dsn, "SELECT count(*) FROM note"),
		      "0")); /* it binds the owner */
	CHECK(migrate(dsn));
	CHECK(!strcmp(ask("SELECT count(*) FROM schema_migration"), "1"));
	CHECK(!strcmp(migration_newest(), "0001_tables"));
}

static void backfill_reaches_its_rows(void)
{
	migrations_under_test[1] = backfill;
	CHECK(migrate(dsn));
	CHECK(!strcmp(ask("SELECT body FROM note WHERE id = 1"), "filled"));
	CHECK(!strcmp(ask(FORCED), "t"));
}

/* Under FORCE the check would not see the row without a parent, and pass. */
static void bad_key_fails_and_leaves_nothing(void)
{
	static const struct migration_text wrong[] = {
		{ "0003_key",
		  "CREATE TABLE parent (id int PRIMARY KEY);"
		  "ALTER TABLE note ADD FOREIGN KEY (id) REFERENCES parent",
		  HASH "03" },
		{ "0003_syntax", "CREATE TABLE parent (id int); CREATE TABEL x",
		  HASH "05" },
	};

	for (size_t i = 0; i < COUNT_OF(wrong); i++) {
		migrations_under_test[2] = wrong[i];
		CHECK(!migrate(dsn));
		CHECK(!*ask("SELECT to_regclass('parent')"));
		CHECK(!strcmp(ask("SELECT count(*) FROM schema_migration"), "2"));
		CHECK(!strcmp(ask(FORCED), "t"));
	}
	migrations_under_test[2] = (struct migration_text){ 0 };
}

static void edited_migration_refuses(void)
{
	migrations_under_test[0].sha256 = HASH "99";
	CHECK(!migrate(dsn));
	migrations_under_test[0] = tables;
	CHECK(migrate(dsn));
	migrations_under_test[1] = (struct migration_text){ 0 };
	CHECK(migrate(dsn)); /* the database is newer: said, not refused */
	migrations_under_test[1] = backfill;
}

static void scripts_get_their_settings(void)
{
	static const char *const settings[] = { "script.word", "it's \"there\"", NULL };

	CHECK(migrate_script(dsn, "greet", settings));
	CHECK(!strcmp(ask("SELECT body FROM note WHERE id = 9"), settings[1]));
	CHECK(!migrate_script(dsn, "greet", settings)); /* the same key again */
	CHECK(!migrate_script(dsn, "nothing", NULL));
	CHECK(!migrate_script(dsn, "leave", NULL)); /* ends its own transaction */
	CHECK(!strcmp(ask(FORCED), "t"));
}

int main(void)
{
	if (!getenv("CHAPERONE_TEST_DSN")) {
		fprintf(stderr, "CHAPERONE_TEST_DSN names no database to test with\n");
		return 1;
	}
	arena = arena_new();
	database_make();
	runs_once_and_forces();
	backfill_reaches_its_rows();
	bad_key_fails_and_leaves_nothing();
	edited_migration_refuses();
	scripts_get_their_settings();
	ask_as(getenv("CHAPERONE_TEST_DSN"), "DROP DATABASE " DATABASE " WITH (FORCE)");
	arena_free(arena);
	return check_done();
}
