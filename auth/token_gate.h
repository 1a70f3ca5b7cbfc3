/* The strict reading of a token that stands before and behind the signature check. */
#pragma once
#include <jansson.h>
#include "auth/token.h"

#define TOKEN_LONGEST 8192

/* Splits and parses, refuses all that is not exactly our form; the signature is not yet
 * checked. Returns NULL when good (the caller owns `ret_payload`), else the reason. */
const char *token_gate(struct arena *arena, const char *token, char **ret_public_pem,
		       json_t **ret_payload);
/* The claims of a payload whose signature holds. Returns NULL when
 * good, else the reason. */
const char *token_claims_read(const json_t *payload, long now,
			      struct token_claims *ret_claims);
