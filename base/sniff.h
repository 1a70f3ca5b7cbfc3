/* What a file is by its bytes, whatever it was called. */
#pragma once
#include "arena.h"

/* Its media type, of the beginning of a file; NULL when the library cannot be used. */
const char *sniff(struct arena *arena, const void *bytes, size_t length);
