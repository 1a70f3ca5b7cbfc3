/* Looking at a channel, as the channel offers it. */
#pragma once
#include "models/resource.h"

extern const struct field channel_checking[];
extern const struct listing channel_check_listing;
extern const char *const channel_check_provides[];
/* Writes a check of the channel :id down and answers with it. */
const struct problem *channel_check_add(struct call *call);
