/* Access tokens (RFC 7519, ES256): the only file with libjwt, behind a strict gate. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "base/arena.h"
#include "policy.h"

/* Signing keys by kid; `private_pem` NULL for a key that only verifies. */
struct signing_key {
	char kid[ID_SIZE];
	const char *private_pem;
	const char *public_pem;
	bool active; /* exactly one signs */
};
/* Replaces the key set; copies what it needs. Safe while requests run. */
void token_keys_set(const struct signing_key *keys, int count);
bool token_keys_ready(void);
/* A new P-256 key pair as PEM, in the arena. */
void token_key_make(struct arena *arena, char **ret_private_pem, char **ret_public_pem);
/* RFC 7517 key set of all keys, as JSON in the arena. */
char *token_jwks(struct arena *arena);

struct token_claims {
	char tenant[ID_SIZE], person[ID_SIZE], identity[ID_SIZE], session[ID_SIZE];
	int session_version;
	long auth_time, issued, expires;
};
/* `appointments` and `amr` are JSON arrays that become claims as they are. */
char *token_mint(struct arena *arena, const struct token_claims *claims,
		 const char *appointments, const char *amr);
/* Length cap, three parts, strict base64url, exact header (alg ES256, known kid, typ JWT
 * and nothing else), no duplicate names, signature, then iss, aud, exp, nbf, iat and the
 * ids. Returns NULL when good, else a reason for the log (the caller only hears 401). */
const char *token_verify(struct arena *arena, const char *token,
			 struct token_claims *ret_claims);
