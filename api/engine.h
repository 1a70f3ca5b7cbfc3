/* The gates every call passes, in one fixed order; see engine.c. */
#pragma once
#include "models/call.h"

struct pools {
	struct pool *app;  /* chaperone_app: requests of signed-in people */
	struct pool *gate; /* chaperone_gate: sign-in, refresh, invitation */
};
extern struct pools engine_pools;

void engine_answer(const struct request *request, struct answer *answer);
