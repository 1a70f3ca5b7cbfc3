/* iCalendar (RFC 5545) as days: the only place that knows libical. */
#pragma once
#include "base/arena.h"

struct ical_event {
	const char *uid, *title; /* NULL: it has none */
	int from, to;		 /* days of base/london.h, both included */
	const char *fault;	 /* why it cannot be taken; NULL: it can */
};

/* The events that are not cancelled; -1: this is no calendar. */
int ical_read(struct arena *arena, const char *text, struct ical_event **ret_events);
