/* The end of a call: its rows as an answer, kept if asked for, committed. */
#pragma once
#include "models/resource.h"

/* If-Match to call->if_version; 412 for what is none of our ETags. */
const struct problem *version_read(struct call *call);
/* Writes the answer, stores it under its Idempotency-Key, and commits: nothing is said to
 * be done that is not. */
const struct problem *call_finish(struct call *call);
