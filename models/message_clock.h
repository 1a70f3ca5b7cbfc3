/* What is done to one clock of a message: it stands still, goes on, or stops. */
#pragma once
#include "models/resource.h"

extern const struct field message_explaining[];
extern const struct field message_clock_stopping[];
/* Before a step touches clocks: 409 when somebody has changed the message. */
const struct problem *message_hold(struct call *call);
/* POST .../clocks/{clock_id}/stop, .../pause and .../resume */
const struct problem *message_clock_stop(struct call *call);
const struct problem *message_clock_pause(struct call *call);
const struct problem *message_clock_resume(struct call *call);
/* for the boot check */
extern const char *const message_clock_stop_gives[], *const message_clock_pause_gives[];
