/* The signing keys in memory: made, replaced, published; the newest set wins at once. */
#include "auth/token_keys.h"
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <pthread.h>
#include <string.h>
#include "base/buffer.h"
#include "base/encoding.h"
#include "base/log.h"

#define COORDINATE_SIZE 32 /* of P-256; RFC 7518 section 6.2.1.2 wants all of them */

struct key {
	char kid[ID_SIZE];
	char *private_pem; /* of the active one alone */
	char *public_pem;
	unsigned char x[COORDINATE_SIZE], y[COORDINATE_SIZE];
	bool active;
};

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static struct key *keys;
static int key_count;

static void cleanup_bio(BIO **bio)
{
	BIO_free(*bio);
}

static void cleanup_pkey(EVP_PKEY **pkey)
{
	EVP_PKEY_free(*pkey);
}

#define autobio __attribute__((cleanup(cleanup_bio))) BIO
#define autopkey __attribute__((cleanup(cleanup_pkey))) EVP_PKEY

static void *or_die(void *made, const char *what)
{
	if (made)
		return made;
	log_line(LOG_ERROR, "token_keys", "cannot make %s", what);
	abort();
}

static bool coordinate(const EVP_PKEY *pkey, const char *name, unsigned char *out)
{
	BIGNUM *number = NULL;
	bool fits = EVP_PKEY_get_bn_param(pkey, name, &number) == 1 &&
		    BN_bn2binpad(number, out, COORDINATE_SIZE) == COORDINATE_SIZE;

	BN_free(number);
	return fits;
}

/* Only P-256 is ever published or used: a key of another kind is a
 * fault of the database. */
static bool key_read(struct key *key, const struct signing_key *from)
{
	autobio *bio = or_die(BIO_new_mem_buf(from->public_pem, -1), "a reader");
	autopkey *pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	char group[32] = "";

	if (!pkey || EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) != 1 ||
	    strcmp(group, SN_X9_62_prime256v1) != 0 ||
	    !coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_X, key->x) ||
	    !coordinate(pkey, OSSL_PKEY_PARAM_EC_PUB_Y, key->y))
		return false;
	memcpy(key->kid, from->kid, sizeof(key->kid));
	key->active = from->active && from->private_pem;
	key->public_pem = or_die(strdup(from->public_pem), "a copy of a key");
	if (key->active)
		key->private_pem = or_die(strdup(from->private_pem), "a copy of a key");
	return true;
}

static void keys_free(struct key *old, int count)
{
	for (int i = 0; i < count; i++) {
		if (old[i].private_pem)
			explicit_bzero(old[i].private_pem, strlen(old[i].private_pem));
		free(old[i].private_pem);
		free(old[i].public_pem);
	}
	free(old);
}

void token_keys_set(const struct signing_key *from, int count)
{
	struct key *fresh =
		or_die(calloc((size_t)count + 1, sizeof(*fresh)), "a key set");
	struct key *old;
	int old_count, fresh_count = 0;

	for (int i = 0; i < count; i++) {
		if (key_read(&fresh[fresh_count], &from[i]))
			fresh_count++;
		else
			log_line(LOG_ERROR, "token_keys", "key %s is not a P-256 key",
				 from[i].kid);
	}
	pthread_rwlock_wrlock(&lock);
	old = keys;
	old_count = key_count;
	keys = fresh;
	key_count = fresh_count;
	pthread_rwlock_unlock(&lock);
	keys_free(old, old_count);
}

/* The active key under the lock, or NULL. */
static const struct key *key_active(void)
{
	for (int i = 0; i < key_count; i++)
		if (keys[i].active)
			return &keys[i];
	return NULL;
}

bool token_keys_ready(void)
{
	bool ready;

	pthread_rwlock_rdlock(&lock);
	ready = key_active() != NULL;
	pthread_rwlock_unlock(&lock);
	return ready;
}

char *token_key_public(struct arena *arena, const char *kid)
{
	char *pem = NULL;

	pthread_rwlock_rdlock(&lock);
	for (int i = 0; i < key_count; i++)
		if (strcmp(keys[i].kid, kid) == 0)
			pem = arena_copy(arena, keys[i].public_pem);
	pthread_rwlock_unlock(&lock);
	return pem;
}

char *token_key_private(struct arena *arena, char ret_kid[ID_SIZE])
{
	const struct key *key;
	char *pem = NULL;

	pthread_rwlock_rdlock(&lock);
	key = key_active();
	if (key) {
		memcpy(ret_kid, key->kid, ID_SIZE);
		pem = arena_copy(arena, key->private_pem);
	}
	pthread_rwlock_unlock(&lock);
	return pem;
}

static char *bio_take(struct arena *arena, BIO *bio)
{
	char *bytes;
	long length = BIO_get_mem_data(bio, &bytes);

	return arena_copy_n(arena, bytes, (size_t)length);
}

void token_key_make(struct arena *arena, char **ret_private_pem, char **ret_public_pem)
{
	autopkey *pkey = or_die(EVP_EC_gen("P-256"), "a key pair");
	autobio *private = or_die(BIO_new(BIO_s_secmem()), "a writer");
	autobio *public = or_die(BIO_new(BIO_s_mem()), "a writer");

	if (PEM_write_bio_PKCS8PrivateKey(private, pkey, NULL, NULL, 0, NULL, NULL) !=
		    1 ||
	    PEM_write_bio_PUBKEY(public, pkey) != 1)
		or_die(NULL, "a PEM");
	*ret_private_pem = bio_take(arena, private);
	*ret_public_pem = bio_take(arena, public);
}

char *token_jwks(struct arena *arena)
{
	autobuffer json = { 0 };

	buffer_text(&json, "{\"keys\":[");
	pthread_rwlock_rdlock(&lock);
	for (int i = 0; i < key_count; i++) {
		const struct key *key = &keys[i];

		buffer_printf(&json,
			      "%s{\"kty\":\"EC\",\"crv\":\"P-256\",\"use\":\"sig\","
			      "\"alg\":\"ES256\",\"kid\":",
			      i ? "," : "");
		buffer_json(&json, key->kid);
		buffer_printf(&json, ",\"x\":\"%s\",\"y\":\"%s\"}",
			      base64url_encode(arena, key->x, sizeof(key->x)),
			      base64url_encode(arena, key->y, sizeof(key->y)));
	}
	pthread_rwlock_unlock(&lock);
	buffer_text(&json, "]}");
	return arena_copy_n(arena, json.data, json.length);
}
