/* The tokens of a session: an access token from what the person holds now, and the
 * refresh token, in the answer or in a cookie. */
#include "models/session_tokens.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "auth/opaque.h"
#include "auth/token.h"
#include "base/config.h"
#include "base/id.h"

enum { LISTED_SCHOOLS = 20 }; /* a token names up to so many schools an appointment */

/* One answer for an unknown user, a wrong password and somebody who left: who is who is
 * not told. */
const struct problem *sign_in_refused(struct call *call)
{
	return problem(
		call->arena, PROBLEM_SIGN_IN_FAILED,
		"E-mail address or password is wrong, or there were too many tries: wait a "
		"while before the next.");
}

void session_cookie(struct call *call, const char *token, long seconds)
{
	bool secure = strncmp(config_text(CONFIG_ISSUER), "https:", 6) == 0;

	answer_header(
		call->answer, "Set-Cookie",
		arena_printf(call->arena,
			     "chaperone_refresh=%s; Path=/v1/auth/refresh; Max-Age=%ld; "
			     "HttpOnly; SameSite=Strict%s",
			     token, seconds, secure ? "; Secure" : ""));
}

const char *session_cookie_read(struct call *call)
{
	static const char name[] = "chaperone_refresh=";
	const char *at = call->request->cookie;

	while (at && *at) {
		size_t length = strcspn(at, ";");

		if (strncmp(at, name, sizeof(name) - 1) == 0)
			return arena_copy_n(call->arena, at + sizeof(name) - 1,
					    length - (sizeof(name) - 1));
		at += length;
		at += strspn(at, "; ");
	}
	return NULL;
}

/* What the token says of one appointment: for front ends and gateways, not for us. */
static json_t *appointment_claim(struct call *call, const PGresult *rows, int row)
{
	const char *const *schools =
		array_items(call->arena, row_text(rows, row, "school_ids"));
	const char *const *duties =
		array_items(call->arena, row_text(rows, row, "duties"));
	json_t *claim = json_pack("{s:s, s:o}", "role", row_text(rows, row, "role"),
				  "duties", array_json(duties));

	if (row_flag(rows, row, "tenant_wide"))
		json_object_set_new(claim, "scope", json_string("tenant"));
	else if (array_count(schools) > LISTED_SCHOOLS)
		json_object_set_new(claim, "scope", json_string("listed"));
	else
		json_object_set_new(claim, "scope", array_json(schools));
	return claim;
}

static char *appointment_claims(struct call *call, const PGresult *rows)
{
	json_t *claims = json_array();
	autofree char *text = NULL;

	for (int row = 0; row < row_count(rows); row++)
		if (row_text(rows, row, "role"))
			json_array_append_new(claims, appointment_claim(call, rows, row));
	text = json_dumps(claims, JSON_COMPACT);
	json_decref(claims);
	return arena_copy(call->arena, text);
}

/* The access token of a session, as it stands in the database now. */
static const struct problem *mint(struct call *call, const char *session,
				  char **ret_token, long *ret_seconds)
{
	struct token_claims claims = { .issued = time(NULL) };
	const struct problem *err;
	const PGresult *rows;

	call_set(call, "session_id", session);
	if ((err = run(call, q_principal, &rows)))
		return err;
	if (row_count(rows) == 0)
		return sign_in_refused(call);
	snprintf(claims.tenant, ID_SIZE, "%s", row_text(rows, 0, "tenant_id"));
	snprintf(claims.person, ID_SIZE, "%s", row_text(rows, 0, "person_id"));
	snprintf(claims.identity, ID_SIZE, "%s", row_text(rows, 0, "identity_id"));
	snprintf(claims.session, ID_SIZE, "%s", session);
	claims.session_version = (int)row_number(rows, 0, "session_version");
	claims.auth_time = row_number(rows, 0, "auth_time");
	claims.expires = claims.issued + config_number(CONFIG_ACCESS_TOKEN_S);
	if (claims.expires > row_number(rows, 0, "valid_until"))
		claims.expires = row_number(rows, 0, "valid_until");
	*ret_token = token_mint(call->arena, &claims, appointment_claims(call, rows),
				"[\"pwd\"]");
	*ret_seconds = claims.expires - claims.issued;
	if (!*ret_token)
		return problem(call->arena, PROBLEM_UNAVAILABLE,
			       "No signing key is ready.");
	return NULL;
}

const struct problem *session_answer(struct call *call, const char *session,
				     const char *refresh, bool cookie)
{
	const struct problem *err;
	long seconds = 0, refresh_seconds = config_number(CONFIG_REFRESH_TOKEN_S);
	json_t *answer;
	char *token = NULL;

	if ((err = mint(call, session, &token, &seconds)) || (err = call_commit(call)))
		return err;
	answer = json_pack("{s:s, s:s, s:I, s:I}", "access_token", token, "token_type",
			   "Bearer", "expires_in", (json_int_t)seconds,
			   "refresh_expires_in", (json_int_t)refresh_seconds);
	if (cookie)
		session_cookie(call, refresh, refresh_seconds);
	else
		json_object_set_new(answer, "refresh_token", json_string(refresh));
	call_answer(call, 200, answer);
	return NULL;
}

/* Whoever is signed in already switches: the proof of who they are carries over, with its
 * time; the old session goes on, and both end with one sign-out. */
const struct problem *session_begin(struct call *call)
{
	const struct problem *err;
	const PGresult *opened;
	char *hash, *refresh = opaque_make(call->arena, &hash);
	char id[ID_SIZE];
	const char *session;

	id_new(id);
	session = arena_copy(call->arena, id);
	call_set(call, "session_id", session);
	call_set(call, "amr", "{pwd}");
	call_set(call, "auth_time", arena_printf(call->arena, "%ld", (long)time(NULL)));
	call_set(call, "refresh_hash", hash);
	call_set(call, "refresh_seconds",
		 arena_printf(call->arena, "%ld", config_number(CONFIG_REFRESH_TOKEN_S)));
	if ((err = run(call, call->me ? q_session_switch : q_session_open, &opened)))
		return err;
	if (row_count(opened) == 0)
		return call_text(call, "tenant_id")
			       ? problem_field(call->arena, "/tenant_id",
					       "is no tenant of yours")
			       : sign_in_refused(call);
	return session_answer(call, session, refresh, call_flag(call, "cookie"));
}
