/* How often one client may call what is public and costly: a token bucket an address. */
#pragma once
#include "models/resource.h"

/* NULL, or 429 with Retry-After. IPv6 addresses count by their /64. */
const struct problem *limit_count(struct arena *arena, enum rate rate,
				  const char *address);
