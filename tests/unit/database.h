/* For tests on a real PostgreSQL: CHAPERONE_TEST_DSN names it, and
 * without it they fail. */
#pragma once
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/buffer.h"
#include "sql/tx.h"

static const char *dsn;
static struct arena *arena;

static inline struct pool *pool_made(int size, int wait_ms)
{
	static const enum query none[] = { Q_NONE };
	struct pool_options options = { dsn, NULL, size, wait_ms, 2000 };

	return pool_open(&options, none);
}

/* A second way in, to look at what the first one did. */
static inline const char *ask(const char *sql)
{
	PGconn *pg = PQconnectdb(dsn);
	PGresult *result = PQexec(pg, sql);
	const char *answer = "";

	if (PQresultStatus(result) == PGRES_FATAL_ERROR)
		fprintf(stderr, "%s", PQerrorMessage(pg));
	if (PQntuples(result))
		answer = arena_copy(arena, PQgetvalue(result, 0, 0));
	PQclear(result);
	PQfinish(pg);
	return answer;
}

static inline const struct statement *statement(const char *name, const char *text)
{
	struct statement *made = arena_alloc(arena, sizeof(*made));

	if (!statement_compile(arena, name, text, made))
		abort();
	return made;
}

/* Every parameter has the value in data, but `none`, which is NULL. */
static inline bool value(void *data, const char *name, const char **ret_text)
{
	*ret_text = strcmp(name, "none") ? data : NULL;
	return strcmp(name, "unknown") != 0;
}

/* One statement in a transaction of its own. */
static inline const struct problem *simple(struct pool *pool)
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

/* Ends the other connections that call themselves this; how many there were. */
static inline const char *terminate(const char *name)
{
	return ask(arena_printf(
		arena,
		"SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity"
		" WHERE application_name = '%s' AND pid <> pg_backend_pid()",
		name));
}

static inline long now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static inline enum problem_kind kind_of(const struct problem *err)
{
	return err ? err->kind : PROBLEM_KIND_COUNT;
}

static inline bool database_given(void)
{
	if (!(dsn = getenv("CHAPERONE_TEST_DSN"))) {
		fprintf(stderr, "CHAPERONE_TEST_DSN names no database to test with\n");
		return false;
	}
	arena = arena_new();
	return true;
}
