/* What moderating takes beyond moving an action along its flow. */
#pragma once
#include "models/resource.h"

extern const struct field moderation_recording[];
/* POST /v1/moderation-actions: out of sight of whom it is aimed at from the first. */
const struct problem *moderation_record(struct call *call);
/* The steps of its flow that decide something or write more than the action itself. */
const struct problem *moderation_take(struct call *call);
const struct problem *moderation_snapshot(struct call *call);
const struct problem *moderation_tell(struct call *call);
const struct problem *moderation_complete(struct call *call);
const struct problem *moderation_appeal(struct call *call);
const struct problem *moderation_decide(struct call *call);
