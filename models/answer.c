/* What handlers write themselves: headers, JSON bodies, times. */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "base/log.h"
#include "models/call.h"
#include "sql/row_json.h"

void answer_header(struct answer *answer, const char *name, const char *value)
{
	if (answer->header_count == (int)COUNT_OF(answer->headers)) {
		log_line(LOG_ERROR, "answer_header", "no room for %s", name);
		return;
	}
	answer->headers[answer->header_count++] = (struct header){ name, value };
}

/* If-None-Match compares weakly: W/ makes no difference (RFC 9110 section 13.1.2). */
static const char *tag_opaque(const char *etag)
{
	return strncmp(etag, "W/", 2) == 0 ? etag + 2 : etag;
}

static bool tag_listed(const char *header, const char *etag)
{
	size_t length = strlen(etag);

	for (const char *at = header; at && *at;) {
		at = tag_opaque(at + strspn(at, ", \t"));
		if (*at == '*' || strncmp(at, etag, length) == 0)
			return true;
		at += strcspn(at, ",");
	}
	return false;
}

void answer_tag(struct call *call, const char *etag)
{
	answer_header(call->answer, "ETag", etag);
	if (call->read_only &&
	    tag_listed(call->request->if_none_match, tag_opaque(etag))) {
		/* the body stays: its length is told, its bytes are not sent */
		call->answer->status = 304;
		call->answer->content_type = NULL;
	}
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

json_t *row_json(const PGresult *rows, int row)
{
	autobuffer text = { 0 };
	struct row_form form;

	row_form_make(&form, rows, NULL);
	row_form_write(&text, rows, row, &form, NULL);
	return json_loadb(text.data, text.length, 0, NULL);
}
