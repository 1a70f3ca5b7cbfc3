/* What other resources ask about appointments. */
#pragma once
#include "models/call.h"

/* NULL when the caller may grant everything that person :id holds or is proposed for;
 * else 403. */
const struct problem *appointments_grantable(struct call *call);
/* The same for ending all of it, which HR over its schools may too. */
const struct problem *appointments_endable(struct call *call);
