/* Queries from the command line: one connection, one transaction a query. */
#include "api/operator.h"
#include <stdio.h>
#include "base/config.h"
#include "base/log.h"

void operator_open(struct operator* op, const char *role, const enum query *queries)
{
	struct pool_options options = {
		.database = config_text(CONFIG_DATABASE),
		.role = role,
		.size = 1,
		.wait_ms = (int)config_number(CONFIG_POOL_WAIT_MS),
		.statement_timeout_ms = 60000,
	};

	*op = (struct operator){ .arena = arena_new() };
	op->pool = pool_open(&options, queries);
}

void operator_set(struct operator* op, const char *name, const char *text)
{
	value_set(op->arena, &op->values, name, text);
}

static const char *problem_words(const struct problem *err)
{
	return err->detail ? err->detail : problem_texts[err->kind].title;
}

static bool operator_value(void *data, const char *name, const char **ret_text)
{
	const struct value *value = value_find(data, name);

	if (value)
		*ret_text = value->text;
	return value;
}

static bool told(const struct operator* op, enum query query, const struct problem *err)
{
	if (err && op->log)
		log_line(LOG_WARNING, query_texts[query].name, "%s", problem_words(err));
	else if (err)
		fprintf(stderr, "%s\n", problem_words(err));
	return !err;
}

void operator_begin(struct operator* op)
{
	tx_end(&op->tx);
	tx_init(&op->tx, op->pool, op->arena, NULL);
}

bool operator_step(struct operator* op, enum query query, const PGresult **ret_rows)
{
	const PGresult *rows;
	const struct problem *err =
		tx_queue(&op->tx, query_statement(query), operator_value, &op->values);

	if (!err)
		err = tx_read(&op->tx, ret_rows ? ret_rows : &rows);
	return told(op, query, err);
}

bool operator_commit(struct operator* op, enum query query)
{
	return told(op, query, tx_commit(&op->tx));
}

bool operator_run(struct operator* op, enum query query, const PGresult **ret_rows)
{
	operator_begin(op);
	return operator_step(op, query, ret_rows) && operator_commit(op, query);
}

void operator_reset(struct operator* op)
{
	tx_end(&op->tx);
	op->values = (struct values){ 0 };
	arena_reset(op->arena);
}

void operator_close(struct operator* op)
{
	tx_end(&op->tx);
	pool_close(op->pool);
	arena_free(op->arena);
}
