/* Access tokens: what is minted verifies, keys rotate, and the key set is published. */
#include <pthread.h>
#include "tests/unit/forge.h"

static json_t *part_json(const char *token, int part)
{
	unsigned char *bytes;
	size_t size, length;

	while (part--)
		token = strchr(token, '.') + 1;
	length = strcspn(token, ".");
	CHECK(base64url_decode(arena, token, length, &bytes, &size));
	return json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
}

static void refuses_before_it_has_keys(void)
{
	CHECK(!token_keys_ready());
	CHECK(!token_mint(arena, &claims, "[]", "[]"));
	CHECK(strcmp(token_jwks(arena), "{\"keys\":[]}") == 0);
	CHECK(refused(forged(HEADER, payload_with(NULL, NULL)), "kid"));
}

static void gives_back_the_claims(void)
{
	static const char *const names[] = { "iss", "aud", "sub",	   "tid", "idn",
					     "sid", "sv",  "auth_time",	   "iat", "nbf",
					     "exp", "amr", "appointments", "jti" };
	const char *token = minted();
	struct token_claims read = { 0 };
	json_t *header = part_json(token, 0), *payload = part_json(token, 1);

	CHECK(!token_verify(arena, token, &read));
	CHECK(strcmp(read.tenant, claims.tenant) == 0);
	CHECK(strcmp(read.person, claims.person) == 0);
	CHECK(strcmp(read.identity, claims.identity) == 0);
	CHECK(strcmp(read.session, claims.session) == 0);
	CHECK(read.session_version == claims.session_version);
	CHECK(read.auth_time == claims.auth_time && read.issued == claims.issued &&
	      read.expires == claims.expires);
	CHECK(json_object_size(header) == 3);
	CHECK(json_object_size(payload) == COUNT_OF(names));
	for (size_t i = 0; i < COUNT_OF(names); i++)
		CHECK(json_object_get(payload, names[i]));
	CHECK(json_is_array(json_object_get(payload, "appointments")));
	json_decref(header);
	json_decref(payload);
	CHECK(accepted(forged(HEADER, payload_with(NULL, NULL))));
}

/* RFC 7517: rebuilt from x and y, the published key is the one that signs. */
static void publishes_the_public_key(void)
{
	json_t *jwks = json_loads(token_jwks(arena), JSON_REJECT_DUPLICATES, NULL);
	json_t *key = json_array_get(json_object_get(jwks, "keys"), 0);
	const char *kty, *crv, *use, *alg, *kid, *x, *y;
	BIO *bio = BIO_new_mem_buf(first.public_pem, -1);
	EVP_PKEY *pkey = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	unsigned char point[65], *x_bytes, *y_bytes;
	size_t size, x_size, y_size;

	CHECK(json_unpack(key, "{s:s,s:s,s:s,s:s,s:s,s:s,s:s !}", "kty", &kty, "crv",
			  &crv, "use", &use, "alg", &alg, "kid", &kid, "x", &x, "y",
			  &y) == 0);
	CHECK(!strcmp(kty, "EC") && !strcmp(crv, "P-256") && !strcmp(use, "sig"));
	CHECK(!strcmp(alg, "ES256") && !strcmp(kid, KID));
	CHECK(base64url_decode(arena, x, strlen(x), &x_bytes, &x_size) && x_size == 32);
	CHECK(base64url_decode(arena, y, strlen(y), &y_bytes, &y_size) && y_size == 32);
	CHECK(EVP_PKEY_get_octet_string_param(pkey, "encoded-pub-key", point,
					      sizeof(point), &size) == 1 &&
	      size == 65);
	CHECK(!memcmp(point + 1, x_bytes, 32) && !memcmp(point + 33, y_bytes, 32));
	EVP_PKEY_free(pkey);
	BIO_free(bio);
	json_decref(jwks);
}

