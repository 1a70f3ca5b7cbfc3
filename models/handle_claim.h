/* Handles that another organisation holds. */
#pragma once
#include "models/resource.h"

/* To be asked once a write of this call made or changed a channel: when somebody else
 * holds its handle the write is undone, the operator is told, and the answer is 409. It
 * does not say who. */
const struct problem *handle_claim_judge(struct call *call, const char *channel_id);
