/* From the Authorization header to who is calling. */
#include "api/principal.h"
#include <stdio.h>
#include <string.h>
#include "auth/session.h"
#include "auth/token.h"
#include "api/metrics.h"
#include "base/log.h"

const char *bearer_token(const struct request *request)
{
	static const char scheme[] = "Bearer ";
	const char *header = request->authorization, *token;
	size_t length = sizeof(scheme) - 1;

	if (!header || strncasecmp(header, scheme, length) != 0)
		return NULL;
	token = header + length;
	length = strspn(token, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			       "0123456789-._~+/=");
	return length && !token[length] ? token : NULL;
}

static const struct problem *refused(const struct request *request)
{
	struct problem *err = problem(request->arena, PROBLEM_UNAUTHENTICATED,
				      "This access token is not valid, or no longer.");

	err->challenge = "Bearer realm=\"chaperone\", error=\"invalid_token\"";
	return err;
}

static const struct problem *absent(const struct request *request)
{
	return problem(request->arena, PROBLEM_UNAUTHENTICATED,
		       "Send an access token: Authorization: Bearer <token>.");
}

static bool value_session(void *data, const char *name, const char **ret_text)
{
	*ret_text = data;
	return strcmp(name, "session_id") == 0;
}

static void id_take(char to[ID_SIZE], const PGresult *rows, const char *column)
{
	snprintf(to, ID_SIZE, "%s", row_text(rows, 0, column));
}

static struct principal *principal_make(struct arena *arena, const char *session,
					const PGresult *rows)
{
	struct principal *made = arena_alloc(arena, sizeof(*made));
	struct appointment *held =
		arena_alloc(arena, (size_t)row_count(rows) * sizeof(*held) + 1);

	id_take(made->tenant, rows, "tenant_id");
	id_take(made->person, rows, "person_id");
	id_take(made->identity, rows, "identity_id");
	snprintf(made->session, ID_SIZE, "%s", session);
	made->session_version = (int)row_number(rows, 0, "session_version");
	made->auth_time = row_number(rows, 0, "auth_time");
	made->expires = row_number(rows, 0, "valid_until");
	made->appointments = held;
	for (int row = 0; row < row_count(rows); row++) {
		if (!row_text(rows, row, "role"))
			continue;
		held[made->appointment_count++] = (struct appointment){
			arena_copy(arena, row_text(rows, row, "role")),
			array_items(arena, row_text(rows, row, "duties")),
			row_flag(rows, row, "tenant_wide"),
			array_items(arena, row_text(rows, row, "school_ids")),
		};
	}
	return made;
}

const struct problem *principal_load(struct arena *arena, struct pool *pool,
				     char *session, struct principal **ret_principal)
{
	const struct problem *err;
	const PGresult *rows;
	struct tx tx;

	*ret_principal = NULL;
	tx_init(&tx, pool, arena, NULL);
	err = tx_queue(&tx, query_statement(q_principal), value_session, session);
	if (!err)
		err = tx_sync(&tx);
	if (!err)
		err = tx_read(&tx, &rows);
	if (!err && row_count(rows) > 0)
		*ret_principal = principal_make(arena, session, rows);
	tx_end(&tx);
	return err;
}

/* What the token claims must be what the session says; the earlier end
 * of the two counts. */
static bool claims_hold(const struct token_claims *claims, struct principal *principal)
{
	if (!principal || strcmp(claims->identity, principal->identity) != 0 ||
	    strcmp(claims->tenant, principal->tenant) != 0 ||
	    strcmp(claims->person, principal->person) != 0 ||
	    claims->session_version != principal->session_version)
		return false;
	if (claims->expires < principal->expires)
		principal->expires = claims->expires;
	return true;
}

const struct problem *principal_find(const struct request *request, struct pool *pool,
				     const struct principal **ret_principal)
{
	const char *token = bearer_token(request), *reason;
	struct token_claims claims;
	struct principal *loaded;
	const struct problem *err;

	if (!request->authorization)
		return absent(request);
	if (!token)
		return refused(request);
	*ret_principal = session_cached(request->arena, token);
	metrics_token(*ret_principal);
	if (*ret_principal)
		return NULL;
	if ((reason = token_verify(request->arena, token, &claims))) {
		log_line(LOG_INFO, "token_refused", "%s", reason);
		return refused(request);
	}
	if ((err = principal_load(request->arena, pool, claims.session, &loaded)))
		return err;
	if (!claims_hold(&claims, loaded))
		return refused(request);
	session_remember(token, loaded);
	*ret_principal = loaded;
	return NULL;
}
