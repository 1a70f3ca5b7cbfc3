/* The verified tokens of this instance: spares the signature and the appointments' query,
 * never the session check that each transaction makes. */
#pragma once
#include "policy.h"

/* The principal of a token seen before, copied into the arena; NULL when unknown or
 * expired. 256 sets of 8 ways, keyed by the token's SHA-256, a lock a set. */
const struct principal *session_cached(struct arena *arena, const char *token);
void session_remember(const char *token, const struct principal *principal);
void session_forget(const char *token); /* the transaction said it is revoked */
