/* A piece of a file as the database keeps it: a file passes through in constant memory.
 */
#pragma once
#include "models/call.h"

enum { PIECE_SIZE = 262144 }; /* as the queries cut them */

struct piece {
	size_t length;
	unsigned char bytes[PIECE_SIZE];
};

struct piece *piece_new(void);
void piece_free(struct piece *piece);
/* Reads from the byte `at` on by a query that gives `piece`, and commits: length 0 when
 * there is nothing, or not for this caller. */
const struct problem *piece_read(struct call *call, enum query query, long at,
				 struct piece *piece);
