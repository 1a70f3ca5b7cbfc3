/* Secrets at rest: XChaCha20-Poly1305 under the master key, bound to where they stand. */
#pragma once
#include <stdbool.h>
#include "base/arena.h"

bool vault_open(const char *master_key_hex); /* false: not 64 hex digits */
/* `place` names table, column and row, so that a ciphertext moved elsewhere fails. */
char *vault_seal(struct arena *arena, const char *place,
		 const char *secret); /* base64url */
char *vault_unseal(struct arena *arena, const char *place,
		   const char *sealed); /* or NULL */
