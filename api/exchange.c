/* One request over HTTP: what came, through the engine, to what goes out and its log
 * line. */
#include "api/exchange.h"
#include <stdatomic.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include "api/address.h"
#include "api/cors.h"
#include "api/download.h"
#include "api/engine.h"
#include "api/framing.h"
#include "api/record.h"
#include "api/reply.h"
#include "api/server.h"
#include "api/spare.h"
#include "api/stream.h"
#include "base/config.h"
#include "base/id.h"

/* A thread serves one connection, so this is the one that called. ulfius hands on neither
 * it nor the headers as they came. */
static _Thread_local struct MHD_Connection *current;

enum { STREAM_BLOCK = 16384 };

static atomic_int under_way;
static bool over_https;

struct exchange {
	struct request request;
	struct framing framing;
	struct answer answer;
	struct timespec start;
};

void exchange_setup(void)
{
	over_https = strncasecmp(config_text(CONFIG_ISSUER), "https:", 6) == 0;
	address_setup();
}

/* What a connection is at: libmicrohttpd drops some requests (more parameters than fit
 * its memory, say) without a word, and what ulfius keeps for them would never be freed.
 */
struct place {
	void *request; /* ulfius's, between begin and end */
};

static struct place *place_of(struct MHD_Connection *connection)
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

void *exchange_begin(void *data, const char *uri, struct MHD_Connection *connection)
{
	struct place *place = place_of(connection);
	void *request = ulfius_uri_logger(data, uri);

	current = connection;
	if (place && request) {
		place->request = request;
		atomic_fetch_add(&under_way, 1);
	}
	return request;
}

void exchange_end(void *data, struct MHD_Connection *connection, void **request,
		  enum MHD_RequestTerminationCode code)
{
	struct place *place = place_of(connection);

	mhd_request_completed(data, connection, request, code);
	if (place && place->request) {
		place->request = NULL;
		atomic_fetch_sub(&under_way, 1);
	}
}

void exchange_connection(void *data, struct MHD_Connection *connection, void **context,
			 enum MHD_ConnectionNotificationCode code)
{
	struct place *place = *context;
	void *left = place ? place->request : NULL;

	if (code == MHD_CONNECTION_NOTIFY_STARTED) {
		*context = calloc(1, sizeof(*place));
	} else if (place) {
		if (left)
			exchange_end(data, connection, &left,
				     MHD_REQUEST_TERMINATED_WITH_ERROR);
		free(place);
		*context = NULL;
	}
}

int exchange_count(void)
{
	return atomic_load(&under_way);
}

static const struct problem *body_take(struct request *request,
				       const struct _u_request *in)
{
	struct problem *large;

	request->body = in->binary_body_length ? in->binary_body : NULL;
	request->body_length = in->binary_body_length;
	if (request->body_length > (size_t)config_number(CONFIG_MAX_BODY)) {
		large = problem(request->arena, PROBLEM_BODY_TOO_LARGE,
				"The body is larger than %ld bytes.",
				config_number(CONFIG_MAX_BODY));
		return large;
	}
	if (request->body && (strcmp(request->method, "GET") == 0 ||
			      strcmp(request->method, "HEAD") == 0)) {
		large = problem(request->arena, PROBLEM_BAD_REQUEST, "A %s has no body.",
				request->method);
		large->close = true;
		return large;
	}
	return NULL;
}

/* The id is made first: every answer has one, whatever else is wrong. */
static const struct problem *request_take(struct exchange *exchange,
					  const struct _u_request *in)
{
	struct request *request = &exchange->request;
	const struct problem *err;
	char id[ID_SIZE];
	size_t length = strcspn(in->http_url, "?");

	id_new(id);
	request->id = arena_copy(request->arena, id);
	request->method = arena_copy(request->arena, in->http_verb);
	request->path = arena_copy_n(request->arena, in->http_url, length);
	if (in->http_url[length])
		request->query = arena_copy(request->arena, in->http_url + length + 1);
	request->chunks = strcmp(in->http_protocol, "HTTP/1.1") == 0;
	err = framing_read(current, in->http_protocol, request, &exchange->framing);
	if (request_id_good(exchange->framing.request_id))
		request->id = exchange->framing.request_id;
	request->address =
		address_find(request->arena, current, exchange->framing.forwarded_for);
	return err ? err : body_take(request, in);
}

