/* A fixed set of connections to PostgreSQL that sign in as one role. */
#pragma once
#include <libpq-fe.h>
#include <stdbool.h>
#include "base/problem.h"
#include "query.h"

struct pool;
struct connection;

struct pool_options {
	const char *database; /* libpq connection string */
	const char *role; /* the user to sign in as: chaperone_app, ...; NULL: as given */
	int size;
	int wait_ms;
	int statement_timeout_ms;
};

/* Opens lazily: a database that is down does not stop the service from starting. Each new
 * connection prepares all queries of `prepare` (a list ended by Q_NONE, or NULL for all
 * without slots), so a wrong statement shows at once. NULL when the list or a query is
 * bad. */
struct pool *pool_open(const struct pool_options *options, const enum query *prepare);
void pool_close(struct pool *pool);
/* Waits up to wait_ms, served in the order of coming; 503 with Retry-After when none
 * comes or the database is gone. */
const struct problem *pool_take(struct pool *pool, struct arena *arena,
				struct connection **ret_connection);
/* A connection that is not idle is thrown away and opened anew by the next taker. */
void pool_give(struct pool *pool, struct connection *connection);
struct pool_state {
	int size, open, busy, waiting;
};
struct pool_state pool_state(struct pool *pool);
