/* From the Authorization header to who is calling. */
#pragma once
#include "models/call.h"
#include "sql/pool.h"

/* The principal of a bearer token: remembered, or verified and loaded from the database.
 * 401 when there is none that stands. */
const struct problem *principal_find(const struct request *request, struct pool *pool,
				     const struct principal **ret_principal);
/* The token itself, or NULL when the header is not exactly "Bearer <token>". */
const char *bearer_token(const struct request *request);
/* Who a session stands for, as the database has it now; NULL when it has ended. */
const struct problem *principal_load(struct arena *arena, struct pool *pool,
				     char *session, struct principal **ret_principal);
