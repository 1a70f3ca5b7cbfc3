/* Opaque tokens: random text for the caller, a hash for the database. */
#include "auth/opaque.h"
#include <sodium.h>
#include <string.h>
#include "base/encoding.h"
#include "base/id.h"

char *opaque_make(struct arena *arena, char **ret_hash)
{
	unsigned char bytes[32];
	char *token;

	random_bytes(bytes, sizeof(bytes));
	token = base64url_encode(arena, bytes, sizeof(bytes));
	*ret_hash = opaque_hash(arena, token);
	return token;
}

char *opaque_hash(struct arena *arena, const char *token)
{
	unsigned char hash[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(hash, (const unsigned char *)token, strlen(token));
	return hex_encode(arena, hash, sizeof(hash));
}
