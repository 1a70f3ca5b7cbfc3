/* A school's calendar, and what its clocks run by, read from the database. */
#pragma once
#include <jansson.h>
#include "models/calendar.h"
#include "models/call.h"

struct place {
	const char *school_id, *school_name; /* NULL: the tenant itself */
	json_t *settings;		     /* the caller's own */
	struct calendar calendar;
	const char *calendar_version; /* that of the database when it was read */
	const PGresult *days; /* the same as rows: kind, title, from_on, to_on, level */
};

/* The place :school_id, with the calendar of the school years from that of `from` on to
 * that of `to`. 404 when the school is out of reach. */
const struct problem *calendar_read(struct call *call, int from, int to,
				    struct place *ret_place);
/* The same for whoever writes by it: the calendar stays so until the call commits. */
const struct problem *calendar_hold(struct call *call, int from, int to,
				    struct place *ret_place);
/* The calendar of such rows: kind, title, from_on, to_on. */
struct calendar calendar_of_rows(struct arena *arena, const PGresult *rows,
				 const char *bank_holidays_until);
extern const char *const calendar_read_provides[]; /* for the boot check */
