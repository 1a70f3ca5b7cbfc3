/* What the service counts, for GET /metrics (OpenMetrics). */
#pragma once
#include <stdbool.h>
#include "base/buffer.h"

/* The method as we write it down: whatever a client invents is one and the same. */
const char *metrics_method(const char *method);
/* `method` is from metrics_method; `route` is the pattern, which lives as long as the
 * process, or NULL when none matched. */
void metrics_request(const char *method, const char *route, int status, long us);
/* Was the principal of a token in the cache? */
void metrics_token(bool hit);
void metrics_write(struct buffer *out);
