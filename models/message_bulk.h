/* Many messages at once: from an export of a platform, or a file. */
#pragma once
#include "models/resource.h"

extern const struct field message_bulk_body[], message_bulk_query[];
extern const char *const message_bulk_gives[]; /* for the boot check */
/* POST /v1/messages/bulk: all rows or none; with ?partial=true the good ones. 200 with
 * what became of each row. */
const struct problem *message_bulk(struct call *call);
