/* Idempotency-Key: the same POST sent twice is done once, and answered twice alike. */
#pragma once
#include "models/call.h"

/* Reads the header; 400 when it is no key. Without one nothing follows. */
const struct problem *idempotency_read(struct call *call);
/* Queues the claim and reads it: 409 while the first request runs or for a caller who
 * holds something else now, 422 for another body; sets call->replayed when the earlier
 * answer has been written as this call's. */
const struct problem *idempotency_claim(struct call *call);
/* The two halves, for a claim in the middle of a pipeline. */
const struct problem *idempotency_queue(struct call *call);
const struct problem *idempotency_judge(struct call *call);
/* Keeps a 2xx answer in the call's own transaction, before it commits. */
const struct problem *idempotency_store(struct call *call);
