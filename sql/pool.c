/* A fixed set of connections, taken for one transaction each; waiting is always bounded,
 * and first come is first served. */
#include "sql/pool.h"
#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "sql/connection.h"
#include "sql/turn.h"

struct pool {
	struct pool_options options;
	pthread_mutex_t lock;
	pthread_cond_t changed; /* for pool_close */
	struct turns turns;
	struct connection
		*idle; /* the last one given is taken first: its caches are warm */
	int open, busy;
	int connecting, failures;
	long retry_at; /* ms; no attempt before it */
	bool closing;
	bool listed[QUERY_COUNT];
};

enum { BACKOFF_FIRST_MS = 100, BACKOFF_MOST_MS = 5000, CLOSE_WAIT_MS = 5000 };

static long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static bool list_queries(struct pool *pool, const enum query *prepare)
{
	if (!queries_compile())
		return false;
	for (int query = Q_NONE + 1; !prepare && query < QUERY_COUNT; query++)
		pool->listed[query] = query_statement((enum query)query) != NULL;
	for (; prepare && *prepare != Q_NONE; prepare++) {
		pool->listed[*prepare] = query_statement(*prepare) != NULL;
		if (pool->listed[*prepare])
			continue;
		log_line(LOG_ERROR, "query_slots",
			 "%s has slots: it is prepared when used",
			 query_texts[*prepare].name);
		return false;
	}
	return true;
}

static char *copy_text(const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		abort();
	return copy;
}

static void pool_free(struct pool *pool)
{
	free((char *)pool->options.database);
	free((char *)pool->options.role);
	free(pool);
}

struct pool *pool_open(const struct pool_options *options, const enum query *prepare)
{
	struct pool *pool = calloc(1, sizeof(*pool));

	if (!pool)
		abort();
	pool->options = *options;
	pool->options.database = copy_text(options->database);
	pool->options.role = copy_text(options->role);
	if (!list_queries(pool, prepare)) {
		pool_free(pool);
		return NULL;
	}
	pthread_mutex_init(&pool->lock, NULL);
	condition_begin(&pool->changed);
	turns_begin(&pool->turns, &pool->lock);
	return pool;
}

static void wake_all(struct pool *pool)
{
	turns_wake(&pool->turns);
	pthread_cond_signal(&pool->changed);
}

/* Closes outside the lock, which is held before and after. Everybody looks again: there
 * is room for a new one, and pool_close may be waiting for this one. */
static void drop(struct pool *pool, struct connection *connection)
{
	pthread_mutex_unlock(&pool->lock);
	connection_close(connection);
	pthread_mutex_lock(&pool->lock);
	pool->open--;
	wake_all(pool);
}

static struct connection *take_idle(struct pool *pool)
{
	struct connection *connection = pool->idle;

	if (connection)
		pool->idle = connection->next;
	return connection;
}

/* After a failure one taker tries at a time, and not before the back-off has passed. */
static bool may_connect(const struct pool *pool)
{
	if (pool->open >= pool->options.size)
		return false;
	return !pool->failures || (!pool->connecting && now_ms() >= pool->retry_at);
}

static struct connection *take_new(struct pool *pool)
{
	struct connection *connection;
	long pause = BACKOFF_FIRST_MS;

	pool->open++;
	pool->connecting++;
	pthread_mutex_unlock(&pool->lock);
	connection = connection_open(&pool->options, pool->listed);
	pthread_mutex_lock(&pool->lock);
	pool->connecting--;
	wake_all(pool);
	if (connection) {
		pool->failures = 0;
		return connection;
	}
	pool->open--;
	for (int i = 0; i < pool->failures && pause < BACKOFF_MOST_MS; i++)
		pause *= 2;
	pool->failures++;
	pool->retry_at = now_ms() + (pause < BACKOFF_MOST_MS ? pause : BACKOFF_MOST_MS);
	return NULL;
}

/* Time is up, or the database is known to be gone. */
static bool hopeless(const struct pool *pool, long deadline)
{
	return now_ms() >= deadline ||
	       (!pool->open && !pool->connecting && pool->failures);
}

