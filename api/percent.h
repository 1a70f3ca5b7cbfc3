/* Percent-decoding of paths and query strings, which refuses all that could mean two
 * things. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"

/* `plus`: a + is a space. Returns NULL when good, else what is wrong as the end of a
 * sentence
 * ("holds ..."), and sets *ret_text to NULL. */
const char *percent_decode(struct arena *arena, const char *raw, size_t length, bool plus,
			   char **ret_text);
