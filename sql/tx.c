/* One transaction as one pipeline: everything up to the Sync
 * is one implicit transaction. */
#include "sql/tx.h"
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "sql/connection.h"
#include "sql/sqlstate.h"

enum step_kind { STEP_STATEMENT, STEP_PREPARE, STEP_FORGET, STEP_ROLLBACK };

/* A message that has an answer. Only those of STEP_STATEMENT are the caller's. */
struct tx_step {
	enum step_kind kind;
	const char *name;
	PGresult *result;
};

void tx_init(struct tx *tx, struct pool *pool, struct arena *arena,
	     const struct constraint *constraints)
{
	*tx = (struct tx){ .pool = pool, .arena = arena, .constraints = constraints };
}

static const struct problem *tx_fail(struct tx *tx, const struct problem *why)
{
	if (!tx->failed)
		tx->failed = why;
	return tx->failed;
}

static const struct problem *tx_lost(struct tx *tx)
{
	tx->connection->broken = true;
	return tx_fail(tx, sqlstate_lost(tx->arena, tx->synced));
}

static const struct problem *tx_bug(struct tx *tx, const char *what, const char *name)
{
	log_line(LOG_ERROR, "tx_bug", "%s: %s", name, what);
	return tx_fail(tx, problem(tx->arena, PROBLEM_INTERNAL,
				   "This is a fault of ours and is in our log."));
}

static void step_add(struct tx *tx, enum step_kind kind, const char *name)
{
	if (tx->step_count == tx->step_room) {
		int room = tx->step_room ? tx->step_room * 2 : 8;
		struct tx_step *steps =
			arena_alloc(tx->arena, sizeof(*steps) * (size_t)room);

		if (tx->step_count)
			memcpy(steps, tx->steps, sizeof(*steps) * (size_t)tx->step_count);
		tx->steps = steps;
		tx->step_room = room;
	}
	tx->steps[tx->step_count++] =
		(struct tx_step){ kind, arena_copy(tx->arena, name), NULL };
	tx->queued += kind == STEP_STATEMENT;
	tx->flushed = false;
}

/* Within the pipeline, so that a shape's first use costs no round trip of its own.
 * Prepared statements are outside of transactions: a roll-back keeps them. */
static bool shape_prepare(struct tx *tx, const struct statement *statement)
{
	PGconn *pg = tx->connection->pg;
	char forget[40], command[64];

	if (connection_knows(tx->connection, statement))
		return true;
	connection_learn(tx->connection, statement->name, forget);
	if (*forget) {
		snprintf(command, sizeof(command), "DEALLOCATE \"%s\"", forget);
		if (!PQsendQueryParams(pg, command, 0, NULL, NULL, NULL, NULL, 0))
			return false;
		step_add(tx, STEP_FORGET, forget);
	}
	if (!PQsendPrepare(pg, statement->name, statement->text, 0, NULL))
		return false;
	step_add(tx, STEP_PREPARE, statement->name);
	return true;
}

/* What goes to the database with a statement: texts, and one value of plain bytes. */
struct parameters {
	const char *values[STATEMENT_PARAMS];
	int lengths[STATEMENT_PARAMS], formats[STATEMENT_PARAMS];
};

static bool parameter_fill(const struct tx *tx, const char *name, tx_value value,
			   void *data, struct parameters *out, int at)
{
	out->formats[at] = tx->bytes && strcmp(name, "bytes") == 0;
	if (out->formats[at]) {
		out->values[at] = tx->bytes;
		out->lengths[at] = (int)tx->bytes_length;
		return true;
	}
	return value && value(data, name, &out->values[at]);
}

const struct problem *tx_queue(struct tx *tx, const struct statement *statement,
			       tx_value value, void *data)
{
	struct parameters with;
	const struct problem *err;

	if (tx->failed)
		return tx->failed;
	if (tx->synced || tx->done)
		return tx_bug(tx, "queued after the end of its transaction",
			      statement->name);
	for (int i = 0; i < statement->param_count; i++)
		if (!parameter_fill(tx, statement->params[i], value, data, &with, i))
			return tx_bug(tx, statement->params[i],
				      "a parameter has no value");
	if (!tx->connection && (err = pool_take(tx->pool, tx->arena, &tx->connection)))
		return tx_fail(tx, err);
	if (!shape_prepare(tx, statement) ||
	    !PQsendQueryPrepared(tx->connection->pg, statement->name,
				 statement->param_count, with.values, with.lengths,
				 with.formats, 0))
		return tx_lost(tx);
	step_add(tx, STEP_STATEMENT, statement->name);
	return NULL;
}

static PGresult *result_wait(struct tx *tx)
{
	struct timespec from, to;
	PGresult *result;

	clock_gettime(CLOCK_MONOTONIC, &from);
	result = PQgetResult(tx->connection->pg);
	clock_gettime(CLOCK_MONOTONIC, &to);
	tx->query_us +=
		(to.tv_sec - from.tv_sec) * 1000000 + (to.tv_nsec - from.tv_nsec) / 1000;
	return result;
}

