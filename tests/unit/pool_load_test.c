/* The pool under load: many threads on few connections of a real PostgreSQL. */
#include "sql/pool.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tests/unit/check.h"
#include "tests/unit/database.h"

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

/* One of several who wait for the same connection. */
struct caller {
	pthread_t thread;
	struct pool *pool;
	int *served, turn;
};

static void *caller_run(void *data)
{
	struct caller *caller = data;
	struct arena *own = arena_new();
	struct connection *connection;

	if (!pool_take(caller->pool, own, &connection)) {
		caller->turn = ++*caller->served; /* whoever has the connection counts */
		pool_give(caller->pool, connection);
	}
	arena_free(own);
	return NULL;
}

/* Also before whoever gives one back and wants one again at once. */
static void first_come_first_served(void)
{
	enum { CALLERS = 6 };
	struct pool *pool = pool_made(1, 20000);
	struct caller callers[CALLERS];
	struct connection *connection;
	int served = 0;

	CHECK(!pool_take(pool, arena, &connection));
	for (int i = 0; i < CALLERS; i++) {
		callers[i] = (struct caller){ .pool = pool, .served = &served };
		if (pthread_create(&callers[i].thread, NULL, caller_run, &callers[i]))
			abort();
		while (pool_state(pool).waiting <= i)
			usleep(1000);
	}
	pool_give(pool, connection);
	CHECK(!pool_take(pool, arena, &connection));
	CHECK(served == CALLERS);
	pool_give(pool, connection);
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(callers[i].thread, NULL);
		CHECK(callers[i].turn == i + 1);
	}
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
		terminate("pool_load_test");
		sum = workers_run(pool, "SELECT :v AS v", 5);
		CHECK(sum.done == sum.times && !sum.wrong);
	}
	all_are_back(pool, 2);
	pool_close(pool);
}

int main(void)
{
	if (!database_given())
		return 1;
	/* Its connections have a name of their own: other tests' are not to be killed. */
	dsn = arena_printf(arena, "%s application_name=pool_load_test", dsn);
	many_threads_share_few_connections();
	giving_up_loses_nothing();
	first_come_first_served();
	killed_under_load_is_replaced();
	arena_free(arena);
	return check_done();
}
