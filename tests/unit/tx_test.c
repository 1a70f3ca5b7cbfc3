/* Transactions against a real PostgreSQL, which CHAPERONE_TEST_DSN names. */
#include "sql/tx.h"
#include <stdlib.h>
#include <string.h>
#include "tests/unit/check.h"
#include "tests/unit/database.h"

static const struct statement *insert(void)
{
	return statement("t_insert",
			 "INSERT INTO tx_test (id) VALUES (:id::int) RETURNING id");
}

static long rows(void)
{
	return strtol(ask("SELECT count(*) FROM tx_test"), NULL, 10);
}

static void two_statements_in_one_round_trip(struct pool *pool)
{
	const PGresult *first, *second;
	struct tx tx;

	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx,
			statement("t_set",
				  "SELECT set_config('me.x', :v, true), :none::int"
				  " AS none"),
			value, "seven"));
	CHECK(!tx_queue(&tx,
			statement("t_get", "SELECT current_setting('me.x') AS x, 42 AS n,"
					   " true AS f"),
			value, NULL));
	CHECK(tx.queued == 2);
	CHECK(!tx_sync(&tx));
	CHECK(!tx_read(&tx, &first) && PQntuples(first) == 1);
	CHECK(!row_text(first, 0, "none"));
	CHECK(!tx_read(&tx, &second) && !strcmp(row_text(second, 0, "x"), "seven"));
	CHECK(row_number(second, 0, "n") == 42 && row_flag(second, 0, "f"));
	CHECK(!tx_commit(&tx) && tx.query_us > 0);
	CHECK(!strcmp(row_text(second, 0, "x"), "seven")); /* readable until tx_end */
	tx_end(&tx);
	/* The setting was local to its transaction. */
	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx,
			statement("t_after", "SELECT current_setting('me.x', true) AS x"),
			value, NULL));
	CHECK(!tx_read(&tx, &first) && !*row_text(first, 0, "x"));
	CHECK(!tx_commit(&tx));
	tx_end(&tx);
	CHECK(pool_state(pool).open == 1 && pool_state(pool).busy == 0);
}

static void first_error_aborts_the_second(struct pool *pool)
{
	const PGresult *result;
	struct tx tx;

	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx, insert(), value, "1"));
	CHECK(!tx_queue(&tx, statement("t_bad", "SELECT 1 / (:id::int - 1)"), value,
			"1"));
	CHECK(!tx_queue(&tx, insert(), value, "2"));
	CHECK(!tx_sync(&tx));
	CHECK(!tx_read(&tx, &result) && row_number(result, 0, "id") == 1);
	CHECK(kind_of(tx_read(&tx, &result)) == PROBLEM_INTERNAL);
	CHECK(kind_of(tx_read(&tx, &result)) == PROBLEM_INTERNAL);
	CHECK(kind_of(tx_commit(&tx)) == PROBLEM_INTERNAL);
	tx_end(&tx);
	CHECK(rows() == 0);
	CHECK(pool_state(pool).open == 1); /* the connection is as good as before */
}

static void commit_keeps_and_abort_drops(struct pool *pool)
{
	const PGresult *result;
	struct tx tx;

	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_commit(&tx)); /* nothing at all is fine too */
	tx_end(&tx);
	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx, insert(), value, "10"));
	CHECK(!tx_commit(&tx));
	tx_end(&tx);
	CHECK(rows() == 1);
	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx, insert(), value, "11"));
	CHECK(!tx_read(&tx, &result));
	tx_abort(&tx);
	tx_end(&tx);
	CHECK(rows() == 1);
	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx, insert(), value, "12"));
	tx_end(&tx); /* without a word: that is no commit */
	CHECK(rows() == 1 && pool_state(pool).open == 1);
	tx_init(&tx, pool, arena, NULL);
	CHECK(!tx_queue(&tx, insert(), value, "13"));
	CHECK(kind_of(tx_queue(&tx, statement("t_hole", "SELECT :unknown"), value, "")) ==
	      PROBLEM_INTERNAL);
	CHECK(kind_of(tx_commit(&tx)) == PROBLEM_INTERNAL);
	tx_end(&tx);
	CHECK(rows() == 1 && pool_state(pool).open == 1);
}

