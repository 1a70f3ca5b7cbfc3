/* The log of who looked at a channel when (M1), and the days on which nobody did. */
#include "models/channel_check.h"
#include "base/id.h"
#include "base/london.h"
#include "models/calendar_read.h"
#include "models/words.h"

enum { WEEK = 7, DAYS_MAX = 92 };

const struct field channel_checking[] = {
	{ "found", ONE_OF, .required = true, WORDS(words_check_found) },
	{ "checked_at", TIME },
	{ "note", LINE, .max = 500 },
	{ 0 },
};

static const struct field missed_of[] = {
	{ "school_id", UUID },
	{ "from_on", DATE },
	{ "to_on", DATE },
	{ 0 },
};

const struct listing channel_check_listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "k.school_id", UUID },
			{ "channel_id", "k.channel_id", UUID },
			{ "found", "k.found", ONE_OF, WORDS(words_check_found) },
			{ "checked_by", "k.checked_by", UUID },
			{ "checked_at", "k.checked_at", TIME, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "checked_at", "k.checked_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "k.id",
};

const char *const channel_check_provides[] = { "new_id", NULL };

const struct problem *channel_check_add(struct call *call)
{
	const struct problem *err;
	char id[ID_SIZE];

	id_new(id);
	call_set(call, "new_id", arena_copy(call->arena, id));
	if ((err = resource_update(call, q_channel_check_add)))
		return err;
	call_set(call, "id", call_text(call, "new_id"));
	call_reach(call, CHANNEL_CHECK_READ);
	answer_header(call->answer, "Location",
		      arena_printf(call->arena, "/v1/channel-checks/%s", id));
	return resource_row(call, q_channel_check_get);
}

/* One array of PostgreSQL for each thing that the query asks of a day. */
struct days {
	struct buffer day, working, school, holiday;
};

static void flag_add(struct buffer *out, bool flag)
{
	buffer_text(out, out->length ? "," : "{");
	buffer_text(out, flag ? "t" : "f");
}

static void days_add(struct days *days, const struct calendar *calendar, int day)
{
	unsigned off = calendar_off(calendar, day);
	char text[DATE_SIZE];

	day_write(day, text);
	buffer_printf(&days->day, "%s%s", days->day.length ? "," : "{", text);
	flag_add(&days->working, !(off & OFF_NO_WORK));
	flag_add(&days->school, !(off & OFF_NO_SCHOOL));
	flag_add(&days->holiday, off & OFF_SCHOOL_HOLIDAY);
}

static void array_set(struct call *call, const char *name, struct buffer *array)
{
	call_set(call, name,
		 arena_printf(call->arena, "%s}", array->length ? array->data : "{"));
	buffer_free(array);
}

static void days_set(struct call *call, struct days *days)
{
	array_set(call, "days", &days->day);
	array_set(call, "working", &days->working);
	array_set(call, "school", &days->school);
	array_set(call, "holiday", &days->holiday);
}

static int day_asked(struct call *call, const char *name, int otherwise)
{
	const char *text = call_text(call, name);

	return text ? day_read(text) : otherwise;
}

/* The days up to yesterday; by the calendar of the school, or of the tenant for its own
 * channels. A school out of reach has no channels to show. */
static const struct problem *missed(struct call *call)
{
	int yesterday = london_of(time(NULL)).day - 1;
	int to = day_asked(call, "to_on", yesterday);
	int from =
		day_asked(call, "from_on", (to < yesterday ? to : yesterday) - WEEK + 1);
	struct days days = { 0 };
	const struct problem *err;
	struct place place = { 0 };

	if (to - from >= DAYS_MAX || from - to >= DAYS_MAX)
		return problem(call->arena, PROBLEM_BAD_QUERY,
			       "from_on and to_on: ask for %d days at most.", DAYS_MAX);
	call_reach(call, CALENDAR_READ);
	err = calendar_read(call, from, to > from ? to : from, &place);
	if (err && err->kind != PROBLEM_NOT_FOUND)
		return err;
	for (int day = from; !err && day <= to && day <= yesterday; day++)
		days_add(&days, &place.calendar, day);
	json_decref(place.settings);
	days_set(call, &days);
	call_reach(call, CHANNEL_CHECK_READ);
	return resource_list(call, q_channel_check_missed);
}

static const char *const gives_days[] = { "days",	    "working", "school",
					  "holiday",	    "from_on", "to_on",
					  "clock_settings", NULL };

static const struct route routes[] = {
	{ "GET", "/v1/channel-checks", CHANNEL_CHECK_READ, .sql = q_channel_check_list,
	  .list = &channel_check_listing },
	{ "GET", "/v1/channel-checks/missed", CHANNEL_CHECK_READ,
	  .sql = q_channel_check_missed, .query = missed_of, .handle = missed,
	  .provides = gives_days, .whole = true },
	{ "GET", "/v1/channel-checks/:id", CHANNEL_CHECK_READ,
	  .sql = q_channel_check_get },
	{ 0 },
};

const struct resource channel_check = {
	.name = "channel_check",
	.path = "/v1/channel-checks",
	.read = CHANNEL_CHECK_READ,
	.get = q_channel_check_get,
	.routes = routes,
};
