/* What signing in, refreshing, switching and accepting an invitation have in common. */
#pragma once
#include "models/call.h"

/* Opens a session for value `identity_id` that has just proved itself, or for whoever is
 * signed in already (in `tenant_id`, if given), and answers with its tokens. */
const struct problem *session_begin(struct call *call);
/* Answers with an access token of this session and the refresh token; commits. */
const struct problem *session_answer(struct call *call, const char *session,
				     const char *refresh, bool cookie);
/* The refresh token as an HttpOnly cookie that only the refresh route receives. */
void session_cookie(struct call *call, const char *token, long seconds);
const char *session_cookie_read(struct call *call); /* NULL: none came */
/* One answer for an unknown user, a wrong password and somebody who left. */
const struct problem *sign_in_refused(struct call *call);
