/* Whom the service tells of what: one row for each group of people that an event
 * concerns. */
#pragma once
#include "base/arena.h"
#include "models/words.h"

WORDS_DECLARE(words_notice_kind);
/* All of it as events_tell() reads it: [{"kind", "urgent", "whom": [...]}]. */
const char *notices_json(struct arena *arena);
