/* What is kept of a request once its answer has gone: one log line, the counters. */
#pragma once
#include <time.h>
#include "models/call.h"

void record_request(const struct request *request, const struct answer *answer,
		    const char *traceparent, const struct timespec *start);
