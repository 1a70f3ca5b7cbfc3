/* Starts clocks: which kinds a message starts, and when each is due. */
#include "models/clock_start.h"
#include <string.h>
#include "base/id.h"
#include "base/london.h"
#include "models/clock_kind.h"
#include "models/field_time.h"
#include "sql/array.h"

enum { YEAR_DAYS = 366 };

#define FIRST_ANSWER "response"

/* Whoever says these waits for a word (M3); a mention or a tag asks for none. */
static const char *const answered[] = { "comment",	  "query",  "complaint",
					"direct_message", "review", NULL };
static const char *const answering[] = { FIRST_ANSWER, "answer", NULL };
static const char *const nothing[] = { NULL };

const char *const *clocks_of_message(const char *message_kind)
{
	return array_has(answered, message_kind) ? answering : nothing;
}

/* A word of triage that is a kind of clock starts that one. */
const char *const *clocks_of_triage(struct call *call, const char *triage)
{
	const char **kinds = arena_alloc(call->arena, sizeof(*kinds) * CLOCK_KINDS_MAX);
	const char *const *word = triage ? array_items(call->arena, triage) : nothing;
	int count = 0;

	for (; *word; word++)
		if (clock_kind_find(*word) && count < CLOCK_KINDS_MAX - 1)
			kinds[count++] = *word;
	kinds[count] = NULL;
	return kinds;
}

const char *clocks_not_of_triage(struct call *call, const char *triage)
{
	const char *const *asked = array_items(call->arena, triage);
	const char *kinds[CLOCK_KINDS_MAX] = { NULL };
	int count = 0;

	for (const char *const *word = words_triage; *word; word++)
		if (clock_kind_find(*word) && !array_has(asked, *word))
			kinds[count++] = *word;
	return array_text(call->arena, kinds);
}

const char *clocks_courtesy(struct arena *arena)
{
	const char *kinds[CLOCK_KINDS_MAX] = { NULL };
	int count = 0;

	for (const struct clock_kind *kind = clock_kinds; kind->name; kind++)
		if (kind->courtesy)
			kinds[count++] = kind->name;
	return array_text(arena, kinds);
}

static void clock_add(struct call *call, json_t *clocks, const struct place *place,
		      const char *name, const char *message, time_t received)
{
	struct clock_rule rule =
		clock_rule_of(call->arena, clock_kind_find(name), place->settings);
	struct clock_due due =
		clock_due(call->arena, &rule, &place->calendar, received, 0);
	char id[ID_SIZE];

	if (!due.promised && strcmp(name, FIRST_ANSWER) != 0) {
		json_decref(due.because);
		return;
	}
	id_new(id);
	json_array_append_new(
		clocks,
		json_pack("{s:s, s:s, s:s, s:s?, s:o, s:s, s:o}", "id", id, "message_id",
			  message, "kind", name, "due_at",
			  due.promised ? call_time(call, due.at) : NULL, "because",
			  due.because, "calendar_version", place->calendar_version,
			  "rule",
			  clock_rule_settings(clock_kind_find(name), place->settings)));
}

/* :school_id's calendar, for whoever may read any; it stays so until the call commits. */
const struct problem *clocks_place(struct call *call, int from, int to,
				   struct place *ret_place)
{
	struct reach reach = call->reach;
	const struct problem *err;

	call_reach(call, CALENDAR_READ);
	err = calendar_hold(call, from, to + YEAR_DAYS, ret_place);
	call->reach = reach;
	return err;
}

void clocks_add(struct call *call, json_t *clocks, const struct place *place,
		const char *const *kinds, const char *message, const char *received)
{
	time_t at = time_read(received);

	for (; *kinds; kinds++)
		clock_add(call, clocks, place, *kinds, message, at);
}

void clocks_set(struct call *call, json_t *clocks)
{
	autofree char *text = json_dumps(clocks, JSON_COMPACT);

	call_set(call, "clocks", arena_copy(call->arena, text));
	json_decref(clocks);
}

const struct problem *clocks_reckon(struct call *call, const char *const *kinds,
				    const char *received)
{
	int day = london_of(time_read(received)).day;
	json_t *clocks = json_array();
	struct place place;
	const struct problem *err = clocks_place(call, day, day, &place);

	if (!err) {
		clocks_add(call, clocks, &place, kinds, call_text(call, "id"), received);
		json_decref(place.settings);
	}
	clocks_set(call, clocks);
	return err;
}

const char *const clock_resume_gives[] = {
	CLOCKS_PROVIDE, "calendar_version", "clock_days", "clock_due", "clock_version",
	"because",	"school_id",	    "new_id",	  "version",   NULL
};

const struct problem *clock_resume_reckon(struct call *call, const PGresult *clock)
{
	const struct clock_kind *kind = clock_kind_find(row_text(clock, 0, "kind"));
	time_t started = time_read(row_text(clock, 0, "started_at"));
	int paused = (int)row_number(clock, 0, "paused_days");
	int day = london_of(started).day;
	json_auto_t *kept = json_loads(row_text(clock, 0, "rule"), 0, NULL);
	json_auto_t *because = NULL;
	autofree char *text = NULL;
	const struct problem *err;
	struct clock_rule rule;
	struct clock_due due;
	struct place place;

	call_set(call, "school_id", row_text(clock, 0, "school_id"));
	if ((err = clocks_place(call, day, day + paused, &place)))
		return err;
	json_decref(place.settings);
	rule = clock_rule_of(call->arena, kind, kept);
	due = clock_due(call->arena, &rule, &place.calendar, started, paused);
	because = due.because;
	text = json_dumps(because, JSON_COMPACT);
	call_set(call, "because", arena_copy(call->arena, text));
	call_set(call, "clock_due", due.promised ? call_time(call, due.at) : NULL);
	call_set(call, "clock_days", row_text(clock, 0, "paused_days"));
	call_set(call, "clock_version", row_text(clock, 0, "version"));
	call_set(call, "calendar_version", place.calendar_version);
	return NULL;
}
