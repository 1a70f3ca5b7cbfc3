/* One connection to PostgreSQL: how it is opened, and which
 * statements it has prepared. */
#pragma once
#include <libpq-fe.h>
#include <stdbool.h>
#include "sql/pool.h"

enum { CONNECTION_SHAPES = 64 };

struct shape {
	char name[40];
	unsigned long used;
};

struct connection {
	PGconn *pg;
	const bool *listed; /* by query: prepared when it was opened */
	struct shape shapes[CONNECTION_SHAPES];
	int shape_count;
	unsigned long
		clock; /* counts uses of shapes: the smallest `used` is forgotten first */
	bool broken;   /* its state is not known any more: close it */
	struct connection *next;
};

/* Connects with our options; user NULL leaves the one of the connection string. The
 * answer is never NULL: look at PQstatus. */
PGconn *database_connect(const char *database, const char *user, const char *settings);
/* The value of one key of a connection string, or NULL; the caller frees it. */
char *database_key(const char *database, const char *key);

/* In pipeline mode with every listed query prepared; NULL after a log line. */
struct connection *connection_open(const struct pool_options *options,
				   const bool *listed);
void connection_close(struct connection *connection);
/* Something arrived while nobody asked: the server is closing it, or it
 * is out of step. */
bool connection_stale(struct connection *connection);
bool connection_idle(const struct connection *connection);

/* Is the statement prepared here? Counts as a use. */
bool connection_knows(struct connection *connection, const struct statement *statement);
/* Enters a shape. When there is no room the one unused for longest leaves: its name goes
 * to `out`, and it must be deallocated. */
void connection_learn(struct connection *connection, const char *name, char out[40]);
void connection_unlearn(struct connection *connection, const char *name);

static inline void cleanup_result(PGresult **result)
{
	PQclear(*result);
}

static inline void cleanup_connection(PGconn **pg)
{
	PQfinish(*pg);
}

#define autoresult __attribute__((cleanup(cleanup_result))) PGresult
#define autoconn __attribute__((cleanup(cleanup_connection))) PGconn
