/* Secrets at rest: sealed so that only this key, in this very place, opens them. */
#include "auth/vault.h"
#include <sodium.h>
#include <string.h>
#include "base/encoding.h"
#include "base/id.h"
#include "base/log.h"

#define KEY_SIZE crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES

/* A sealed value is one version byte, the nonce, then ciphertext and tag. The version is
 * authenticated with the place: a later key cannot be passed off as this one. */
#define KEY_VERSION 1
#define HEAD_SIZE (1 + NONCE_SIZE)

static unsigned char master_key[KEY_SIZE];
static bool opened;

bool vault_open(const char *master_key_hex)
{
	opened = sodium_init() >= 0 && master_key_hex &&
		 strlen(master_key_hex) == 2 * KEY_SIZE &&
		 hex_decode(master_key_hex, master_key, KEY_SIZE);
	if (!opened)
		sodium_memzero(master_key, sizeof(master_key));
	return opened;
}

/* A secret written or read under an all-zero key would look sealed and not be. */
static void opened_or_die(void)
{
	if (opened)
		return;
	log_line(LOG_ERROR, "vault_closed",
		 "a secret was handled before the vault was open");
	abort();
}

static char *bound_place(struct arena *arena, const char *place)
{
	return arena_printf(arena, "chaperone vault %d %s", KEY_VERSION, place);
}

char *vault_seal(struct arena *arena, const char *place, const char *secret)
{
	size_t length = strlen(secret);
	size_t size = HEAD_SIZE + length + TAG_SIZE;
	unsigned char *sealed = arena_alloc(arena, size);
	const char *bound = bound_place(arena, place);

	opened_or_die();
	sealed[0] = KEY_VERSION;
	random_bytes(sealed + 1, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(
		sealed + HEAD_SIZE, NULL, (const unsigned char *)secret, length,
		(const unsigned char *)bound, strlen(bound), NULL, sealed + 1,
		master_key);
	return base64url_encode(arena, sealed, size);
}

char *vault_unseal(struct arena *arena, const char *place, const char *sealed)
{
	const char *bound = bound_place(arena, place);
	unsigned char *bytes;
	size_t size;
	char *secret;

	opened_or_die();
	if (!sealed || !base64url_decode(arena, sealed, strlen(sealed), &bytes, &size) ||
	    size < HEAD_SIZE + TAG_SIZE || bytes[0] != KEY_VERSION)
		return NULL;
	secret = arena_alloc(arena, size - HEAD_SIZE - TAG_SIZE + 1);
	if (crypto_aead_xchacha20poly1305_ietf_decrypt(
		    (unsigned char *)secret, NULL, NULL, bytes + HEAD_SIZE,
		    size - HEAD_SIZE, (const unsigned char *)bound, strlen(bound),
		    bytes + 1, master_key) != 0)
		return NULL;
	return secret;
}
