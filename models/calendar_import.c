/* An iCalendar of term dates, taken in event by event; the same one again changes
 * nothing, for each event is known by its UID (B6). */
#include "models/calendar_import.h"
#include <string.h>
#include "base/london.h"
#include "models/ical.h"

const struct field calendar_importing[] = {
	{ "school_id", UUID },
	{ "icalendar", TEXT, .required = true, .max = 500000 },
	{ "dry_run", FLAG },
	{ 0 },
};

const char *const calendar_import_provides[] = { "ical_uid", "kind",   "title", "from_on",
						 "to_on",    "new_id", NULL };

/* What a title says, the most telling word first; NULL: nothing that counts. */
static const struct {
	const char *word, *kind;
} telling[] = {
	{ "half term", "half_term" },
	{ "half-term", "half_term" },
	{ "mid term", "half_term" },
	{ "mid-term", "half_term" },
	{ "inset", "inset" },
	{ "staff training", "inset" },
	{ "training day", "inset" },
	{ "non-pupil", "inset" },
	{ "non pupil", "inset" },
	{ "closed", "closure" },
	{ "closure", "closure" },
	{ "holiday", NULL },
	{ "break", NULL },
	{ "term", "term" },
};

/* One day is no term: "Term starts" is a mark, not a period. */
static const char *kind_of(const struct ical_event *event)
{
	for (size_t i = 0; i < COUNT_OF(telling); i++) {
		if (!event->title || !strcasestr(event->title, telling[i].word))
			continue;
		if (telling[i].kind && strcmp(telling[i].kind, "term") == 0 &&
		    event->from == event->to)
			return NULL;
		return telling[i].kind;
	}
	return NULL;
}

struct import {
	struct call *call;
	struct ical_event *events;
	int count;
	const struct fault *faults;
	json_t *rows;
};

static void refuse(struct import *import, int i, const char *why)
{
	const struct ical_event *event = &import->events[i];

	fault_add(import->call->arena, &import->faults, "/icalendar", "event %d%s%s%s %s",
		  i + 1, event->title ? " (" : "", event->title ? event->title : "",
		  event->title ? ")" : "", why);
}

static const char *day_text(struct arena *arena, int day)
{
	char text[DATE_SIZE];

	day_write(day, text);
	return arena_copy(arena, text);
}

static void tell(struct import *import, const struct ical_event *event, const char *kind,
		 const char *result)
{
	struct arena *arena = import->call->arena;

	json_array_append_new(import->rows,
			      json_pack("{s:s, s:s?, s:s?, s:s, s:s, s:s}", "uid",
					event->uid, "title", event->title, "kind", kind,
					"from_on", day_text(arena, event->from), "to_on",
					day_text(arena, event->to), "result", result));
}

/* Two of one kind in the file that overlap; the database sees only what is in it. */
static bool meets_earlier(struct import *import, int i, const char *kind)
{
	const struct ical_event *event = &import->events[i];

	for (int j = 0; j < i; j++) {
		const struct ical_event *other = &import->events[j];
		const char *its = other->fault ? NULL : kind_of(other);

		if (!its || strcmp(its, kind) != 0 || other->to < event->from ||
		    other->from > event->to)
			continue;
		refuse(import, i,
		       arena_printf(import->call->arena, "overlaps event %d (%s)", j + 1,
				    other->title));
		return true;
	}
	return false;
}

static const struct problem *event_take(struct import *import, int i, const char *kind)
{
	const struct ical_event *event = &import->events[i];
	struct call *call = import->call;
	const struct problem *err;
	const PGresult *row;
	char id[ID_SIZE];

	id_new(id);
	call_set(call, "new_id", arena_copy(call->arena, id));
	call_set(call, "ical_uid", event->uid);
	call_set(call, "kind", kind);
	call_set(call, "title", event->title);
	call_set(call, "from_on", day_text(call->arena, event->from));
	call_set(call, "to_on", day_text(call->arena, event->to));
	if ((err = run(call, q_calendar_period_take, &row)))
		return err;
	if (!row_flag(row, 0, "ok"))
		return problem_field(call->arena, "/school_id",
				     "is unknown, or not within your reach");
	if (row_text(row, 0, "why"))
		refuse(import, i, row_text(row, 0, "why"));
	else
		tell(import, event, kind, row_text(row, 0, "result"));
	return NULL;
}

static const struct problem *events_take(struct import *import)
{
	const struct problem *err = NULL;

	for (int i = 0; i < import->count && !err; i++) {
		const struct ical_event *event = &import->events[i];
		const char *kind = event->fault ? NULL : kind_of(event);

		if (event->fault)
			refuse(import, i, event->fault);
		else if (!kind)
			tell(import, event, NULL, "ignored");
		else if (!meets_earlier(import, i, kind))
			err = event_take(import, i, kind);
	}
	return err;
}

const struct problem *calendar_import(struct call *call)
{
	struct import import = { .call = call };
	const struct problem *err;

	import.count =
		ical_read(call->arena, call_text(call, "icalendar"), &import.events);
	if (import.count < 0)
		return problem_field(call->arena, "/icalendar",
				     "is no iCalendar, or one with too many events");
	import.rows = json_array();
	err = events_take(&import);
	if (!err)
		err = problem_of_faults(call->arena, import.faults);
	if (err)
		json_decref(import.rows);
	else
		call_answer(call, 200, json_pack("{s:o}", "data", import.rows));
	return err;
}