static void answer_make(struct exchange *exchange, const struct problem *fault)
{
	struct request *request = &exchange->request;
	struct answer *answer = &exchange->answer;

	if (fault)
		reply_problem(answer, fault, request);
	else if (strcmp(request->method, "OPTIONS") == 0)
		cors_options(request, answer);
	else
		engine_answer(request, answer);
	cors_headers(request, answer);
}

static bool answer_has(const struct answer *answer, const char *name)
{
	for (int i = 0; i < answer->header_count; i++)
		if (strcasecmp(answer->headers[i].name, name) == 0)
			return true;
	return false;
}

/* The answer's own word goes before the general one. */
static void default_put(struct exchange *exchange, struct _u_map *headers,
			const char *name, const char *value)
{
	if (!answer_has(&exchange->answer, name))
		u_map_put(headers, name, value);
}

static void headers_send(struct exchange *exchange, struct _u_map *headers)
{
	struct answer *answer = &exchange->answer;

	for (int i = 0; i < answer->header_count; i++)
		u_map_put(headers, answer->headers[i].name, answer->headers[i].value);
	if (answer->content_type)
		u_map_put(headers, "Content-Type", answer->content_type);
	u_map_put(headers, "X-Request-Id", exchange->request.id);
	u_map_put(headers, "X-Content-Type-Options", "nosniff");
	u_map_put(headers, "X-Frame-Options", "DENY");
	u_map_put(headers, "Referrer-Policy", "no-referrer");
	default_put(exchange, headers, "Content-Security-Policy",
		    "default-src 'none'; frame-ancestors 'none'");
	default_put(exchange, headers, "Cache-Control",
		    answer_has(answer, "ETag") ? "private, no-cache" : "no-store");
	if (over_https)
		u_map_put(headers, "Strict-Transport-Security", "max-age=31536000");
	if (answer->close || server_draining())
		u_map_put(headers, "Connection", "close");
}

static void exchange_free(struct exchange *exchange)
{
	record_request(&exchange->request, &exchange->answer,
		       exchange->framing.traceparent, &exchange->start);
	spare_give(exchange->request.arena); /* and the exchange with it */
}

/* Rows or a file, as it comes. */
static ssize_t stream_give(void *data, uint64_t offset, char *out, size_t room)
{
	struct exchange *exchange = data;
	struct answer *answer = &exchange->answer;
	ssize_t given = answer->download ? download_read(answer->download, out, room)
					 : stream_read(answer->stream, out, room);

	(void)offset;
	if (given > 0)
		return given;
	return given < 0 ? (ssize_t)U_STREAM_ERROR : (ssize_t)U_STREAM_END;
}

static void stream_free(void *data)
{
	struct exchange *exchange = data;

	if (exchange->answer.download)
		download_end(exchange->answer.download);
	else
		stream_end(exchange->answer.stream);
	exchange_free(exchange);
}

/* A file's length is known, and told. */
static uint64_t stream_length(const struct answer *answer)
{
	return answer->download ? (uint64_t)download_size(answer->download)
				: (uint64_t)U_STREAM_SIZE_UNKNOWN;
}

/* ulfius frees the body with o_free, which is free. */
static void answer_send(struct exchange *exchange, struct _u_response *out)
{
	struct answer *answer = &exchange->answer;

	/* libmicrohttpd may send the last, empty chunk after the headers of a HEAD as
	 * well: nobody must read it as the beginning of the next answer. */
	if (answer->stream && strcmp(exchange->request.method, "HEAD") == 0)
		answer->close = true;
	headers_send(exchange, out->map_header);
	if (answer->stream || answer->download) {
		ulfius_set_stream_response(out, (unsigned)answer->status, stream_give,
					   stream_free, stream_length(answer),
					   STREAM_BLOCK, exchange);
		return;
	}
	out->status = answer->status;
	out->binary_body_length = answer->body.length;
	if (answer->body.length)
		out->binary_body = buffer_take(&answer->body);
	buffer_free(&answer->body);
	exchange_free(exchange);
}

int exchange_run(const struct _u_request *in, struct _u_response *out, void *data)
{
	struct arena *arena = spare_take();
	struct exchange *exchange = arena_alloc(arena, sizeof(*exchange));

	(void)data;
	exchange->request.arena = arena;
	clock_gettime(CLOCK_MONOTONIC, &exchange->start);
	answer_make(exchange, request_take(exchange, in));
	answer_send(exchange, out);
	return U_CALLBACK_COMPLETE;
}
