/* Signing in and staying signed in: sessions, tokens, invitations, and who I am. */
#include "auth/opaque.h"
#include "auth/token.h"
#include "base/config.h"
#include "models/resource.h"
#include "models/session_proof.h"
#include "models/session_tokens.h"

static const struct field signing_in[] = {
	{ "email", EMAIL, .required = true },
	{ "password", SECRET, .required = true, .max = 1024 },
	{ "tenant_id", UUID },
	{ "cookie", FLAG },
	{ 0 },
};

static const struct field refreshing[] = {
	{ "refresh_token", SECRET, .max = 200 },
	{ 0 },
};

static const struct field switching[] = {
	{ "tenant_id", UUID, .required = true },
	{ "cookie", FLAG },
	{ 0 },
};

static const struct field accepting[] = {
	{ "invitation_token", SECRET, .required = true, .max = 200 },
	{ "password", SECRET, .required = true, .max = 1024 },
	{ "cookie", FLAG },
	{ 0 },
};

static const struct field password_changing[] = {
	{ "current_password", SECRET, .required = true, .max = 1024 },
	{ "new_password", SECRET, .required = true, .max = 1024 },
	{ 0 },
};

/* A text of the one row there may be, for longer than the transaction; NULL: none. */
static const char *kept(struct call *call, const PGresult *rows, const char *column)
{
	const char *text = row_count(rows) > 0 ? row_text(rows, 0, column) : NULL;

	return text ? arena_copy(call->arena, text) : NULL;
}

static const struct problem *sign_in(struct call *call)
{
	const struct problem *err;
	const PGresult *found;

	call_set(call, "login", call_text(call, "email"));
	if ((err = run(call, q_sign_in_find, &found)) ||
	    (err = session_prove(call, kept(call, found, "identity_id"),
				 kept(call, found, "password_hash"),
				 call_text(call, "password"))))
		return err;
	return session_begin(call);
}

static const struct problem *refresh(struct call *call)
{
	const char *old = call_text(call, "refresh_token");
	bool cookie = !old && (old = session_cookie_read(call));
	const struct problem *err;
	const PGresult *rows;
	char *hash, *token;

	if (!old)
		return problem_field(call->arena, "/refresh_token",
				     "is required, unless the cookie holds it");
	token = opaque_make(call->arena, &hash);
	call_set(call, "refresh_hash", opaque_hash(call->arena, old));
	call_set(call, "new_refresh_hash", hash);
	call_set(call, "refresh_seconds",
		 arena_printf(call->arena, "%ld", config_number(CONFIG_REFRESH_TOKEN_S)));
	if ((err = run(call, q_session_refresh, &rows)))
		return err;
	if (row_count(rows) == 0) {
		/* a second use ended the session: that has to stay */
		if ((err = call_commit(call)))
			return err;
		return problem(
			call->arena, PROBLEM_SIGN_IN_FAILED,
			"This refresh token is used up, expired or revoked: sign in again.");
	}
	return session_answer(call,
			      arena_copy(call->arena, row_text(rows, 0, "session_id")),
			      token, cookie);
}

static const struct problem *sign_out(struct call *call)
{
	const struct problem *err = run_last(call, q_session_close, NULL);

	if (err)
		return err;
	session_cookie(call, "", 0);
	call->answer->status = 204;
	return NULL;
}

/* A known e-mail address proves itself by its password; a new one sets it. Until the
 * password itself is looked at both hear the same, at the same cost. */
static const struct problem *accept_invitation(struct call *call)
{
	const char *password = call_text(call, "password"), *known;
	const struct problem *err;
	const PGresult *found, *accepted;
	char id[ID_SIZE];

	call_set(call, "invitation_hash",
		 opaque_hash(call->arena, call_text(call, "invitation_token")));
	if ((err = run(call, q_invitation_find, &found)))
		return err;
	if (row_count(found) == 0)
		return problem_field(call->arena, "/invitation_token",
				     "is unknown, used or expired");
	known = kept(call, found, "identity_id");
	call_set(call, "password_hash", NULL);
	call_set(call, "invited_email", kept(call, found, "email"));
	call_set(call, "proved_id", known);
	if ((err = session_weak(call, "/password", row_text(found, 0, "name"),
				row_text(found, 0, "email"))))
		return err;
	err = known ? session_prove(call, known, kept(call, found, "password_hash"),
				    password)
		    : session_hash(call, password);
	if (err)
		return err;
	id_new(id);
	call_set(call, "new_identity_id", arena_copy(call->arena, id));
	if ((err = run(call, q_invitation_accept, &accepted)))
		return err;
	if (row_count(accepted) == 0)
		return problem_field(call->arena, "/invitation_token",
				     "is unknown, used or expired");
	call_set(call, "identity_id", row_text(accepted, 0, "identity_id"));
	call_set(call, "tenant_id", row_text(accepted, 0, "tenant_id"));
	return session_begin(call);
}

