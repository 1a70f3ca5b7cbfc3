/* The end of a call: its rows as an answer, kept if asked for, committed. */
#pragma once
#include "models/resource.h"

/* The media types of a route's answer, ours first; ends with NULL. */
const char *const *route_offers(const struct route *route);
/* If-Match to call->if_version; 412 for what is none of our ETags. */
const struct problem *version_read(struct call *call);
/* Writes the answer, stores it under its Idempotency-Key, and commits: nothing is said to
 * be done that is not. */
const struct problem *call_finish(struct call *call);
