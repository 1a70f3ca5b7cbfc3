/* A piece of a file, out of the database's text form. */
#include "models/piece.h"
#include <stdlib.h>
#include <string.h>
#include "base/encoding.h"

struct piece *piece_new(void)
{
	struct piece *piece = malloc(sizeof(*piece));

	if (!piece)
		abort();
	piece->length = 0;
	return piece;
}

void piece_free(struct piece *piece)
{
	free(piece);
}

/* "\x0a1b..."; behind the last byte there is nothing but "\x". */
static bool piece_decode(const char *text, struct piece *piece)
{
	if (!text || strncmp(text, "\\x", 2) != 0)
		return false;
	piece->length = strlen(text + 2) / 2;
	return piece->length <= PIECE_SIZE &&
	       hex_decode(text + 2, piece->bytes, piece->length);
}

const struct problem *piece_read(struct call *call, enum query query, long at,
				 struct piece *piece)
{
	const struct problem *err;
	const PGresult *row;

	piece->length = 0;
	call_set(call, "at", arena_printf(call->arena, "%ld", at));
	if ((err = run(call, query, &row)))
		return err;
	if (row_count(row) > 0 && !piece_decode(row_text(row, 0, "piece"), piece))
		return problem(call->arena, PROBLEM_INTERNAL, "%s", "");
	return call_commit(call);
}
