/* The clocks that run, across all items; and what a school's clocks and calendar say
 * before anything is received (A8a). */
#include <stdlib.h>
#include "base/london.h"
#include "models/calendar_read.h"
#include "models/clock_kind.h"
#include "models/field_time.h"
#include "models/resource.h"

enum { YEAR_DAYS = 366 };

static const struct field previewing[] = {
	{ "kind", ONE_OF, .required = true, WORDS(words_clock_kind) },
	{ "received_at", TIME, .required = true },
	{ "school_id", UUID },
	{ "paused_days", NUMBER, .max = 366 },
	{ 0 },
};

static const struct field viewing[] = {
	{ "school_id", UUID },
	{ "from_on", DATE },
	{ "to_on", DATE },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "kind", "k.kind", ONE_OF, WORDS(words_clock_kind) },
			{ "school_id", "k.place_id", UUID },
			{ "message_id", "k.message_id", UUID },
			{ "due_at", "k.due_at", TIME, .range = true },
			{ "overdue", "(k.due_order < (SELECT clock_now()))", FLAG },
			{ "calendar_conflict", "k.calendar_conflict", FLAG },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "due_at", "k.due_order", TIME },
			{ 0 },
		},
	.id = "k.id",
};

static json_t *place_json(const struct place *place)
{
	return json_pack("{s:s?, s:s?}", "school_id", place->school_id, "school_name",
			 place->school_name);
}

/* What would be due, had it come then. */
static const struct problem *clock_preview(struct call *call)
{
	const struct clock_kind *kind = clock_kind_find(call_text(call, "kind"));
	time_t received = time_read(call_text(call, "received_at"));
	const char *text = call_text(call, "paused_days");
	int paused = text ? atoi(text) : 0;
	int day = london_of(received).day;
	const struct problem *err;
	struct clock_rule rule;
	struct clock_due due;
	struct place place;
	json_t *answer;

	if ((err = calendar_read(call, day, day + paused + YEAR_DAYS, &place)))
		return err;
	rule = clock_rule_of(call->arena, kind, place.settings);
	due = clock_due(call->arena, &rule, &place.calendar, received, paused);
	json_decref(place.settings);
	answer = place_json(&place);
	json_object_update_new(
		answer, json_pack("{s:s, s:s, s:s?, s:o, s:s}", "kind", kind->name,
				  "received_at", call_time(call, received), "due_at",
				  due.promised ? call_time(call, due.at) : NULL,
				  "because", due.because, "source", kind->source));
	call_answer(call, 200, answer);
	return NULL;
}

static int day_asked(struct call *call, const char *name, int otherwise)
{
	const char *text = call_text(call, name);

	return text ? day_read(text) : otherwise;
}

/* What the calendar does not know, in words. */
static json_t *warnings_json(struct call *call, const struct calendar *calendar, int from,
			     int to, int today)
{
	json_t *warnings = json_array();
	char until[DATE_SIZE];

	if (!calendar_knows_terms(calendar, from) || !calendar_knows_terms(calendar, to))
		json_array_append_new(
			warnings,
			json_string("There are no terms for all of this time: "
				    "where they are missing, no day counts as a "
				    "holiday of the school."));
	if (calendar->bank_holidays_until < today + YEAR_DAYS) {
		day_write(calendar->bank_holidays_until, until);
		json_array_append_new(
			warnings,
			json_string(arena_printf(
				call->arena,
				"Bank holidays are known until %s only: have the "
				"operator import the present list.",
				calendar->bank_holidays_until ? until : "no day")));
	}
	return warnings;
}

/* What counts at a school, with where each period comes from. */
static const struct problem *calendar_view(struct call *call)
{
	int today = london_of(time(NULL)).day;
	int from = day_asked(call, "from_on", today), to = day_asked(call, "to_on", from);
	json_t *data, *answer;
	const struct problem *err;
	struct place place;

	if ((err = calendar_read(call, from, to, &place)))
		return err;
	data = json_array();
	for (int row = 0; row < row_count(place.days); row++)
		json_array_append_new(data, row_json(place.days, row));
	json_decref(place.settings);
	answer = place_json(&place);
	json_object_update_new(
		answer, json_pack("{s:o, s:o}", "warnings",
				  warnings_json(call, &place.calendar, from, to, today),
				  "data", data));
	call_answer(call, 200, answer);
	return NULL;
}

static const struct route routes[] = {
	{ "GET", "/v1/calendar", CALENDAR_READ, .query = viewing, .handle = calendar_view,
	  .provides = calendar_read_provides },
	{ "GET", "/v1/clocks", MESSAGE_READ, .sql = q_clock_list, .list = &listing },
	{ "GET", "/v1/clocks/preview", CALENDAR_READ, .query = previewing,
	  .handle = clock_preview, .provides = calendar_read_provides },
	{ 0 },
};

const struct resource clock_resource = {
	.name = "clock",
	.path = "/v1/clocks",
	.read = CALENDAR_READ,
	.routes = routes,
};
