/* The strict reading of a token: what the JWT library would let through stops here. */
#include "auth/token_gate.h"
#include <limits.h>
#include <string.h>
#include "auth/token_keys.h"
#include "base/config.h"
#include "base/encoding.h"

#define SIGNATURE_SIZE 64 /* r and s of P-256, RFC 7518 section 3.4 */
#define DEEPEST 32	  /* jansson recurses; a request's stack is small */
#define CLOCK_SKEW 5	  /* seconds between two of our instances */

static bool depth_acceptable(const unsigned char *bytes, size_t length)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < length; i++) {
		if (quoted && bytes[i] == '\\')
			i++;
		else if (bytes[i] == '"')
			quoted = !quoted;
		else if (!quoted && (bytes[i] == '{' || bytes[i] == '['))
			depth++;
		else if (!quoted && (bytes[i] == '}' || bytes[i] == ']'))
			depth--;
		if (depth > DEEPEST)
			return false;
	}
	return true;
}

/* One base64url part as a JSON object without repeated names, or NULL. */
static json_t *part_read(struct arena *arena, const char *part, size_t length)
{
	unsigned char *bytes;
	size_t size;
	json_t *json;

	if (!base64url_decode(arena, part, length, &bytes, &size) ||
	    !utf8_valid((const char *)bytes, size) || !depth_acceptable(bytes, size))
		return NULL;
	json = json_loadb((const char *)bytes, size, JSON_REJECT_DUPLICATES, NULL);
	if (json_is_object(json))
		return json;
	json_decref(json);
	return NULL;
}

static bool text_is(const json_t *object, const char *name, const char *expected)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text && strcmp(text, expected) == 0;
}

/* Three names and no fourth: crit, jku, jwk, x5u and x5c have no place to stand. */
static const char *header_judge(struct arena *arena, const json_t *header,
				char **ret_public_pem)
{
	const char *kid = json_string_value(json_object_get(header, "kid"));

	if (!text_is(header, "alg", "ES256"))
		return "alg is not ES256";
	if (!text_is(header, "typ", "JWT"))
		return "typ is not JWT";
	if (json_object_size(header) != 3)
		return "the header has more than alg, kid and typ";
	*ret_public_pem = kid ? token_key_public(arena, kid) : NULL;
	return *ret_public_pem ? NULL : "kid is unknown";
}

static bool signature_sized(struct arena *arena, const char *part)
{
	unsigned char *bytes;
	size_t size;

	return base64url_decode(arena, part, strlen(part), &bytes, &size) &&
	       size == SIGNATURE_SIZE;
}

const char *token_gate(struct arena *arena, const char *token, char **ret_public_pem,
		       json_t **ret_payload)
{
	const char *first, *second, *fault;
	json_t *header;

	if (strnlen(token, TOKEN_LONGEST + 1) > TOKEN_LONGEST)
		return "too long";
	first = strchr(token, '.');
	second = first ? strchr(first + 1, '.') : NULL;
	if (!second || strchr(second + 1, '.'))
		return "not three parts";
	header = part_read(arena, token, (size_t)(first - token));
	if (!header)
		return "the header is not acceptable JSON";
	fault = header_judge(arena, header, ret_public_pem);
	json_decref(header);
	if (fault)
		return fault;
	if (!signature_sized(arena, second + 1))
		return "not a signature of ES256";
	*ret_payload = part_read(arena, first + 1, (size_t)(second - first - 1));
	return *ret_payload ? NULL : "the payload is not acceptable JSON";
}

static bool id_read(const json_t *payload, const char *name, char out[ID_SIZE])
{
	const char *text = json_string_value(json_object_get(payload, name));

	if (!text || !id_valid(text))
		return false;
	memcpy(out, text, ID_SIZE);
	return true;
}

static bool number_read(const json_t *payload, const char *name, long most, long *out)
{
	const json_t *number = json_object_get(payload, name);

	if (!json_is_integer(number) || json_integer_value(number) < 0 ||
	    json_integer_value(number) > most)
		return false;
	*out = json_integer_value(number);
	return true;
}

static const char *times_read(const json_t *payload, long now,
			      struct token_claims *ret_claims)
{
	long not_before;

	if (!number_read(payload, "exp", LONG_MAX, &ret_claims->expires) ||
	    !number_read(payload, "nbf", LONG_MAX, &not_before) ||
	    !number_read(payload, "iat", LONG_MAX, &ret_claims->issued) ||
	    !number_read(payload, "auth_time", LONG_MAX, &ret_claims->auth_time))
		return "exp, nbf, iat or auth_time is missing or no whole number";
	if (ret_claims->expires <= now)
		return "expired";
	if (not_before > now)
		return "not valid yet";
	if (ret_claims->issued > now + CLOCK_SKEW)
		return "issued in the future";
	return NULL;
}

const char *token_claims_read(const json_t *payload, long now,
			      struct token_claims *ret_claims)
{
	long version;

	if (!text_is(payload, "iss", config_text(CONFIG_ISSUER)))
		return "iss is not ours";
	if (!text_is(payload, "aud", config_text(CONFIG_AUDIENCE)))
		return "aud is not ours";
	if (!id_read(payload, "tid", ret_claims->tenant) ||
	    !id_read(payload, "sub", ret_claims->person) ||
	    !id_read(payload, "idn", ret_claims->identity) ||
	    !id_read(payload, "sid", ret_claims->session))
		return "tid, sub, idn or sid is missing or no id";
	if (!number_read(payload, "sv", INT_MAX, &version))
		return "sv is missing or no whole number";
	ret_claims->session_version = (int)version;
	return times_read(payload, now, ret_claims);
}
