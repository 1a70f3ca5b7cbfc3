/* The compartment: who is named for what stands there, and how it comes out again. */
#pragma once
#include "models/resource.h"

extern const struct field message_handler_naming[];
extern const char *const message_handler_gives[]; /* for the boot check */
/* POST .../handlers: 422 for whom the matrix lets read nothing of it. */
const struct problem *message_handler_name(struct call *call);
/* A message with such imagery takes no file: 403 unless the DSL says in :triage that it
 * is none after all. */
const struct problem *message_imagery_judge(struct call *call);
bool message_in_compartment(struct call *call, const PGresult *row);
const struct problem *message_release(struct call *call);
