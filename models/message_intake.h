/* Takes a message in: where it belongs, what it is, which clocks it starts. */
#pragma once
#include "models/resource.h"

extern const struct field message_logging[];
extern const char *const message_log_gives[]; /* for the boot check */
/* POST /v1/messages: 201 with the message, or 202 {id, state} when it went into the
 * compartment. */
const struct problem *message_log(struct call *call);
/* Starts these kinds of clock on the message :id, from when it was received. */
const struct problem *message_clocks(struct call *call, const char *const *kinds);
/* Does this triage put a message into the compartment? */
bool triage_protects(struct call *call, const char *triage);
/* The kinds of clock that a message of this kind and triage starts. */
const char *const *message_starts(struct call *call, const char *kind,
				  const char *triage);
/* Of the field that message_places finds at fault. */
#define MESSAGE_MISPLACED "is unknown, or not within your reach"
/* Puts :id at :version there, and answers 202 {id, state}: the caller may see no more. */
const struct problem *message_protected(struct call *call);
