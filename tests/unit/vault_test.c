/* Secrets at rest: what was sealed opens here, and nowhere else. */
#include "auth/vault.h"
#include <string.h>
#include "tests/unit/check.h"

static const char key_one[] =
	"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char key_two[] =
	"ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
static const char place[] = "signing_key.private_pem.018f";

static void opens_only_with_a_key(void)
{
	CHECK(!vault_open(NULL));
	CHECK(!vault_open(""));
	CHECK(!vault_open("0001"));
	CHECK(!vault_open(
		"zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"));
	CHECK(!vault_open(
		"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f00"));
	CHECK(vault_open(key_one));
}

static void gives_back_what_was_sealed(struct arena *arena)
{
	char *sealed = vault_seal(arena, place, "correct horse");
	char *again = vault_seal(arena, place, "correct horse");
	char *secret = vault_unseal(arena, place, sealed);

	CHECK(secret && strcmp(secret, "correct horse") == 0);
	CHECK(strcmp(sealed, again) != 0);
	CHECK(!strstr(sealed, "correct"));
	secret = vault_unseal(arena, place, vault_seal(arena, place, ""));
	CHECK(secret && !*secret);
}

static void refuses_a_moved_ciphertext(struct arena *arena)
{
	char *sealed = vault_seal(arena, place, "correct horse");

	CHECK(!vault_unseal(arena, "signing_key.private_pem.018e", sealed));
	CHECK(!vault_unseal(arena, "signing_key.public_pem.018f", sealed));
	CHECK(!vault_unseal(arena, "signing_key.private_pem.018f ", sealed));
	CHECK(!vault_unseal(arena, "", sealed));
}

static void refuses_every_changed_character(struct arena *arena)
{
	char *sealed = vault_seal(arena, place, "correct horse");

	for (size_t i = 0; sealed[i]; i++) {
		char *changed = arena_copy(arena, sealed);

		changed[i] = changed[i] == 'A' ? 'B' : 'A';
		CHECK(!vault_unseal(arena, place, changed));
		CHECK(!vault_unseal(arena, place, arena_copy_n(arena, sealed, i)));
	}
	CHECK(!vault_unseal(arena, place, NULL));
	CHECK(!vault_unseal(arena, place, "not base64url!"));
	CHECK(!vault_unseal(arena, place, arena_printf(arena, "%sA", sealed)));
}

static void refuses_another_master_key(struct arena *arena)
{
	char *sealed = vault_seal(arena, place, "correct horse");

	CHECK(vault_open(key_two));
	CHECK(!vault_unseal(arena, place, sealed));
	CHECK(vault_open(key_one));
	CHECK(vault_unseal(arena, place, sealed));
}

int main(void)
{
	struct arena *arena = arena_new();

	opens_only_with_a_key();
	gives_back_what_was_sealed(arena);
	refuses_a_moved_ciphertext(arena);
	refuses_every_changed_character(arena);
	refuses_another_master_key(arena);
	arena_free(arena);
	return check_done();
}
