/* How often one client may call what is public and costly: a token bucket an address. */
#pragma once
#include "base/problem.h"

/* NULL, or 429 with Retry-After. IPv6 addresses count by their /64. */
const struct problem *limit_count(struct arena *arena, const char *address);
