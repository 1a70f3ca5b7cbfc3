/* The pool against a real PostgreSQL, which CHAPERONE_TEST_DSN names. */
#include "sql/pool.h"
#include <string.h>
#include "tests/unit/check.h"
#include "tests/unit/database.h"

static void killed_connection_is_503_then_recovers(struct pool *pool)
{
	const struct problem *err;
	const PGresult *result;
	struct tx tx;

	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx,
			statement("p_insert", "INSERT INTO pool_test VALUES (:id::int)"),
			value, "1000"));
	CHECK(!tx_read(&tx, &result));
	CHECK(!strcmp(terminate("pool_test"), "1"));
	CHECK(!tx_queue(&tx,
			statement("p_insert", "INSERT INTO pool_test VALUES (:id::int)"),
			value, "1001"));
	err = tx_commit(&tx);
	CHECK(kind_of(err) == PROBLEM_UNAVAILABLE && err->retry_after > 0);
	tx_end(&tx);
	CHECK(pool_state(pool).open == 0);
	CHECK(!strcmp(ask("SELECT count(*) FROM pool_test"), "0"));
	CHECK(!simple(pool));
	/* Killed while idle: nobody notices. */
	CHECK(!strcmp(terminate("pool_test"), "1"));
	CHECK(!simple(pool));
	CHECK(pool_state(pool).open == 1);
}

static void exhausted_pool_is_503_in_time(void)
{
	struct pool *pool = pool_made(1, 300);
	const struct problem *err;
	const PGresult *result;
	struct tx tx;
	long from;

	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx, statement("t_one", "SELECT 1"), value, NULL));
	CHECK(!tx_read(&tx, &result));
	from = now_ms();
	err = simple(pool);
	CHECK(kind_of(err) == PROBLEM_UNAVAILABLE && err->retry_after > 0);
	CHECK(now_ms() - from >= 290 && now_ms() - from < 1500);
	tx_end(&tx);
	CHECK(!simple(pool));
	pool_close(pool);
}

static void absent_database_is_503_at_once(void)
{
	static const enum query none[] = { Q_NONE };
	struct pool_options options = { "host=/nowhere", NULL, 4, 5000, 2000 };
	struct pool *pool = pool_open(&options, none);
	long from = now_ms();

	for (int i = 0; i < 200; i++)
		CHECK(kind_of(simple(pool)) == PROBLEM_UNAVAILABLE);
	CHECK(now_ms() - from < 2000);
	pool_close(pool);
}

static const struct problem *shape_run(struct tx *tx, int number)
{
	const PGresult *result;
	const struct problem *err;
	char name[40], text[64];

	snprintf(name, sizeof(name), "t_shape_%d", number);
	snprintf(text, sizeof(text), "SELECT %d AS n", number);
	if ((err = tx_queue(tx, statement(name, text), value, NULL)) ||
	    (err = tx_read(tx, &result)))
		return err;
	CHECK(row_number(result, 0, "n") == number);
	return NULL;
}

static void shapes_leave_when_unused_for_longest(void)
{
	struct pool *pool = pool_made(1, 300);
	const PGresult *result;
	struct tx tx;

	for (int i = 0; i < 100; i++) {
		tx_init(&tx, pool, arena, NULL);
		CHECK(!shape_run(&tx, i));
		CHECK(!shape_run(&tx, 0)); /* always in use: it must stay */
		CHECK(!tx_commit(&tx));
		tx_end(&tx);
	}
	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx,
			statement("t_kept", "SELECT count(*) AS n, bool_or(name = "
					    "'t_shape_0') AS first, bool_or(name = "
					    "'t_shape_1') AS second FROM "
					    "pg_prepared_statements"),
			value, NULL));
	CHECK(!tx_read(&tx, &result));
	CHECK(row_number(result, 0, "n") == 64);
	CHECK(row_flag(result, 0, "first") && !row_flag(result, 0, "second"));
	for (int i = 0; i < 100; i++) /* also within one transaction */
		CHECK(!shape_run(&tx, i));
	tx_end(&tx);
	/* A shape that fails to prepare, or was aborted before, is not thought to be
	 * there. */
	for (int i = 0; i < 2; i++) {
		tx_init(&tx, pool, arena, NULL);
		CHECK(!tx_queue(&tx, statement("t_wrong", "SELECT * FROM nowhere"), value,
				NULL));
		CHECK(!tx_queue(&tx, statement("t_behind", "SELECT 1"), value, NULL));
		CHECK(kind_of(tx_commit(&tx)) == PROBLEM_INTERNAL);
		tx_end(&tx);
	}
	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx, statement("t_behind", "SELECT 1"), value, NULL));
	CHECK(!tx_commit(&tx));
	tx_end(&tx);
	pool_close(pool);
}

static void session_has_our_settings(struct pool *pool)
{
	const PGresult *result;
	struct tx tx;

	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx,
			statement("t_show", "SELECT current_setting('timezone') AS z,"
					    " current_setting('statement_timeout') AS s,"
					    " current_setting('lock_timeout') AS l,"
					    " current_setting('jit') AS j,"
					    " current_setting('plan_cache_mode') AS p"),
			value, NULL));
	CHECK(!tx_read(&tx, &result));
	CHECK(!strcmp(row_text(result, 0, "z"), "UTC"));
	CHECK(!strcmp(row_text(result, 0, "s"), "2s"));
	CHECK(!strcmp(row_text(result, 0, "l"), "5s"));
	/* Compiling a query, or planning it anew, costs more than it gains here. */
	CHECK(!strcmp(row_text(result, 0, "j"), "off"));
	CHECK(!strcmp(row_text(result, 0, "p"), "force_generic_plan"));
	tx_end(&tx);
}

int main(void)
{
	struct pool *pool;

	if (!database_given())
		return 1;
	/* Its connections have a name of their own: other tests' are not to be killed. */
	dsn = arena_printf(arena, "%s application_name=pool_test", dsn);
	ask("DROP TABLE IF EXISTS pool_test");
	ask("CREATE TABLE pool_test (id int)");
	pool = pool_made(4, 1000);
	session_has_our_settings(pool);
	killed_connection_is_503_then_recovers(pool);
	pool_close(pool);
	exhausted_pool_is_503_in_time();
	absent_database_is_503_at_once();
	shapes_leave_when_unused_for_longest();
	ask("DROP TABLE pool_test");
	arena_free(arena);
	return check_done();
}
