/* What handlers write themselves: headers, JSON bodies, times. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "models/call.h"

enum {
	OID_BOOL = 16,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_JSON = 114,
	OID_TIMESTAMPTZ = 1184,
	OID_JSONB = 3802
};

void answer_header(struct answer *answer, const char *name, const char *value)
{
	if (answer->header_count == (int)COUNT_OF(answer->headers)) {
		log_line(LOG_ERROR, "answer_header", "no room for %s", name);
		return;
	}
	answer->headers[answer->header_count++] = (struct header){ name, value };
}

static int dump(const char *bytes, size_t length, void *data)
{
	buffer_add(data, bytes, length);
	return 0;
}

void call_answer(struct call *call, int status, json_t *object)
{
	call->answer->status = status;
	call->answer->content_type = "application/json";
	call->answer->body.length = 0;
	if (!object ||
	    json_dump_callback(object, dump, &call->answer->body, JSON_COMPACT)) {
		log_line(LOG_ERROR, "call_answer", "%s %s made no JSON",
			 call->request->method,
			 call->answer->route ? call->answer->route : "");
		abort();
	}
	json_decref(object);
}

const char *call_time(struct call *call, long seconds)
{
	char text[sizeof("9999-12-31T23:59:59Z") + 8];
	time_t when = seconds;
	struct tm tm;

	gmtime_r(&when, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return arena_copy(call->arena, text);
}

/* "2026-09-01 09:30:00.5+00" as RFC 3339; our connections speak UTC. */
static json_t *time_json(const char *text)
{
	size_t length = strlen(text);

	if (length < 22 || strcmp(text + length - 3, "+00") != 0)
		return json_string(text);
	return json_sprintf("%.10sT%.*sZ", text, (int)length - 14, text + 11);
}

static json_t *cell_json(const PGresult *rows, int row, int column)
{
	const char *text = PQgetvalue(rows, row, column);

	if (PQgetisnull(rows, row, column))
		return json_null();
	switch (PQftype(rows, column)) {
	case OID_BOOL:
		return json_boolean(*text == 't');
	case OID_INT2:
	case OID_INT4:
	case OID_INT8:
		return json_integer(strtoll(text, NULL, 10));
	case OID_JSON:
	case OID_JSONB:
		return json_loads(text, JSON_DECODE_ANY, NULL);
	case OID_TIMESTAMPTZ:
		return time_json(text);
	default:
		return json_string(text);
	}
}

json_t *row_json(const PGresult *rows, int row)
{
	json_t *object = json_object();

	for (int column = 0; column < PQnfields(rows); column++)
		if (*PQfname(rows, column) != '_')
			json_object_set_new(object, PQfname(rows, column),
					    cell_json(rows, row, column));
	return object;
}
