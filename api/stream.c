/* Whole lists as CSV or NDJSON: page after page, each in a transaction of its own, none
 * of them open while bytes go out. */
#include "api/stream.h"
#include <string.h>
#include <time.h>
#include "api/principal.h"
#include "api/reply.h"
#include "api/spare.h"
#include "auth/session.h"
#include "models/cursor.h"

struct stream {
	struct call call;    /* as the gates left it: every page works on a copy */
	struct arena *arena; /* of one page */
	struct buffer out;   /* what is left of a page */
	size_t sent;
	char *next; /* where the next page begins; NULL: that was the last one */
};

static bool media_is(const struct answer *answer, const char *media)
{
	return answer->content_type &&
	       strncmp(answer->content_type, media, strlen(media)) == 0;
}

/* Before HTTP/1.1 a broken answer looks like a whole one: those get pages. */
bool stream_wanted(const struct call *call)
{
	return call->route->list && !call->page.limited && call->request->chunks &&
	       !media_is(call->answer, "application/json");
}

void rows_write(struct call *call)
{
	struct answer *answer = call->answer;
	const struct page *page = &call->page;

	if (media_is(answer, "text/csv"))
		reply_csv(answer, call->rows, page->limit, page->only);
	else
		reply_ndjson(answer, call->rows, page->limit, page->only);
}

static void next_keep(struct stream *stream, const char *next)
{
	free(stream->next);
	stream->next = next ? strdup(next) : NULL;
	if (next && !stream->next)
		abort();
}

struct stream *stream_begin(const struct call *call)
{
	struct stream *stream = arena_alloc(call->arena, sizeof(*stream));

	stream->call = *call;
	stream->arena = spare_take();
	stream->out = call->answer->body;
	call->answer->body = (struct buffer){ 0 };
	next_keep(stream, call->next);
	return stream;
}

static const struct problem *ended(struct call *call)
{
	return problem(call->arena, PROBLEM_UNAUTHENTICATED, "This session has ended.");
}

/* What the caller holds may have run out since the stream began: an appointment ends at
 * midnight, with no change of the session. */
static const struct problem *principal_renew(struct stream *stream, struct call *call)
{
	const struct principal *me = call->me;
	const struct problem *err;
	struct principal *now;

	if (me->expires > time(NULL))
		return NULL;
	err = principal_load(call->request->arena, call->pool,
			     arena_copy(call->request->arena, me->session), &now);
	if (err)
		return err;
	if (!now || now->session_version != me->session_version)
		return ended(call);
	call->me = stream->call.me = now;
	call_reach(call, call->route->permission);
	return reach_none(&call->reach) ? ended(call) : NULL;
}

/* The gates' values and what this page adds to them; the latter goes with the page. */
static struct values values_copy(struct arena *arena, const struct values *from)
{
	struct values copy = { 0 };

	for (int i = 0; i < from->count; i++)
		value_set(arena, &copy, from->items[i].name, from->items[i].text);
	return copy;
}

static const struct problem *page_run(struct stream *stream, struct call *call)
{
	const struct route *route = call->route;
	const struct problem *err;

	if ((err = principal_renew(stream, call)))
		return err;
	if (!cursor_read(call->arena, route->list, stream->next, &call->values,
			 &call->page))
		return problem(call->arena, PROBLEM_INTERNAL, "A cursor was lost.");
	err = route->handle ? route->handle(call) : resource_list(call, route->sql);
	if (err)
		return err;
	next_keep(stream, reply_cursor(call->arena, &call->page, call->rows));
	rows_write(call);
	return call_commit(call);
}

/* NDJSON has room for the reason; a CSV only ends without its end. */
static void stream_break(struct stream *stream, struct call *call,
			 const struct problem *err)
{
	struct answer *answer = call->answer;

	stream->call.answer->broken = problem_texts[err->kind].slug;
	next_keep(stream, NULL);
	answer->body.length = 0;
	if (!media_is(answer, "application/x-ndjson"))
		return;
	buffer_text(&answer->body, "{\"problem\":");
	problem_json(&answer->body, err, call->request);
	buffer_text(&answer->body, "}\n");
}

static void page_next(struct stream *stream)
{
	struct answer *first = stream->call.answer;
	struct answer answer = { .content_type = first->content_type, .begun = true };
	struct call call = stream->call;
	const struct problem *err;

	arena_reset(stream->arena);
	call.arena = stream->arena;
	call.answer = &answer;
	call.values = values_copy(call.arena, &stream->call.values);
	answer.body = stream->out; /* its room is used again */
	answer.body.length = 0;
	if ((err = page_run(stream, &call)))
		stream_break(stream, &call, err);
	call_end(&call);
	if (call.revoked)
		session_forget(bearer_token(call.request));
	first->query_us += answer.query_us;
	stream->out = answer.body;
	stream->sent = 0;
}

ssize_t stream_read(struct stream *stream, char *out, size_t room)
{
	size_t left;

	while (stream->sent == stream->out.length) {
		if (!stream->next)
			return stream->call.answer->broken ? -1 : 0;
		page_next(stream);
	}
	left = stream->out.length - stream->sent;
	if (left > room)
		left = room;
	memcpy(out, stream->out.data + stream->sent, left);
	stream->sent += left;
	return (ssize_t)left;
}

void stream_end(struct stream *stream)
{
	buffer_free(&stream->out);
	spare_give(stream->arena);
	free(stream->next);
}
