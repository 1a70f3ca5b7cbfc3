/* Handles that another organisation holds. */
#pragma once
#include "models/resource.h"

/* One school may not see what another of the same tenant records: the answer says no more
 * than that it cannot be here, and who would know. */
#define HANDLE_TAKEN                                                                     \
	"This handle cannot be recorded here. Where GET /v1/channels?handle= does not "  \
	"show it, ask whoever keeps the register of the whole organisation."

/* To be asked once a write of this call made or changed a channel: when somebody else
 * holds its handle the write is undone, the operator is told, and the answer is 409. It
 * does not say who. */
const struct problem *handle_claim_judge(struct call *call, const char *channel_id);