/* The new one is hashed before the proof: once a try is counted nothing may fail for want
 * of a slot. */
static const struct problem *change_password(struct call *call)
{
	const struct problem *err;
	const PGresult *mine;
	const char *hash;

	if ((err = run(call, q_identity_hash, &mine)))
		return err;
	hash = kept(call, mine, "password_hash");
	if ((err = session_weak(call, "/new_password", "", row_text(mine, 0, "login"))) ||
	    (err = session_hash(call, call_text(call, "new_password"))))
		return err;
	err = session_prove(call, call->me->identity, hash,
			    call_text(call, "current_password"));
	if (err)
		return err->kind == PROBLEM_SIGN_IN_FAILED
			       ? problem_field(call->arena, "/current_password",
					       "is wrong")
			       : err;
	if ((err = run_last(call, q_password_change, NULL)))
		return err;
	call->answer->status = 204;
	return NULL;
}

/* What the caller may do and how far, as the matrix has it for their appointments. */
static json_t *permissions(struct call *call)
{
	json_t *all = json_array();

	for (int p = SIGNED_IN + 1; p < PERMISSION_COUNT; p++) {
		struct reach reach = policy_reach(call->arena, call->me, p);

		if (reach_none(&reach))
			continue;
		json_array_append_new(all, json_pack("{s:s, s:s, s:b, s:o}", "permission",
						     permission_name(p), "reach",
						     reach.tenant	  ? "tenant"
						     : reach.school_count ? "schools"
									  : "own",
						     "own", reach.own, "school_ids",
						     array_json(reach.schools)));
	}
	return all;
}

static const struct problem *me(struct call *call)
{
	const struct problem *err;
	const PGresult *row;
	json_t *answer;

	if ((err = run_last(call, q_me_show, &row)))
		return err;
	answer = row_json(row, 0);
	json_object_set_new(answer, "permissions", permissions(call));
	call_answer(call, 200, answer);
	return NULL;
}

static const struct problem *jwks(struct call *call)
{
	json_t *keys = json_loads(token_jwks(call->arena), 0, NULL);

	answer_header(call->answer, "Cache-Control", "public, max-age=300");
	call_answer(call, 200, keys);
	return NULL;
}

static const char *const gives_open[] = { "login",
					  "identity_id",
					  "network",
					  "session_id",
					  "amr",
					  "auth_time",
					  "refresh_hash",
					  "new_refresh_hash",
					  "refresh_seconds",
					  "invitation_hash",
					  "new_identity_id",
					  "invited_email",
					  "proved_id",
					  "password_hash",
					  "tenant_id",
					  NULL };

static const struct route routes[] = {
	{ "POST", "/v1/auth/sign-in", PUBLIC, .handle = sign_in, .body = signing_in,
	  .rate = RATE_SIGN_IN, .provides = gives_open },
	{ "POST", "/v1/auth/refresh", PUBLIC, .handle = refresh, .body = refreshing,
	  .rate = RATE_SIGN_IN, .provides = gives_open },
	{ "POST", "/v1/auth/accept-invitation", PUBLIC, .handle = accept_invitation,
	  .body = accepting, .rate = RATE_SIGN_IN, .provides = gives_open },
	{ "POST", "/v1/auth/sign-out", SIGNED_IN, .handle = sign_out, .status = 204 },
	{ "POST", "/v1/auth/switch", SIGNED_IN, .handle = session_begin,
	  .body = switching, .provides = gives_open, .anew = true },
	{ "POST", "/v1/auth/change-password", SIGNED_IN, .handle = change_password,
	  .body = password_changing, .rate = RATE_SIGN_IN, .status = 204,
	  .provides = gives_open },
	{ "GET", "/v1/me", SIGNED_IN, .handle = me },
	{ "GET", "/.well-known/jwks.json", PUBLIC, .handle = jwks },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "person_identity", PROBLEM_ALREADY_EXISTS, NULL,
	  "Whoever signs in with this e-mail address is somebody else of this tenant already: "
	  "ask for an invitation to another address." },
	{ 0 },
};

const struct resource session = {
	.name = "session",
	.path = "/v1/auth",
	.routes = routes,
	.constraints = constraints,
};