/* What we believe to be prepared must stay what is prepared. */
static void step_failed(struct tx *tx, const struct tx_step *step)
{
	const char *state = PQresultErrorField(step->result, PG_DIAG_SQLSTATE);

	if (step->kind == STEP_PREPARE)
		connection_unlearn(tx->connection, step->name);
	if (step->kind == STEP_FORGET)
		tx->connection->broken = true;
	/* The plan or the statement is not what it was: 0A000 is a plan whose result type
	 * changed under it, after a migration. */
	if (state && (!strcmp(state, "0A000") || !strcmp(state, "26000") ||
		      !strcmp(state, "42P05")))
		tx->connection->broken = true;
	if (step->kind == STEP_ROLLBACK || tx->failed)
		return;
	tx_fail(tx,
		sqlstate_report(tx->arena, step->result, tx->constraints, step->name));
}

/* Reads the answer to the oldest unread step; the NULL after it too. */
static void step_read(struct tx *tx)
{
	struct tx_step *step = &tx->steps[tx->step_read++];
	ExecStatusType status;
	PGresult *end;

	tx->queued -= step->kind == STEP_STATEMENT;
	step->result = result_wait(tx);
	status = PQresultStatus(step->result);
	if (!step->result || status == PGRES_PIPELINE_SYNC ||
	    PQstatus(tx->connection->pg)) {
		tx_lost(tx);
		return;
	}
	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		step_failed(tx, step);
	if ((end = PQgetResult(tx->connection->pg))) {
		PQclear(end);
		tx_lost(tx);
	}
}

const struct problem *tx_read(struct tx *tx, const PGresult **ret_result)
{
	PGconn *pg;
	enum step_kind kind;

	if (tx->failed)
		return tx->failed;
	if (!tx->queued)
		return tx_bug(tx, "read without a statement", "tx_read");
	pg = tx->connection->pg;
	if (!tx->synced && !tx->flushed) {
		if (!PQsendFlushRequest(pg) || PQflush(pg))
			return tx_lost(tx);
		tx->flushed = true;
	}
	do {
		kind = tx->steps[tx->step_read].kind;
		step_read(tx);
		if (tx->failed)
			return tx->failed;
	} while (kind != STEP_STATEMENT);
	*ret_result = tx->steps[tx->step_read - 1].result;
	return NULL;
}

const struct problem *tx_sync(struct tx *tx)
{
	if (tx->failed || tx->synced || !tx->connection)
		return tx->failed;
	if (!PQpipelineSync(tx->connection->pg))
		return tx_lost(tx);
	tx->synced = true;
	return NULL;
}

/* After the Sync: reads all that is left, up to the answer to the Sync. An error may also
 * come there: a deferred constraint speaks at the commit. */
static void tx_drain(struct tx *tx)
{
	bool ended = false;

	while (tx->step_read < tx->step_count && !tx->connection->broken)
		step_read(tx);
	for (int tries = 0; tries < 4 && !ended && !tx->connection->broken; tries++) {
		PGresult *result = result_wait(tx);
		ExecStatusType status = PQresultStatus(result);

		ended = status == PGRES_PIPELINE_SYNC;
		if (PQstatus(tx->connection->pg))
			tx_lost(tx);
		else if (result && status == PGRES_FATAL_ERROR)
			tx_fail(tx, sqlstate_report(tx->arena, result, tx->constraints,
						    "commit"));
		PQclear(result);
	}
	if (!ended)
		tx_lost(tx);
}

/* Ends the use of the connection: whatever is in flight is answered or given up. */
static void tx_leave(struct tx *tx)
{
	if (tx->connection) {
		if (!tx->connection->broken)
			tx_drain(tx);
		/* What was never answered is not known to be prepared. */
		if (tx->step_read < tx->step_count)
			tx->connection->broken = true;
		pool_give(tx->pool, tx->connection);
		tx->connection = NULL;
	}
	tx->done = true;
}

const struct problem *tx_commit(struct tx *tx)
{
	if (tx->done)
		return tx->failed;
	if (tx_sync(tx) && !tx->synced) {
		tx_abort(tx);
		return tx->failed;
	}
	tx_leave(tx);
	return tx->failed;
}

void tx_abort(struct tx *tx)
{
	PGconn *pg = tx->connection ? tx->connection->pg : NULL;

	if (pg && !tx->synced && !tx->connection->broken) {
		/* Refused by the server when a statement has failed: then the Sync does
		 * it. */
		if (PQsendQueryParams(pg, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 0))
			step_add(tx, STEP_ROLLBACK, "rollback");
		else
			tx->connection->broken = true;
		if (!PQpipelineSync(pg))
			tx->connection->broken = true;
		tx->synced = true;
	}
	tx_leave(tx);
}

void tx_end(struct tx *tx)
{
	if (!tx->done)
		tx_abort(tx);
	for (int i = 0; i < tx->step_count; i++)
		PQclear(tx->steps[i].result);
	tx->steps = NULL;
	tx->step_count = tx->step_read = tx->step_room = tx->queued = 0;
}
