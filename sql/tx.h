/* One transaction as one pipeline: statements are queued, read when an answer is needed,
 * and committed by the Sync. Nothing is committed unless tx_commit returned NULL. */
#pragma once
#include "pool.h"

/* Gives a parameter its value: *ret_text NULL is SQL NULL. false: no
 * such name (a bug). */
typedef bool (*tx_value)(void *data, const char *name, const char **ret_text);

/* What a constraint's violation means to a caller; ends with { 0 }. */
struct constraint {
	const char *name;	/* of the constraint in the database */
	enum problem_kind kind; /* INVALID names a field, the others do not */
	const char *pointer;	/* "/email", or NULL */
	const char *detail;
};

struct tx {
	struct pool *pool;
	struct arena *arena;
	struct connection *connection; /* NULL until the first statement */
	const struct constraint *constraints;
	struct tx_step
		*steps; /* one for each message sent; results are cleared by tx_end */
	int step_count, step_read, step_room;
	int queued;		      /* statements whose result was not read yet */
	const struct problem *failed; /* the first one: nothing after it counts */
	bool flushed, synced, done;
	long query_us;	   /* time spent waiting for the database */
	const char *bytes; /* what the parameter :bytes stands for, as it is */
	size_t bytes_length;
};

void tx_init(struct tx *tx, struct pool *pool, struct arena *arena,
	     const struct constraint *constraints);
/* Sends without waiting. */
const struct problem *tx_queue(struct tx *tx, const struct statement *statement,
			       tx_value value, void *data);
/* The result of the oldest unread statement, which stays readable until tx_end. */
const struct problem *tx_read(struct tx *tx, const PGresult **ret_result);
/* Sends the Sync now, so that what is queued commits in the same round trip; results may
 * be read afterwards. After it nothing may be queued. */
const struct problem *tx_sync(struct tx *tx);
/* Sync if not yet sent, reads what is left, and tells whether it committed. */
const struct problem *tx_commit(struct tx *tx);
void tx_abort(struct tx *tx); /* rolls back */
void tx_end(
	struct tx *tx); /* clears results, gives the connection back; aborts if open */

/* Reading a result by column name: NULL for SQL NULL, a bug ends the process. */
const char *row_text(const PGresult *result, int row, const char *column);
bool row_flag(const PGresult *result, int row, const char *column);
long row_number(const PGresult *result, int row, const char *column);
static inline int row_count(const PGresult *result)
{
	return PQntuples(result);
}
static inline bool row_has(const PGresult *result, const char *column)
{
	return PQfnumber(result, column) >= 0;
}
