/* Access tokens: each known attack on JWT libraries stops at the gate. */
#include <openssl/hmac.h>
#include "tests/unit/forge.h"

#define HEAD(alg, kid, typ)                                                              \
	"{\"alg\":\"" alg "\",\"kid\":\"" kid "\",\"typ\":\"" typ "\"}"
#define WITH(member) "{\"alg\":\"ES256\",\"kid\":\"" KID "\",\"typ\":\"JWT\"," member "}"

static void refuses_other_algorithms(void)
{
	const char *payload = payload_with(NULL, NULL);
	const char *none = HEAD("none", KID, "JWT");
	const char *zeros = base64url_encode(arena, (char[64]){ 0 }, 64);
	char *bare = arena_printf(arena, "%s.%s", encoded(none), encoded(payload));
	char *unsigned_one =
		arena_printf(arena, "%s.%s", encoded(HEADER), encoded(payload));

	CHECK(refused(bare, "three parts"));
	CHECK(refused(arena_printf(arena, "%s.", bare), "alg"));
	CHECK(refused(forged(none, payload), "alg"));
	CHECK(refused(forged(HEAD("es256", KID, "JWT"), payload), "alg"));
	CHECK(refused(forged(HEAD("ES384", KID, "JWT"), payload), "alg"));
	CHECK(refused(forged(HEAD("ES256\\u0000", KID, "JWT"), payload), "header"));
	CHECK(refused(forged(WITH("\"a\":[\"ES256\"]"), payload), "more than"));
	CHECK(refused(forged("{\"kid\":\"" KID "\",\"typ\":\"JWT\"}", payload), "alg"));
	CHECK(refused(arena_printf(arena, "%s.", unsigned_one), "not a signature"));
	CHECK(refused(arena_printf(arena, "%s.%s", unsigned_one, zeros),
		      "does not hold"));
}

/* The classic: our public key is public, so anyone can make an HMAC with it. The library
 * takes such a token when it is given that key. Also with a MAC of the expected size. */