/* The second has coordinates of the same size: only its name tells it apart. */
static void leaves_out_keys_of_another_kind(void)
{
	static const char *const curves[] = { "P-384", "secp256k1" };
	struct signing_key keys[] = { first, next };

	keys[1].public_pem = "no PEM";
	token_keys_set(keys, 2);
	CHECK(token_keys_ready() && !strstr(token_jwks(arena), KID_NEXT));
	for (size_t i = 0; i < COUNT_OF(curves); i++) {
		EVP_PKEY *pkey = EVP_EC_gen(curves[i]);
		BIO *bio = BIO_new(BIO_s_mem());
		char *pem;

		CHECK(PEM_write_bio_PUBKEY(bio, pkey) == 1);
		BIO_write(bio, "", 1);
		BIO_get_mem_data(bio, &pem);
		keys[1].public_pem = pem;
		token_keys_set(keys, 2);
		CHECK(token_keys_ready() && !strstr(token_jwks(arena), KID_NEXT));
		EVP_PKEY_free(pkey);
		BIO_free(bio);
	}
	token_keys_set(&first, 1);
}

static void refuses_to_mint_what_it_would_refuse(void)
{
	char *many = arena_alloc(arena, 9001);

	memset(many, ' ', 9000);
	many[0] = '[';
	many[8999] = ']';
	CHECK(token_mint(arena, &claims, many, "[]"));
	for (int i = 1; i < 8999; i += 2)
		memcpy(many + i, i < 8998 ? "1," : "1", 2);
	many[8998] = '1';
	CHECK(!token_mint(arena, &claims, many, "[]"));
	CHECK(!token_mint(arena, &claims, "[", "[]"));
}

/* `next` is published before it signs, and the retired key verifies until it is gone. */
static void rotates(void)
{
	struct signing_key both[] = { first, next };
	char *by_first = minted(), *by_next;
	json_t *jwks, *header;

	token_keys_set(both, 2);
	CHECK(accepted(by_first));
	jwks = json_loads(token_jwks(arena), JSON_REJECT_DUPLICATES, NULL);
	CHECK(json_array_size(json_object_get(jwks, "keys")) == 2);
	json_decref(jwks);
	both[0].active = false;
	both[0].private_pem = NULL;
	both[1].active = true;
	token_keys_set(both, 2);
	by_next = minted();
	header = part_json(by_next, 0);
	CHECK(strcmp(json_string_value(json_object_get(header, "kid")), KID_NEXT) == 0);
	json_decref(header);
	CHECK(accepted(by_first) && accepted(by_next));
	token_keys_set(&both[1], 1);
	CHECK(refused(by_first, "kid") && accepted(by_next));
	token_keys_set(&first, 1);
	CHECK(accepted(by_first) && refused(by_next, "kid"));
}

static void *use_keys(void *given)
{
	struct arena *own = arena_new();
	long wrong = 0;

	for (int i = 0; i < 200; i++) {
		struct token_claims read;
		char *token = token_mint(own, &claims, "[]", "[]");

		wrong += !token || token_verify(own, token, &read);
		arena_reset(own);
	}
	arena_free(own);
	*(long *)given = wrong;
	return NULL;
}

static void rotates_while_requests_run(void)
{
	struct signing_key both[] = { first, next };
	pthread_t threads[4];
	long wrong[4];

	token_keys_set(both, 2);
	for (int i = 0; i < 4; i++)
		pthread_create(&threads[i], NULL, use_keys, &wrong[i]);
	for (int i = 0; i < 300; i++) {
		both[0].active = i % 2;
		both[1].active = !both[0].active;
		token_keys_set(both, 2);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(threads[i], NULL);
		CHECK(wrong[i] == 0);
	}
}

int main(void)
{
	if (!forge_start())
		return 1;
	refuses_before_it_has_keys();
	token_keys_set(&first, 1);
	CHECK(token_keys_ready());
	gives_back_the_claims();
	publishes_the_public_key();
	leaves_out_keys_of_another_kind();
	refuses_to_mint_what_it_would_refuse();
	rotates();
	rotates_while_requests_run();
	token_keys_set(NULL, 0);
	CHECK(!token_keys_ready());
	arena_free(arena);
	return check_done();
}
