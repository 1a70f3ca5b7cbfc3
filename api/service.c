/* What the service says of itself: alive, ready, measured, and its contract. */
#include <string.h>
#include "api/embedded.h"
#include "api/engine.h"
#include "api/metrics.h"
#include "api/problem_page.h"
#include "api/server.h"
#include "auth/token.h"
#include "models/resource.h"
#include "sql/migrate.h"

static const struct problem *healthz(struct call *call)
{
	call_answer(call, 200, json_pack("{s:s}", "status", "ok"));
	return NULL;
}

static bool no_value(void *data, const char *name, const char **ret_text)
{
	(void)data, (void)name, (void)ret_text;
	return false;
}

/* NULL when the database is reached as requests reach it and has our schema. */
static const char *database_fault(struct call *call)
{
	const char *newest, *fault = NULL;
	const PGresult *rows;
	struct tx tx;

	tx_init(&tx, engine_pools.app, call->arena, NULL);
	if (tx_queue(&tx, query_statement(q_schema_newest), no_value, NULL) ||
	    tx_read(&tx, &rows) || tx_commit(&tx)) {
		fault = "The database cannot be reached.";
	} else {
		newest = row_count(rows) ? row_text(rows, 0, "newest") : NULL;
		if (!newest || strcmp(newest, migration_newest()) < 0)
			fault = "The database's schema is older than this program.";
	}
	tx_end(&tx);
	return fault;
}

static const struct problem *readyz(struct call *call)
{
	const char *fault = NULL;
	struct problem *unready;

	if (server_draining())
		fault = "The service is stopping.";
	else if (!token_keys_ready())
		fault = "The signing keys are not loaded.";
	else
		fault = database_fault(call);
	if (!fault) {
		call_answer(call, 200, json_pack("{s:s}", "status", "ok"));
		return NULL;
	}
	unready = problem(call->arena, PROBLEM_UNAVAILABLE, "%s", fault);
	unready->retry_after = 2;
	return unready;
}

static const struct problem *metrics(struct call *call)
{
	metrics_write(&call->answer->body);
	call->answer->status = 200;
	call->answer->content_type =
		"application/openmetrics-text; version=1.0.0; charset=utf-8";
	return NULL;
}

static const struct embedded *embedded_find(const char *path)
{
	const struct embedded *file = embedded_files;

	while (file->path && strcmp(file->path, path) != 0)
		file++;
	return file->path ? file : NULL;
}

static const struct problem *embedded_answer(struct call *call, const char *path)
{
	const struct embedded *file = embedded_find(path);

	if (!file)
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "There is nothing at this address.");
	buffer_add(&call->answer->body, file->bytes, file->length);
	call->answer->status = 200;
	call->answer->content_type = file->type;
	return NULL;
}

static const struct problem *contract(struct call *call)
{
	return embedded_answer(call, "/openapi.json");
}

/* swagger-ui sets styles from its script and draws its icons from data: addresses. */
static const struct problem *docs(struct call *call)
{
	answer_header(
		call->answer, "Content-Security-Policy",
		"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
		"img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
	return embedded_answer(call, "/docs");
}

/* The files change only with the program: a browser asks again, and mostly hears 304. */
static const struct problem *docs_file(struct call *call)
{
	const char *path = arena_printf(call->arena, "/docs/%s", call_text(call, "file"));
	const struct embedded *file = embedded_find(path);
	const struct problem *err;

	if ((err = embedded_answer(call, path)))
		return err;
	answer_header(call->answer, "Cache-Control", "public, no-cache");
	answer_tag(call, file->etag);
	return NULL;
}

static const struct route routes[] = {
	{ "GET", "/healthz", PUBLIC, .handle = healthz },
	{ "GET", "/readyz", PUBLIC, .handle = readyz },
	{ "GET", "/metrics", PUBLIC, .handle = metrics, .media = MEDIA_TEXT },
	{ "GET", "/openapi.json", PUBLIC, .handle = contract },
	{ "GET", "/docs", PUBLIC, .handle = docs, .media = MEDIA_TEXT },
	{ "GET", "/docs/*file", PUBLIC, .handle = docs_file, .media = MEDIA_TEXT },
	{ "GET", "/problems/*slug", PUBLIC, .handle = problem_page, .media = MEDIA_PAGE },
	{ 0 },
};

const struct resource service = {
	.name = "service",
	.path = "/",
	.routes = routes,
};
