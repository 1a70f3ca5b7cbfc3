/* Makes tokens, good and bad, with real signatures: for the tests of auth/token. */
#pragma once
#include <jansson.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <time.h>
#include "auth/token.h"
#include "base/config.h"
#include "base/encoding.h"
#include "tests/unit/check.h"

#define KID "018f0000-0000-7000-8000-0000000000f1"
#define KID_NEXT "018f0000-0000-7000-8000-0000000000f2"
#define HEADER "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"}"

static struct arena *arena;
static struct signing_key first = { .kid = KID, .active = true };
static struct signing_key next = { .kid = KID_NEXT };
static struct token_claims claims;

static inline const char *encoded(const char *text)
{
	return base64url_encode(arena, text, strlen(text));
}

/* A real ES256 signature over whatever header and payload, as someone with the key could
 * make it: so it is the claims' or the header's check that refuses, not the signature's.
 */
static inline const char *signature_es256(const char *pem, const char *text)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *pkey = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char der[80], raw[64];
	const unsigned char *at = der;
	size_t size = sizeof(der);
	ECDSA_SIG *signature;

	CHECK(EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey) == 1);
	CHECK(EVP_DigestSign(context, der, &size, (const unsigned char *)text,
			     strlen(text)) == 1);
	signature = d2i_ECDSA_SIG(NULL, &at, (long)size);
	BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, 32);
	BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + 32, 32);
	ECDSA_SIG_free(signature);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	return base64url_encode(arena, raw, sizeof(raw));
}

static inline const char *forged(const char *header, const char *payload)
{
	char *text = arena_printf(arena, "%s.%s", encoded(header), encoded(payload));

	return arena_printf(arena, "%s.%s", text,
			    signature_es256(first.private_pem, text));
}

/* The usual payload, with `name` set to the JSON `value`, or left out
 * when that is NULL. */
static inline const char *payload_with(const char *name, const char *value)
{
	long now = time(NULL);
	json_t *payload = json_pack(
		"{s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:I, s:I}", "iss",
		config_text(CONFIG_ISSUER), "aud", config_text(CONFIG_AUDIENCE), "sub",
		claims.person, "tid", claims.tenant, "idn", claims.identity, "sid",
		claims.session, "sv", 3, "auth_time", (json_int_t)now, "iat",
		(json_int_t)now, "nbf", (json_int_t)now, "exp", (json_int_t)now + 60);
	char *dumped, *text;

	if (value)
		json_object_set_new(payload, name,
				    json_loads(value, JSON_DECODE_ANY, NULL));
	else if (name)
		json_object_del(payload, name);
	dumped = json_dumps(payload, JSON_COMPACT);
	text = arena_copy(arena, dumped);
	free(dumped);
	json_decref(payload);
	return text;
}

static inline bool refused(const char *token, const char *reason)
{
	struct token_claims read;
	const char *fault = token_verify(arena, token, &read);

	if (fault && strstr(fault, reason))
		return true;
	fprintf(stderr, "wanted '%s', got '%s'\n", reason, fault ? fault : "accepted");
	return false;
}

static inline bool accepted(const char *token)
{
	struct token_claims read;
	const char *fault = token_verify(arena, token, &read);

	if (fault)
		fprintf(stderr, "refused: %s\n", fault);
	return !fault;
}

static inline char *minted(void)
{
	char *token = token_mint(
		arena, &claims, "[{\"role\":\"slt\",\"scope\":\"tenant\",\"duties\":[]}]",
		"[\"pwd\"]");

	CHECK(token);
	return token;
}

static inline void keys_make(struct signing_key *key)
{
	char *private_pem, *public_pem;

	token_key_make(arena, &private_pem, &public_pem);
	key->private_pem = private_pem;
	key->public_pem = public_pem;
}

static inline void claims_make(void)
{
	claims.session_version = 3;
	claims.issued = claims.auth_time = time(NULL);
	claims.expires = claims.issued + 600;
	id_new(claims.tenant);
	id_new(claims.person);
	id_new(claims.identity);
	id_new(claims.session);
}

/* Settings, keys and claims; no key is in force yet. */
static inline bool forge_start(void)
{
	json_object_seed(0);
	if (!config_load(NULL))
		return false;
	arena = arena_new();
	keys_make(&first);
	keys_make(&next);
	claims_make();
	return true;
}
