/* Access tokens (RFC 7519, ES256): the only file with libjwt, behind a strict gate. */
#include "auth/token.h"
#include <jwt.h>
#include <string.h>
#include <time.h>
#include "auth/token_gate.h"
#include "auth/token_keys.h"
#include "base/buffer.h"
#include "base/cleanup.h"
#include "base/config.h"
#include "base/log.h"

/* An instance whose clock is a little behind must not refuse a token just made. */
#define NOT_BEFORE_EARLIER 5

static void cleanup_jwt(jwt_t **jwt)
{
	jwt_free(*jwt);
}

static void cleanup_json(json_t **json)
{
	json_decref(*json);
}

#define autojwt __attribute__((cleanup(cleanup_jwt))) jwt_t
#define autojson __attribute__((cleanup(cleanup_json))) json_t

static void claim_add(struct buffer *json, const char *name, const char *text)
{
	buffer_printf(json, "\"%s\":", name);
	buffer_json(json, text);
	buffer_char(json, ',');
}

static char *claims_write(struct arena *arena, const struct token_claims *claims,
			  const char *appointments, const char *amr)
{
	autobuffer json = { 0 };
	char jti[ID_SIZE];

	id_new(jti);
	buffer_char(&json, '{');
	claim_add(&json, "iss", config_text(CONFIG_ISSUER));
	claim_add(&json, "aud", config_text(CONFIG_AUDIENCE));
	claim_add(&json, "sub", claims->person);
	claim_add(&json, "tid", claims->tenant);
	claim_add(&json, "idn", claims->identity);
	claim_add(&json, "sid", claims->session);
	claim_add(&json, "jti", jti);
	buffer_printf(&json,
		      "\"sv\":%d,\"auth_time\":%ld,\"iat\":%ld,\"nbf\":%ld,\"exp\":%ld,",
		      claims->session_version, claims->auth_time, claims->issued,
		      claims->issued - NOT_BEFORE_EARLIER, claims->expires);
	buffer_printf(&json, "\"amr\":%s,\"appointments\":%s}", amr, appointments);
	return arena_copy_n(arena, json.data, json.length);
}

/* libjwt writes alg and typ by itself. */
static char *token_sign(const char *payload, const char *kid, const char *pem)
{
	autojwt *jwt = NULL;

	if (jwt_new(&jwt) != 0 ||
	    jwt_set_alg(jwt, JWT_ALG_ES256, (const unsigned char *)pem,
			(int)strlen(pem)) ||
	    jwt_add_header(jwt, "kid", kid) || jwt_add_grants_json(jwt, payload))
		return NULL;
	return jwt_encode_str(jwt);
}

/* NULL, with a log line, when no key signs or the claims make no acceptable token. */
char *token_mint(struct arena *arena, const struct token_claims *claims,
		 const char *appointments, const char *amr)
{
	const char *payload = claims_write(arena, claims, appointments, amr);
	char kid[ID_SIZE];
	char *pem = token_key_private(arena, kid);
	autofree char *made = NULL;

	if (!pem) {
		log_line(LOG_ERROR, "token_mint", "no signing key is active");
		return NULL;
	}
	made = token_sign(payload, kid, pem);
	explicit_bzero(pem, strlen(pem));
	if (made && strlen(made) <= TOKEN_LONGEST)
		return arena_copy(arena, made);
	log_line(LOG_ERROR, "token_mint", "the token cannot be signed or is too long");
	return NULL;
}

const char *token_verify(struct arena *arena, const char *token,
			 struct token_claims *ret_claims)
{
	autojson *payload = NULL;
	autojwt *jwt = NULL;
	char *pem = NULL;
	const char *fault = token_gate(arena, token, &pem, &payload);

	if (fault)
		return fault;
	if (jwt_decode(&jwt, token, (const unsigned char *)pem, (int)strlen(pem)) != 0)
		return "the signature does not hold";
	/* Out of memory, libjwt answers success with a token it has not verified. */
	if (!jwt || jwt_get_alg(jwt) != JWT_ALG_ES256)
		return "the signature was not checked";
	return token_claims_read(payload, time(NULL), ret_claims);
}
