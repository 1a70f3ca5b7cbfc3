/* Opaque tokens (refresh, invitation): 256 random bits; only their SHA-256 is ever
 * stored. */
#pragma once
#include "base/arena.h"

/* A new token as base64url, and its hash as hex. */
char *opaque_make(struct arena *arena, char **ret_hash);
char *opaque_hash(struct arena *arena, const char *token);
