/* iCalendar (RFC 5545) as days. */
#include "models/ical.h"
#include <libical/ical.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include "base/cleanup.h"
#include "base/london.h"

enum { DEPTH_MAX = 8, EVENTS_MAX = 2000 };

/* Lines that were folded are whole again, as they then go to the library. */
static char *unfold(struct arena *arena, const char *text)
{
	char *unfolded = arena_alloc(arena, strlen(text) + 1), *to = unfolded;

	while (*text) {
		size_t end = text[0] == '\r' && text[1] == '\n' ? 2 : text[0] == '\n';

		if (end && (text[end] == ' ' || text[end] == '\t'))
			text += end + 1;
		else
			*to++ = *text++;
	}
	return unfolded;
}

/* The library frees what is nested one inside the other by calling itself. */
static bool deep(const char *text)
{
	int depth = 0;

	for (; text; text = strchr(text, '\n'), text = text ? text + 1 : NULL) {
		if (strncasecmp(text, "BEGIN:", 6) == 0 && ++depth > DEPTH_MAX)
			return true;
		depth -= strncasecmp(text, "END:", 4) == 0;
	}
	return false;
}

/* The day in London; of an end that is midnight, or a day that is not in it, the day
 * before. */
static int day_at(struct icaltimetype at, bool end)
{
	struct london london;

	if (icaltime_is_utc(at) && !at.is_date) {
		london = london_of(icaltime_as_timet(at));
		return london.day - (end && london.second == 0);
	}
	return day_of(at.year, at.month, at.day) -
	       (end && (at.is_date || at.hour + at.minute + at.second == 0));
}

static bool sane(struct icaltimetype at)
{
	return !icaltime_is_null_time(at) && icaltime_is_valid_time(at) &&
	       at.year >= 1900 && at.year <= 2200;
}

static bool has(icalcomponent *event, icalproperty_kind kind)
{
	return icalcomponent_get_first_property(event, kind) != NULL;
}

static struct ical_event event_read(struct arena *arena, icalcomponent *component)
{
	struct icaltimetype from = icalcomponent_get_dtstart(component);
	struct icaltimetype to = icalcomponent_get_dtend(component);
	struct ical_event event = {
		.uid = arena_copy(arena, icalcomponent_get_uid(component)),
		.title = arena_copy(arena, icalcomponent_get_summary(component)),
	};

	if (!event.uid || !*event.uid)
		event.fault = "has no UID, by which it would be known again";
	else if (has(component, ICAL_RRULE_PROPERTY) ||
		 has(component, ICAL_RDATE_PROPERTY))
		event.fault = "repeats: enter each of its days by itself";
	else if (!sane(from) || (has(component, ICAL_DTEND_PROPERTY) && !sane(to)))
		event.fault = "has no proper start or end";
	if (event.fault)
		return event;
	event.from = day_at(from, false);
	event.to = icaltime_is_null_time(to) ? event.from : day_at(to, true);
	if (event.to < event.from)
		event.to = event.from;
	return event;
}

static int events_read(struct arena *arena, icalcomponent *calendar,
		       struct ical_event **ret_events)
{
	int room = icalcomponent_count_components(calendar, ICAL_VEVENT_COMPONENT);
	icalcomponent *each =
		icalcomponent_get_first_component(calendar, ICAL_VEVENT_COMPONENT);
	int count = 0;

	if (room > EVENTS_MAX)
		return -1;
	*ret_events = arena_alloc(arena, sizeof(**ret_events) * (size_t)(room + 1));
	for (; each;
	     each = icalcomponent_get_next_component(calendar, ICAL_VEVENT_COMPONENT))
		if (icalcomponent_get_status(each) != ICAL_STATUS_CANCELLED)
			(*ret_events)[count++] = event_read(arena, each);
	return count;
}

int ical_read(struct arena *arena, const char *text, struct ical_event **ret_events)
{
	char *unfolded = unfold(arena, text);
	icalcomponent *calendar;
	int count = -1;

	if (deep(unfolded))
		return -1;
	icalerror_set_errors_are_fatal(false);
	calendar = icalparser_parse_string(unfolded);
	if (!calendar)
		return -1;
	if (icalcomponent_isa(calendar) == ICAL_VCALENDAR_COMPONENT)
		count = events_read(arena, calendar, ret_events);
	icalcomponent_free(calendar);
	return count;
}
