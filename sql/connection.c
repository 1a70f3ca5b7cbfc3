/* One connection to PostgreSQL: how it is opened, and which
 * statements it has prepared. */
#include "sql/connection.h"
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include "base/config.h"
#include "base/log.h"

enum { KEYS = 64 };

/* Notices would only land on stderr, between the log's JSON lines. */
static void notice_drop(void *data, const PGresult *result)
{
	(void)data;
	(void)result;
}

struct keys {
	const char *names[KEYS + 1], *values[KEYS + 1];
	int count;
};

static void key_set(struct keys *keys, const char *name, const char *value)
{
	int at = 0;

	while (at < keys->count && strcmp(keys->names[at], name))
		at++;
	if (at == KEYS)
		return;
	keys->count += at == keys->count;
	keys->names[at] = name;
	keys->values[at] = value;
}

char *database_key(const char *database, const char *key)
{
	PQconninfoOption *options = PQconninfoParse(database, NULL);
	char *value = NULL;

	for (PQconninfoOption *at = options; at && at->keyword; at++)
		if (at->val && !strcmp(at->keyword, key))
			value = strdup(at->val);
	PQconninfoFree(options);
	return value;
}

/* The string is expanded first (it may be a URI), so that what follows it overrides. A
 * bad string is left to libpq to complain about. */
PGconn *database_connect(const char *database, const char *user, const char *settings)
{
	PQconninfoOption *given = PQconninfoParse(database, NULL);
	const char *password = config_text(CONFIG_DATABASE_PASSWORD);
	struct keys keys = { 0 };
	autobuffer options = { 0 };
	PGconn *pg;

	key_set(&keys, "connect_timeout", "3");
	key_set(&keys, "tcp_user_timeout", "15000");
	key_set(&keys, "keepalives_idle", "15");
	key_set(&keys, "gssencmode", "disable");
	key_set(&keys, "application_name", "chaperone");
	if (password && *password)
		key_set(&keys, "password", password);
	if (!given)
		key_set(&keys, "dbname", database);
	for (PQconninfoOption *at = given; at && at->keyword; at++)
		if (at->val && !strcmp(at->keyword, "options"))
			buffer_printf(&options, "%s ", at->val);
		else if (at->val)
			key_set(&keys, at->keyword, at->val);
	if (user)
		key_set(&keys, "user", user);
	buffer_text(&options, settings);
	key_set(&keys, "options", options.data);
	key_set(&keys, "client_encoding", "UTF8");
	pg = PQconnectdbParams(keys.names, keys.values, !given);
	PQconninfoFree(given);
	PQsetNoticeReceiver(pg, notice_drop, NULL);
	return pg;
}

static bool prepare_read(struct connection *connection, enum query query)
{
	PGresult *result = PQgetResult(connection->pg);
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_FATAL_ERROR)
		log_line(LOG_ERROR, "query_refused", "%s:%d: %s: %s",
			 query_texts[query].file, query_texts[query].line,
			 query_texts[query].name, PQresultErrorMessage(result));
	PQclear(result);
	PQclear(PQgetResult(connection->pg)); /* the NULL that ends each statement */
	return status == PGRES_COMMAND_OK;
}

static bool prepare_listed(struct connection *connection)
{
	PGconn *pg = connection->pg;
	PGresult *result;
	bool good = true;

	for (int query = Q_NONE + 1; query < QUERY_COUNT; query++) {
		const struct statement *statement = query_statement((enum query)query);

		if (connection->listed[query] &&
		    !PQsendPrepare(pg, statement->name, statement->text, 0, NULL))
			return false;
	}
	if (!PQpipelineSync(pg))
		return false;
	for (int query = Q_NONE + 1; query < QUERY_COUNT; query++)
		if (connection->listed[query] && PQstatus(pg) == CONNECTION_OK)
			good = prepare_read(connection, (enum query)query) && good;
	result = PQgetResult(pg);
	good = PQresultStatus(result) == PGRES_PIPELINE_SYNC && good;
	PQclear(result);
	return good;
}

struct connection *connection_open(const struct pool_options *options, const bool *listed)
{
	struct connection *connection = calloc(1, sizeof(*connection));
	char settings[400];

	if (!connection)
		abort();
	snprintf(
		settings, sizeof(settings),
		"-c statement_timeout=%d -c lock_timeout=5000"
		" -c idle_in_transaction_session_timeout=30000 -c timezone=UTC"
		" -c datestyle=ISO -c client_min_messages=warning -c random_page_cost=1.1"
		" -c plan_cache_mode=force_generic_plan -c jit=off",
		options->statement_timeout_ms);
	connection->listed = listed;
	connection->pg = database_connect(options->database, options->role, settings);
	if (PQstatus(connection->pg) == CONNECTION_OK &&
	    PQenterPipelineMode(connection->pg) && prepare_listed(connection))
		return connection;
	log_line(LOG_ERROR, "database_connect", "cannot be used as %s: %s",
		 options->role ? options->role : "the given user",
		 PQerrorMessage(connection->pg));
	connection_close(connection);
	return NULL;
}

void connection_close(struct connection *connection)
{
	PQfinish(connection->pg);
	free(connection);
}

bool connection_stale(struct connection *connection)
{
	struct pollfd socket = { PQsocket(connection->pg), POLLIN, 0 };

	return poll(&socket, 1, 0) != 0;
}

bool connection_idle(const struct connection *connection)
{
	return !connection->broken && PQstatus(connection->pg) == CONNECTION_OK &&
	       PQpipelineStatus(connection->pg) == PQ_PIPELINE_ON &&
	       PQtransactionStatus(connection->pg) == PQTRANS_IDLE;
}

bool connection_knows(struct connection *connection, const struct statement *statement)
{
	enum query query = statement_query(statement);

	if (query != Q_NONE && connection->listed[query])
		return true;
	for (int i = 0; i < connection->shape_count; i++) {
		struct shape *shape = &connection->shapes[i];

		if (strcmp(shape->name, statement->name))
			continue;
		shape->used = ++connection->clock;
		return true;
	}
	return false;
}

void connection_learn(struct connection *connection, const char *name, char out[40])
{
	struct shape *shape = &connection->shapes[0];

	out[0] = '\0';
	if (connection->shape_count < CONNECTION_SHAPES) {
		shape = &connection->shapes[connection->shape_count++];
	} else {
		for (int i = 1; i < CONNECTION_SHAPES; i++)
			if (connection->shapes[i].used < shape->used)
				shape = &connection->shapes[i];
		snprintf(out, 40, "%s", shape->name);
	}
	snprintf(shape->name, sizeof(shape->name), "%s", name);
	shape->used = ++connection->clock;
}

void connection_unlearn(struct connection *connection, const char *name)
{
	for (int i = 0; i < connection->shape_count; i++) {
		if (strcmp(connection->shapes[i].name, name))
			continue;
		connection->shapes[i] = connection->shapes[--connection->shape_count];
		return;
	}
}
