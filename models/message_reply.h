/* What is said to whoever wrote: acknowledged, answered, redirected; and the clocks that
 * this stops. */
#pragma once
#include "models/resource.h"

extern const struct field message_acknowledging[], message_answering[],
	message_redirecting[];
extern const char *const message_reply_gives[]; /* for the boot check */
const struct problem *message_acknowledge(struct call *call);
const struct problem *message_answer(struct call *call);
/* Shows the school's own contact, and is done with it (M6, M11). */
const struct problem *message_redirect(struct call *call);
/* Stops the running clocks of these kinds, an array of PostgreSQL. */
const struct problem *message_clocks_end(struct call *call, const char *kinds,
					 const char *stop);
/* Stops what :settles names; 409 while the law's clocks go on. */
const struct problem *message_settle(struct call *call);
