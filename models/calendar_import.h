/* POST /v1/calendar-periods/import: an iCalendar of term dates. */
#pragma once
#include "models/resource.h"

extern const struct field calendar_importing[];
extern const char *const calendar_import_provides[]; /* for the boot check */
const struct problem *calendar_import(struct call *call);
