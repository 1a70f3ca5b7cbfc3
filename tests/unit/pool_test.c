/* The pool against a real PostgreSQL, which CHAPERONE_TEST_DSN names. */
#include "sql/pool.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tests/unit/check.h"
#include "tests/unit/database.h"

static const struct problem *simple(struct pool *pool)
{
	const struct problem *err;
	struct tx tx;

	tx_init(&tx, pool, arena, NULL);
	err = tx_queue(&tx, statement("t_one", "SELECT 1"), value, NULL);
	if (!err)
		err = tx_commit(&tx);
	tx_end(&tx);
	return err;
}

static const char *terminate(void)
{
	return ask("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
		   " WHERE application_name = 'pool_test' AND pid <> pg_backend_pid()");
}

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
	CHECK(!strcmp(terminate(), "1"));
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
	CHECK(!strcmp(terminate(), "1"));
	CHECK(!simple(pool));
	CHECK(pool_state(pool).open == 1);
}

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
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

/* One of many threads on few connections. */
struct worker {
	pthread_t thread;
	struct pool *pool;
	const char *sql;
	int times, done, refused, wrong;
	long longest_ms;
};

static void work_once(struct worker *worker, struct arena *own,
		      const struct statement *echo, int number)
{
	const struct problem *err;
	const PGresult *result = NULL;
	long from = now_ms();
	char text[16];
	struct tx tx;

	snprintf(text, sizeof(text), "%d", number);
	tx_init(&tx, worker->pool, own, NULL);
	if (!(err = tx_queue(&tx, echo, value, text)) && !(err = tx_sync(&tx)) &&
	    !(err = tx_read(&tx, &result)))
		worker->wrong += strcmp(row_text(result, 0, "v"), text) != 0;
	if (!err)
		err = tx_commit(&tx);
	tx_end(&tx);
	worker->done += !err;
	worker->refused += kind_of(err) == PROBLEM_UNAVAILABLE;
	from = now_ms() - from;
	worker->longest_ms = from > worker->longest_ms ? from : worker->longest_ms;
}

static void *worker_run(void *data)
{
	struct worker *worker = data;
	struct arena *own = arena_new();
	struct statement echo;

	worker->wrong += !statement_compile(own, "t_echo", worker->sql, &echo);
	for (int i = 0; i < worker->times; i++)
		work_once(worker, own, &echo, i);
	arena_free(own);
	return NULL;
}

enum { WORKERS = 16 };

/* All of them at the same time; the sums of what came out. */
static struct worker workers_run(struct pool *pool, const char *sql, int times)
{
	struct worker workers[WORKERS], sum = { .times = WORKERS * times };

	for (int i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){ .pool = pool, .sql = sql, .times = times };
		if (pthread_create(&workers[i].thread, NULL, worker_run, &workers[i]))
			abort();
	}
	for (int i = 0; i < WORKERS; i++) {
		pthread_join(workers[i].thread, NULL);
		sum.done += workers[i].done;
		sum.refused += workers[i].refused;
		sum.wrong += workers[i].wrong;
		if (workers[i].longest_ms > sum.longest_ms)
			sum.longest_ms = workers[i].longest_ms;
	}
	return sum;
}

static void all_are_back(struct pool *pool, int size)
{
	struct pool_state state = pool_state(pool);

	CHECK(state.open >= 1 && state.open <= size && !state.busy && !state.waiting);
	CHECK(!simple(pool));
}

/* Whoever sleeps through what was given back waits until the pool's own limit. */
static void many_threads_share_few_connections(void)
{
	enum { WAIT_MS = 20000 };

	for (int size = 1; size <= 4; size++) {
		struct pool *pool = pool_made(size, WAIT_MS);
		struct worker sum = workers_run(pool, "SELECT :v AS v", 200);

		CHECK(sum.done == sum.times && !sum.wrong);
		CHECK(sum.longest_ms < WAIT_MS / 2);
		all_are_back(pool, size);
		pool_close(pool);
	}
}

/* Time is up for some at the very moment at which they are woken. */
static void giving_up_loses_nothing(void)
{
	struct pool *pool = pool_made(1, 30);
	struct worker sum = workers_run(pool, "SELECT :v AS v, pg_sleep(0.004)", 20);

	CHECK(sum.done + sum.refused == sum.times && !sum.wrong);
	CHECK(sum.done && sum.refused);
	all_are_back(pool, 1);
	pool_close(pool);
}

/* Each finds its connection closed, while others wait for it. */
static void killed_under_load_is_replaced(void)
{
	struct pool *pool = pool_made(2, 20000);
	struct worker sum;

	for (int i = 0; i < 5; i++) {
		CHECK(!simple(pool));
		terminate();
		sum = workers_run(pool, "SELECT :v AS v", 5);
		CHECK(sum.done == sum.times && !sum.wrong);
	}
	all_are_back(pool, 2);
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
					    " current_setting('lock_timeout') AS l"),
			value, NULL));
	CHECK(!tx_read(&tx, &result));
	CHECK(!strcmp(row_text(result, 0, "z"), "UTC"));
	CHECK(!strcmp(row_text(result, 0, "s"), "2s"));
	CHECK(!strcmp(row_text(result, 0, "l"), "5s"));
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
	many_threads_share_few_connections();
	giving_up_loses_nothing();
	killed_under_load_is_replaced();
	ask("DROP TABLE pool_test");
	arena_free(arena);
	return check_done();
}
