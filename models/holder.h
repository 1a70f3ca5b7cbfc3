/* The words of a register's cell ("Principal / Class teachers") as
 * the holders they name. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/arena.h"

/* Adds {access, text, kind} for each holder that the cell names to a JSON array; kind is
 * person, post, team, or ambiguous where the words could mean more than one thing (H4,
 * H6). */
void holders_add(struct arena *arena, json_t *holders, const char *access,
		 const char *cell);
