/* The end of a call: its rows as an answer, kept if asked for, committed. */
#include "api/finish.h"
#include <string.h>
#include "api/download.h"
#include "api/reply.h"
#include "api/stream.h"
#include "models/idempotency.h"

enum { VERSION_DIGITS = 9 };

/* "<version>.<digest>": the version is all that a write compares. */
const struct problem *version_read(struct call *call)
{
	const char *tag = call->request->if_match;
	size_t digits = *tag == '"' ? strspn(tag + 1, "0123456789") : 0;
	size_t length = strlen(tag);

	if (digits >= 1 && digits <= VERSION_DIGITS && tag[digits + 1] == '.' &&
	    tag[length - 1] == '"' && strchr(tag + 1, '"') == tag + length - 1) {
		call->if_version = arena_copy_n(call->arena, tag + 1, digits);
		return NULL;
	}
	return problem(call->arena, PROBLEM_VERSION_CHANGED,
		       "If-Match is not an ETag that this address gave.");
}

static void answer_words(struct call *call)
{
	buffer_text(&call->answer->body, row_text(call->row, 0, "_text"));
	call->answer->content_type = "text/plain; charset=utf-8";
}

static const struct problem *answer_row(struct call *call)
{
	const char *const *only = call->page.only;
	const struct problem *err = reply_fields_known(call->arena, call->row, only);

	if (err)
		return err;
	if (strcmp(call->answer->content_type, "text/plain") == 0) {
		answer_words(call);
		return NULL;
	}
	reply_row(&call->answer->body, call->row, 0, only, only ? NULL : call->more);
	if (call->tagged && row_has(call->row, "version"))
		answer_tag(call,
			   reply_etag(call->arena, row_text(call->row, 0, "version"),
				      &call->answer->body));
	return NULL;
}

static const struct problem *answer_rows(struct call *call)
{
	struct answer *answer = call->answer;
	const struct page *page = &call->page;
	const struct problem *err =
		reply_fields_known(call->arena, call->rows, page->only);

	if (err)
		return err;
	if (call->changes) {
		reply_changes(call);
		return NULL;
	}
	if (strcmp(answer->content_type, "application/json") == 0) {
		reply_list(call->arena, answer, page, call->rows, call->request->path);
		return NULL;
	}
	if (stream_wanted(call))
		call->next = reply_cursor(call->arena, page, call->rows);
	else
		reply_next(call->arena, answer, page, call->rows, call->request->path);
	rows_write(call);
	return NULL;
}

static const struct problem *answer_make(struct call *call)
{
	struct answer *answer = call->answer;
	const struct problem *err = NULL;

	if (answer->status) /* the handler has spoken */
		return NULL;
	answer->status = call->route->status ? call->route->status : 200;
	if (call->row)
		err = answer_row(call);
	else if (call->rows)
		err = answer_rows(call);
	else
		answer->status = 204;
	return err;
}

const struct problem *call_finish(struct call *call)
{
	const struct problem *err = answer_make(call);

	if (!err)
		err = idempotency_store(call);
	if (!err)
		err = call_commit(call);
	if (!err && call->next)
		call->answer->stream = stream_begin(call);
	if (!err && call->piece)
		call->answer->download = download_begin(call);
	if (call->answer->status == 204)
		call->answer->content_type = NULL;
	return err;
}
