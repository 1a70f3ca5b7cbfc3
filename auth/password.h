/* Local sign-in: argon2id hashes with bounded concurrency, and the rules for new
 * passwords. */
#pragma once
#include <stdbool.h>
#include "base/problem.h"

void password_start(int slots); /* also makes the dummy hash */
/* Waits two seconds at most for one of the slots; 503 when none came free. Hold no
 * database connection meanwhile. What follows hashes, so it needs a slot in hand. */
const struct problem *password_slot_take(struct arena *arena);
void password_slot_give(void);
/* The caller frees nothing: the hash lives in the arena. */
char *password_hash(struct arena *arena, const char *password);
/* hash NULL: an unknown user; costs the same as a wrong password and is false. */
bool password_matches(const char *hash, const char *password);
/* NULL when acceptable (12 to 256 characters, not guessable or breached, not made of the
 * person's own names), else a sentence on what to do. NIST SP 800-63B section 5.1.1.2. */
const char *password_fault(const char *password, const char *const *own_words);