static struct connection *wait_turn(struct pool *pool, struct turn *turn, long deadline)
{
	long until = deadline;

	if (pool->failures && pool->retry_at > now_ms() && pool->retry_at < until)
		until = pool->retry_at;
	turn_wait(&pool->turns, turn, until);
	return turn->given;
}

/* The lock is held. NULL: none came in time, or the database is known to be gone. What
 * was given is looked at first after every wait, also by whoever is out of time: nobody
 * else would find it. */
static struct connection *take(struct pool *pool, struct turn *turn, long deadline)
{
	struct connection *connection = NULL;

	while (!pool->closing && !connection) {
		bool first = turn_first(&pool->turns, turn);

		if (first && (connection = take_idle(pool)))
			break;
		if (first && may_connect(pool)) {
			turn_leave(&pool->turns, turn);
			connection = take_new(pool);
			continue; /* without one: another may have come back meanwhile */
		}
		if (hopeless(pool, deadline))
			break;
		connection = wait_turn(pool, turn, deadline);
	}
	turn_leave(&pool->turns, turn);
	return connection;
}

const struct problem *pool_take(struct pool *pool, struct arena *arena,
				struct connection **ret_connection)
{
	long deadline = now_ms() + pool->options.wait_ms;
	struct problem *unavailable;
	struct turn turn = { 0 };

	pthread_mutex_lock(&pool->lock);
	while ((*ret_connection = take(pool, &turn, deadline))) {
		pool->busy++;
		pthread_mutex_unlock(&pool->lock);
		if (!connection_stale(*ret_connection))
			return NULL;
		/* The server closed it meanwhile. Nothing was sent on it, so another one
		 * does: nobody notices a restart of the server. */
		pthread_mutex_lock(&pool->lock);
		drop(pool, *ret_connection);
		pool->busy--;
	}
	pthread_cond_signal(&pool->changed); /* one less who waits */
	pthread_mutex_unlock(&pool->lock);
	unavailable = problem(arena, PROBLEM_UNAVAILABLE,
			      "The database cannot take this now; try again shortly.");
	unavailable->retry_after = 1;
	return unavailable;
}

void pool_give(struct pool *pool, struct connection *connection)
{
	bool good = connection_idle(connection);

	pthread_mutex_lock(&pool->lock);
	if (!good || pool->closing) {
		drop(pool, connection);
	} else if (!turns_give(&pool->turns, connection)) {
		connection->next = pool->idle;
		pool->idle = connection;
	}
	pool->busy--; /* last: pool_close frees the pool when nothing is out */
	pthread_mutex_unlock(&pool->lock);
}

static bool in_use(const struct pool *pool)
{
	return pool->busy || pool->turns.waiting || pool->connecting;
}

/* Waits a while for what is out; a connection still busy then is left to the process's
 * end. */
void pool_close(struct pool *pool)
{
	long deadline = now_ms() + CLOSE_WAIT_MS;
	bool empty;

	if (!pool)
		return;
	pthread_mutex_lock(&pool->lock);
	pool->closing = true;
	wake_all(pool);
	while (pool->idle) {
		struct connection *connection = pool->idle;

		pool->idle = connection->next;
		drop(pool, connection);
	}
	while (in_use(pool) && now_ms() < deadline)
		condition_wait(&pool->changed, &pool->lock, deadline);
	empty = !in_use(pool);
	pthread_mutex_unlock(&pool->lock);
	if (!empty)
		return;
	pthread_cond_destroy(&pool->changed);
	pthread_mutex_destroy(&pool->lock);
	pool_free(pool);
}

struct pool_state pool_state(struct pool *pool)
{
	struct pool_state state;

	pthread_mutex_lock(&pool->lock);
	state = (struct pool_state){ pool->options.size, pool->open, pool->busy,
				     pool->turns.waiting };
	pthread_mutex_unlock(&pool->lock);
	return state;
}
