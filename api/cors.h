/* Cross-origin calls (Fetch standard): an allow-list of front ends, from the settings. */
#pragma once
#include "models/call.h"

/* Answers OPTIONS, a preflight or not, without the engine. */
void cors_options(const struct request *request, struct answer *answer);
/* Adds what lets an allowed origin read the answer; nothing for any other. */
void cors_headers(const struct request *request, struct answer *answer);