static void refuses_hs256_with_the_public_key(void)
{
	/* clang-format off */
	static const struct {
		const char *header;
		const EVP_MD *(*digest)(void);
		const char *reason;
	} forgeries[] = {
		{ HEAD("HS256", KID, "JWT"), EVP_sha256, "alg" },
		{ HEAD("HS512", KID, "JWT"), EVP_sha512, "alg" },
		{ HEADER,                    EVP_sha256, "not a signature" },
		{ HEADER,                    EVP_sha512, "does not hold" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT_OF(forgeries); i++) {
		const char *text =
			arena_printf(arena, "%s.%s", encoded(forgeries[i].header),
				     encoded(payload_with(NULL, NULL)));
		unsigned char mac[EVP_MAX_MD_SIZE];
		unsigned size;

		HMAC(forgeries[i].digest(), first.public_pem,
		     (int)strlen(first.public_pem), (const unsigned char *)text,
		     strlen(text), mac, &size);
		CHECK(refused(arena_printf(arena, "%s.%s", text,
					   base64url_encode(arena, mac, size)),
			      forgeries[i].reason));
	}
}

static void refuses_other_headers(void)
{
	/* clang-format off */
	static const struct {
		const char *header, *reason;
	} headers[] = {
		{ HEAD("ES256", KID_NEXT, "JWT"),                      "kid" },
		{ HEAD("ES256", "", "JWT"),                            "kid" },
		{ HEAD("ES256", "../../dev/null", "JWT"),              "kid" },
		{ "{\"alg\":\"ES256\",\"kid\":1,\"typ\":\"JWT\"}",       "kid" },
		{ "{\"alg\":\"ES256\",\"typ\":\"JWT\",\"x\":1}",         "kid" },
		{ "{\"alg\":\"ES256\",\"typ\":\"JWT\"}",               "more than" },
		{ HEAD("ES256", KID, "jwt"),                           "typ" },
		{ HEAD("ES256", KID, "at+jwt"),                        "typ" },
		{ "{\"alg\":\"ES256\",\"kid\":\"" KID "\"}",           "typ" },
		{ WITH("\"crit\":[\"exp\"],\"exp\":1"),                "more than" },
		{ WITH("\"crit\":[]"),                                 "more than" },
		{ WITH("\"jku\":\"http://x\""),                        "more than" },
		{ WITH("\"x5u\":\"http://x\""),                        "more than" },
		{ WITH("\"x5c\":[\"\"]"),                              "more than" },
		{ WITH("\"alg\":\"none\""),                            "header" },
		{ "{\"kid\":\"x\",\"typ\":\"JWT\",\"kid\":\"" KID "\"}", "header" },
		{ "[\"ES256\"]",                                       "header" },
		{ "",                                                  "header" },
		{ HEADER " x",                                         "header" },
	};
	/* clang-format on */

	for (size_t i = 0; i < COUNT_OF(headers); i++)
		CHECK(refused(forged(headers[i].header, payload_with(NULL, NULL)),
			      headers[i].reason));
}

/* Signed with a key of the attacker's own, which the header brings along. */
static void refuses_an_embedded_key(void)
{
	const char *kids[] = { KID, "mine" };
	char *private_pem, *public_pem;

	token_key_make(arena, &private_pem, &public_pem);
	for (size_t i = 0; i < COUNT_OF(kids); i++) {
		char *header = arena_printf(
			arena,
			"{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\",\"jwk\":{\"kty\":"
			"\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}}",
			kids[i]);
		char *text = arena_printf(arena, "%s.%s", encoded(header),
					  encoded(payload_with(NULL, NULL)));

		CHECK(refused(arena_printf(arena, "%s.%s", text,
					   signature_es256(private_pem, text)),
			      "more than"));
	}
}

static void refuses_a_strangers_signature(void)
{
	char *text = arena_printf(arena, "%s.%s", encoded(HEADER),
				  encoded(payload_with(NULL, NULL)));
	char *private_pem, *public_pem;

	token_key_make(arena, &private_pem, &public_pem);
	CHECK(refused(
		arena_printf(arena, "%s.%s", text, signature_es256(private_pem, text)),
		"does not hold"));
}

/* clang-format off */
static const struct {
	const char *name, *value, *reason;
} wrong_claims[] = {
	{ "iss",       "\"http://elsewhere\"",                      "iss" },
	{ "iss",       NULL,                                        "iss" },
	{ "iss",       "null",                                      "iss" },
	{ "aud",       "\"someone else\"",                          "aud" },
	{ "aud",       "[\"chaperone\"]",                           "aud" },
	{ "aud",       NULL,                                        "aud" },
	{ "exp",       "1",                                         "expired" },
	{ "exp",       NULL,                                        "exp" },
	{ "exp",       "\"99999999999\"",                           "exp" },
	{ "exp",       "99999999999.5",                             "exp" },
	{ "exp",       "1e99",                                      "exp" },
	{ "exp",       "-1",                                        "exp" },
	{ "exp",       "true",                                      "exp" },
	{ "nbf",       "99999999999",                               "not valid yet" },
	{ "nbf",       NULL,                                        "nbf" },
	{ "iat",       "99999999999",                               "future" },
	{ "iat",       NULL,                                        "iat" },
	{ "auth_time", NULL,                                        "auth_time" },
	{ "auth_time", "\"1\"",                                     "auth_time" },
	{ "tid",       NULL,                                        "tid" },
	{ "tid",       "\"\"",                                      "tid" },
	{ "tid",       "\"018f0000-0000-7000-8000-00000000000g\"",  "tid" },
	{ "tid",       "\"018f0000-0000-7000-8000-000000000001 \"", "tid" },
	{ "sub",       NULL,                                        "sub" },
	{ "sub",       "7",                                         "sub" },
	{ "idn",       NULL,                                        "idn" },
	{ "sid",       "\"'; drop table session; --\"",             "sid" },
	{ "sid",       NULL,                                        "sid" },
	{ "sv",        NULL,                                        "sv" },
	{ "sv",        "\"3\"",                                     "sv" },
	{ "sv",        "3.0",                                       "sv" },
	{ "sv",        "-1",                                        "sv" },
	{ "sv",        "4294967299",                                "sv" },
};
/* clang-format on */

static void refuses_other_claims(void)
{
	for (size_t i = 0; i < COUNT_OF(wrong_claims); i++)
		CHECK(refused(forged(HEADER, payload_with(wrong_claims[i].name,
							  wrong_claims[i].value)),
			      wrong_claims[i].reason));
}

static void judges_times_to_the_second(void)
{
	long now = time(NULL);

	CHECK(refused(
		forged(HEADER, payload_with("exp", arena_printf(arena, "%ld", now))),
		"expired"));
	CHECK(accepted(forged(HEADER,
			      payload_with("iat", arena_printf(arena, "%ld", now + 4)))));
	CHECK(refused(
		forged(HEADER, payload_with("iat", arena_printf(arena, "%ld", now + 9))),
		"future"));
	CHECK(refused(
		forged(HEADER, payload_with("nbf", arena_printf(arena, "%ld", now + 3))),
		"not valid yet"));
}

static void refuses_duplicate_claims(void)
{
	const char *payload = payload_with(NULL, NULL);

	CHECK(refused(forged(HEADER, arena_printf(arena, "{\"sv\":1,%s", payload + 1)),
		      "payload"));
	CHECK(refused(forged(HEADER, arena_printf(arena, "{\"sub\":\"%s\",%s",
						  claims.tenant, payload + 1)),
		      "payload"));
	CHECK(refused(forged(HEADER, arena_printf(arena, "{\"a\":{\"b\":1,\"b\":2},%s",
						  payload + 1)),
		      "payload"));
}

/* A good payload with one more claim: arrays in arrays, closed as they should be. */
static const char *nested(size_t levels)
{
	char opening[2001] = { 0 }, closing[2001] = { 0 };

	memset(opening, '[', levels);
	memset(closing, ']', levels);
	return forged(HEADER,
		      arena_printf(arena, "{\"a\\\"\":\"\\\\\",\"b\":%s%s,%s", opening,
				   closing, payload_with(NULL, NULL) + 1));
}

static void refuses_deep_payloads(void)
{
	CHECK(accepted(nested(31)));
	CHECK(refused(nested(32), "payload"));
	CHECK(refused(nested(2000), "payload"));
}

static void refuses_every_truncation(void)
{
	const char *token = minted();
	size_t length = strlen(token);
	struct token_claims read;

	for (size_t i = 0; i < length; i++)
		CHECK(token_verify(arena, arena_copy_n(arena, token, i), &read));
}

static void refuses_every_changed_character(void)
{
	const char *token = minted();
	struct token_claims read;

	for (size_t i = 0; token[i]; i++) {
		char *changed = arena_copy(arena, token);

		changed[i] = changed[i] == 'B' ? 'C' : 'B';
		CHECK(token_verify(arena, changed, &read));
	}
}

static void refuses_garbage(void)
{
	const char *token = minted();
	char *long_token = arena_alloc(arena, 100001);
	static const char *const garbage[] = { "",	".",	    "..",
					       "...",	"a.b.c",    "null",
					       "é.é.é", "Bearer x", "\x01\x02" };

	for (size_t i = 0; i < COUNT_OF(garbage); i++)
		CHECK(refused(garbage[i], ""));
	CHECK(refused(arena_printf(arena, "%s=", token), "signature"));
	CHECK(refused(arena_printf(arena, "%s==", token), "signature"));
	CHECK(refused(arena_printf(arena, "%s ", token), "signature"));
	CHECK(refused(arena_printf(arena, " %s", token), "header"));
	CHECK(refused(arena_printf(arena, "%s\n", token), "signature"));
	CHECK(refused(arena_printf(arena, "%s.", token), "three parts"));
	CHECK(refused(arena_printf(arena, "%s.%s", token, token), "three parts"));
	CHECK(refused(arena_printf(arena, "=%s", token), "header"));
	memset(long_token, 'A', 100000);
	CHECK(refused(long_token, "too long"));
	memcpy(long_token, token, strlen(token));
	CHECK(refused(long_token, "too long"));
}

int main(void)
{
	if (!forge_start())
		return 1;
	token_keys_set(&first, 1);
	refuses_other_algorithms();
	refuses_hs256_with_the_public_key();
	refuses_other_headers();
	refuses_an_embedded_key();
	refuses_a_strangers_signature();
	refuses_other_claims();
	judges_times_to_the_second();
	refuses_duplicate_claims();
	refuses_deep_payloads();
	refuses_every_truncation();
	refuses_every_changed_character();
	refuses_garbage();
	token_keys_set(NULL, 0);
	CHECK(!token_keys_ready());
	arena_free(arena);
	return check_done();
}
