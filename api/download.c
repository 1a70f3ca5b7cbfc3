/* A file as the answer's body, in constant memory however long it is. */
#include "api/download.h"
#include <string.h>
#include "api/principal.h"
#include "api/spare.h"
#include "auth/session.h"
#include "models/piece.h"

struct download {
	struct call call;    /* as the handler left it: every piece works on a copy */
	struct arena *arena; /* of one piece */
	struct piece *piece;
	long at;     /* where the next piece begins */
	size_t sent; /* of this one */
};

struct download *download_begin(const struct call *call)
{
	struct download *download = arena_alloc(call->arena, sizeof(*download));

	download->call = *call;
	download->arena = spare_take();
	download->piece = piece_new();
	return download;
}

long download_size(const struct download *download)
{
	return download->call.file_size;
}

/* What the gates set; what a piece adds goes with the piece. */
static struct values values_copy(struct arena *arena, const struct values *from)
{
	struct values copy = { 0 };

	for (int i = 0; i < from->count; i++)
		value_set(arena, &copy, from->items[i].name, from->items[i].text);
	return copy;
}

/* False when it is locked meanwhile, out of sight, or the session has ended. */
static bool piece_next(struct download *download)
{
	struct answer *first = download->call.answer;
	struct answer answer = { 0 };
	struct call call = download->call;
	const struct problem *err;

	arena_reset(download->arena);
	call.arena = download->arena;
	call.answer = &answer;
	call.values = values_copy(call.arena, &download->call.values);
	err = piece_read(&call, call.piece, download->at, download->piece);
	call_end(&call);
	if (call.revoked)
		session_forget(bearer_token(call.request));
	first->query_us += answer.query_us;
	if (err || !download->piece->length)
		first->broken = problem_texts[err ? err->kind : PROBLEM_NOT_FOUND].slug;
	download->at += (long)download->piece->length;
	download->sent = 0;
	return !first->broken;
}

ssize_t download_read(struct download *download, char *out, size_t room)
{
	size_t left;

	if (download->sent == download->piece->length) {
		if (download->at == download->call.file_size)
			return 0;
		if (!piece_next(download))
			return -1;
	}
	left = download->piece->length - download->sent;
	if (left > room)
		left = room;
	memcpy(out, download->piece->bytes + download->sent, left);
	download->sent += left;
	return (ssize_t)left;
}

void download_end(struct download *download)
{
	piece_free(download->piece);
	spare_give(download->arena);
}
