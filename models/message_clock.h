/* What is done to one clock of a message: it stands still, goes on, or stops. */
#pragma once
#include "models/resource.h"

extern const struct field message_explaining[];
extern const struct field message_clock_stopping[];
/* POST .../clocks/{clock_id}/pause and .../resume */
const struct problem *message_clock_pause(struct call *call);
const struct problem *message_clock_resume(struct call *call);
extern const char *const message_clock_pause_gives[]; /* for the boot check */