static void reads_mid_way_then_writes(struct pool *pool)
{
	const PGresult *result;
	struct tx tx;

	tx_init(&tx, pool, arena, NULL);
	for (int i = 0; i < 30; i++) {
		CHECK(!tx_queue(
			&tx, statement("t_max", "SELECT max(id) + 1 AS n FROM tx_test"),
			value, NULL));
		CHECK(!tx_read(&tx, &result));
		CHECK(!tx_queue(&tx, insert(), value, (void *)row_text(result, 0, "n")));
		CHECK(tx.queued == 1);
		CHECK(i == 29 || !tx_read(&tx, &result)); /* the last one is not read */
	}
	CHECK(rows() == 1);
	CHECK(!tx_commit(&tx));
	tx_end(&tx);
	CHECK(rows() == 31);
	CHECK(kind_of(tx_queue(&tx, insert(), value, "1")) == PROBLEM_INTERNAL);
	tx_end(&tx);
}

static const struct constraint known_constraints[] = {
	{ "tx_test_small", PROBLEM_INVALID, "/id", "is too large" },
	{ "tx_test_pkey", PROBLEM_CONFLICTED, NULL, "it is there" },
	{ 0 }
};

static const struct failure {
	const char *sql;
	const struct constraint *constraints;
	enum problem_kind kind;
	const char *detail, *pointer;
} failures[] = {
	{ "INSERT INTO tx_test VALUES (10)", known_constraints, PROBLEM_CONFLICTED,
	  "it is there", NULL },
	{ "INSERT INTO tx_test VALUES (10)", NULL, PROBLEM_ALREADY_EXISTS, NULL, NULL },
	{ "INSERT INTO tx_test VALUES (9999999)", known_constraints, PROBLEM_INVALID,
	  NULL, "/id" },
	{ "INSERT INTO tx_test VALUES (9999999)", NULL, PROBLEM_INTERNAL, NULL, NULL },
	{ "INSERT INTO tx_later VALUES (5)", NULL, PROBLEM_INTERNAL, NULL, NULL },
	{ "SELECT tx_raise('no', 'wrong-state', '')", NULL, PROBLEM_WRONG_STATE, "no",
	  NULL },
	{ "SELECT tx_raise('bad', 'invalid', '/a/0')", NULL, PROBLEM_INVALID, NULL,
	  "/a/0" },
	{ "SELECT tx_raise('private', '', '')", NULL, PROBLEM_INTERNAL, NULL, NULL },
	{ "SELECT pg_sleep(5)", NULL, PROBLEM_UNAVAILABLE, NULL, NULL },
	{ "SELECT nothing FROM nowhere", NULL, PROBLEM_INTERNAL, NULL, NULL },
};

static void becomes_problem(struct pool *pool, const struct failure *failure,
			    const char *name)
{
	const struct problem *err;
	struct tx tx;

	tx_init(&tx, pool, arena, failure->constraints);
	CHECK(!tx_queue(&tx, statement(name, failure->sql), value, NULL));
	err = tx_commit(&tx);
	CHECK(kind_of(err) == failure->kind);
	CHECK(!err || !failure->detail || !strcmp(err->detail, failure->detail));
	CHECK(!err || !strstr(err->detail, "private"));
	CHECK(!failure->pointer ||
	      (err && err->errors && !strcmp(err->errors->pointer, failure->pointer)));
	tx_end(&tx);
}

static void constraints_become_problems(struct pool *pool)
{
	char name[16];

	for (size_t i = 0; i < COUNT_OF(failures); i++) {
		snprintf(name, sizeof(name), "t_case%zu", i);
		becomes_problem(pool, &failures[i], name);
	}
	CHECK(pool_state(pool).open == 1); /* none of it costs the connection */
}

static void tables_make(void)
{
	ask("DROP TABLE IF EXISTS tx_later, tx_test");
	ask("CREATE TABLE tx_test (id int PRIMARY KEY,"
	    " CONSTRAINT tx_test_small CHECK (id < 1000000))");
	ask("CREATE TABLE tx_later (id int REFERENCES tx_test DEFERRABLE INITIALLY DEFERRED)");
	ask("CREATE OR REPLACE FUNCTION tx_raise(m text, d text, h text) RETURNS void"
	    " LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION USING MESSAGE = m, DETAIL = d,"
	    " HINT = h; END $$");
}

int main(void)
{
	struct pool *pool;

	if (!database_given())
		return 1;
	tables_make();
	pool = pool_made(4, 1000);
	two_statements_in_one_round_trip(pool);
	first_error_aborts_the_second(pool);
	commit_keeps_and_abort_drops(pool);
	reads_mid_way_then_writes(pool);
	constraints_become_problems(pool);
	pool_close(pool);
	ask("DROP TABLE tx_later, tx_test");
	ask("DROP FUNCTION tx_raise");
	arena_free(arena);
	return check_done();
}
