/* Queries from the command line, in a database role of their own. */
#pragma once
#include "models/call.h"

struct operator
{
	struct arena *arena;
	struct pool *pool;
	struct values values;
	struct tx tx;
	bool log; /* problems go to the log, not to the person at the terminal */
};

/* Opens one connection as `role`, ready for these queries (a list ended by Q_NONE). */
void operator_open(struct operator* op, const char *role, const enum query *queries);
void operator_set(struct operator* op, const char *name, const char *text);
/* A transaction of several queries: nothing of it is kept unless the commit, which names
 * the last of them for the log, says true. */
void operator_begin(struct operator* op);
bool operator_step(struct operator* op, enum query query, const PGresult **ret_rows);
bool operator_commit(struct operator* op, enum query query);
/* Runs one query and commits it; on a problem says so and returns false. */
bool operator_run(struct operator* op, enum query query, const PGresult **ret_rows);
/* Forgets values and results; the connection stays. */
void operator_reset(struct operator* op);
void operator_close(struct operator* op);
