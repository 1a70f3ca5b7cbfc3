/* Many messages at once: each row judged as POST /v1/messages judges one, all kept in one
 * transaction, the calendar of each place read once. */
#include "models/message_bulk.h"
#include <string.h>
#include "base/id.h"
#include "base/london.h"
#include "models/clock_start.h"
#include "models/field_time.h"
#include "models/message_intake.h"

enum { ROWS_MAX = 500 };

struct bulk_row {
	struct values values;
	const struct fault *faults;
	char id[ID_SIZE];
	const char *school_id, *status, *known_id;
	bool protects, reckoned;
};

struct bulk {
	struct call *call;
	struct bulk_row *rows;
	int count;
};

const struct field message_bulk_body[] = {
	{ "messages", OBJECTS, .required = true, .min = 1, .max = ROWS_MAX,
	  .fields = message_logging, .apart = true },
	{ 0 },
};
const struct field message_bulk_query[] = {
	{ "partial", FLAG },
	{ 0 },
};
const char *const message_bulk_gives[] = { CLOCKS_PROVIDE, "rows", "school_id", NULL };

static const char *said(const struct bulk_row *row, const char *name)
{
	const struct value *value = value_find(&row->values, name);

	return value ? value->text : NULL;
}

static void row_refuse(struct bulk *bulk, struct bulk_row *row, const char *pointer,
		       const char *detail)
{
	fault_add(bulk->call->arena, &row->faults, pointer, "%s", detail);
}

static void row_read(struct bulk *bulk, int number, json_t *object)
{
	struct bulk_row *row = &bulk->rows[number];
	const struct csv_place *csv = bulk->call->csv;
	const struct problem *err = NULL;

	id_new(row->id);
	if (!json_is_object(object)) {
		row_refuse(bulk, row, "", csv ? csv[number].fault : "is an object");
		return;
	}
	err = fields_check(bulk->call->arena, message_logging, FIELD_CREATE, object,
			   &row->values);
	row->faults = err ? err->errors : NULL;
	if (said(row, "source") && strcmp(said(row, "source"), "own_channel") == 0 &&
	    !json_is_string(json_object_get(object, "channel_id")))
		row_refuse(bulk, row, "/channel_id",
			   "is said of what came by a channel of our own");
	row->protects = triage_protects(bulk->call, said(row, "triage"));
}

static void rows_read(struct bulk *bulk)
{
	struct call *call = bulk->call;
	json_auto_t *all = json_loads(call_text(call, "messages"), 0, NULL);

	bulk->count = (int)json_array_size(all);
	bulk->rows = arena_alloc(call->arena, sizeof(*bulk->rows) * (size_t)bulk->count);
	memset(bulk->rows, 0, sizeof(*bulk->rows) * (size_t)bulk->count);
	for (int i = 0; i < bulk->count; i++)
		row_read(bulk, i, json_array_get(all, (size_t)i));
}

/* The good rows as :rows, for queries that take them all. */
static void rows_set(struct bulk *bulk)
{
	json_auto_t *all = json_array();
	autofree char *text = NULL;

	for (int i = 0; i < bulk->count; i++) {
		const struct bulk_row *row = &bulk->rows[i];
		json_t *shown = row->faults ? NULL : json_object();

		for (const struct field *field = message_logging; shown && field->name;
		     field++)
			if (said(row, field->name))
				json_object_set_new(shown, field->name,
						    json_string(said(row, field->name)));
		if (!shown)
			continue;
		if (!row->protects && said(row, "triage"))
			json_object_set_new(shown, "triage_open",
					    json_string(said(row, "triage")));
		json_object_set_new(shown, "number", json_integer(i));
		json_object_set_new(shown, "id", json_string(row->id));
		json_object_set_new(shown, "protects", json_boolean(row->protects));
		if (row->school_id)
			json_object_set_new(shown, "school_id",
					    json_string(row->school_id));
		json_array_append_new(all, shown);
	}
	text = json_dumps(all, JSON_COMPACT);
	call_set(bulk->call, "rows", arena_copy(bulk->call->arena, text));
}

static const struct problem *places_find(struct bulk *bulk)
{
	const struct problem *err;
	const PGresult *places;

	rows_set(bulk);
	if ((err = run(bulk->call, q_message_assignees_hold, NULL)) ||
	    (err = run(bulk->call, q_message_places, &places)))
		return err;
	for (int i = 0; i < row_count(places); i++) {
		struct bulk_row *row = &bulk->rows[row_number(places, i, "number")];
		const char *school = row_text(places, i, "school_id");

		row->school_id = school ? arena_copy(bulk->call->arena, school) : NULL;
		if (row_text(places, i, "fault"))
			row_refuse(bulk, row, row_text(places, i, "fault"),
				   MESSAGE_MISPLACED);
	}
	return NULL;
}

static bool same_place(const struct bulk_row *row, const char *school_id)
{
	return !row->faults && !row->reckoned &&
	       (row->school_id ? school_id && strcmp(row->school_id, school_id) == 0
			       : !school_id);
}

/* All rows from `first` on that belong where it does, by one reading of the calendar. */
static const struct problem *place_reckon(struct bulk *bulk, int first, json_t *clocks)
{
	const char *school_id = bulk->rows[first].school_id;
	struct call *call = bulk->call;
	const struct problem *err;
	struct place place;
	int from = 0, to = 0;

	for (int i = first; i < bulk->count; i++) {
		int day;

		if (!same_place(&bulk->rows[i], school_id))
			continue;
		day = london_of(time_read(said(&bulk->rows[i], "received_at"))).day;
		from = i == first || day < from ? day : from;
		to = i == first || day > to ? day : to;
	}
	call_set(call, "school_id", school_id);
	if ((err = clocks_place(call, from, to, &place)))
		return err;
	for (int i = first; i < bulk->count; i++) {
		struct bulk_row *row = &bulk->rows[i];

		if (!same_place(row, school_id))
			continue;
		clocks_add(call, clocks, &place,
			   message_starts(call, said(row, "kind"), said(row, "triage")),
			   row->id, said(row, "received_at"));
		row->reckoned = true;
	}
	json_decref(place.settings);
	return NULL;
}

static const struct problem *rows_reckon(struct bulk *bulk)
{
	const struct problem *err = NULL;
	json_t *clocks = json_array();

	for (int i = 0; i < bulk->count && !err; i++)
		if (!bulk->rows[i].faults && !bulk->rows[i].reckoned)
			err = place_reckon(bulk, i, clocks);
	clocks_set(bulk->call, clocks);
	return err;
}

/* Recorded in their recorder's sight, and only then put where they may not see them. */
static const struct problem *rows_keep(struct bulk *bulk)
{
	struct call *call = bulk->call;
	const struct problem *err;
	const PGresult *there;

	rows_set(bulk);
	if ((err = run(call, q_message_bulk_add, NULL)) ||
	    (err = run(call, q_message_bulk_log, NULL)) ||
	    (err = run(call, q_message_clocks_start, NULL)))
		return err;
	call_reach(call, MESSAGE_READ);
	if ((err = run(call, q_message_bulk_there, &there)))
		return err;
	for (int i = 0; i < row_count(there); i++) {
		struct bulk_row *row = &bulk->rows[row_number(there, i, "number")];
		const char *id = row_text(there, i, "id");

		row->status = !row_flag(there, i, "made") ? "already"
			      : row->protects		  ? "protected"
							  : "created";
		row->known_id = id ? arena_copy(call->arena, id) : NULL;
	}
	return run(call, q_message_bulk_protect, NULL);
}

static json_t *faults_json(const struct fault *fault)
{
	json_t *all = json_array();

	for (; fault; fault = fault->next)
		json_array_append_new(all,
				      json_pack("{s:s, s:s}", "pointer", fault->pointer,
						"detail", fault->detail));
	return all;
}

/* 200 with a line for each row, and how many there are of each kind. */
static void bulk_answer(struct bulk *bulk)
{
	static const char *const statuses[] = { "created", "protected", "already",
						"refused" };
	json_t *data = json_array(), *whole = json_object();
	int counts[COUNT_OF(statuses)] = { 0 };

	for (int i = 0; i < bulk->count; i++) {
		const struct bulk_row *row = &bulk->rows[i];
		const char *status = row->faults ? "refused" : row->status;
		bool known = strcmp(status, "already") == 0;
		const char *id = row->faults ? NULL : known ? row->known_id : row->id;

		json_array_append_new(
			data,
			json_pack("{s:i, s:o, s:s, s:s?, s:o}", "row", i, "line",
				  bulk->call->csv ? json_integer(bulk->call->csv[i].line)
						  : json_null(),
				  "status", status, "id", id, "errors",
				  faults_json(row->faults)));
		for (size_t k = 0; k < COUNT_OF(statuses); k++)
			counts[k] += strcmp(statuses[k], status) == 0;
	}
	for (size_t k = 0; k < COUNT_OF(statuses); k++)
		json_object_set_new(whole, statuses[k], json_integer(counts[k]));
	json_object_set_new(whole, "data", data);
	call_answer(bulk->call, 200, whole);
}

/* The faults of all rows: 422, by their places in the list or the lines of the file. */
static const struct problem *bulk_faults(const struct bulk *bulk)
{
	struct arena *arena = bulk->call->arena;
	const struct csv_place *csv = bulk->call->csv;
	const struct fault *all = NULL;

	for (int i = 0; i < bulk->count; i++) {
		const char *base = csv ? arena_printf(arena, "/line %d", csv[i].line)
				       : arena_printf(arena, "/messages/%d", i);

		for (const struct fault *fault = bulk->rows[i].faults; fault;
		     fault = fault->next)
			fault_add(arena, &all,
				  arena_printf(arena, "%s%s", base, fault->pointer), "%s",
				  fault->detail);
	}
	return problem_of_faults(arena, all);
}

const struct problem *message_bulk(struct call *call)
{
	struct bulk bulk = { .call = call };
	const struct problem *err;

	rows_read(&bulk);
	if ((err = places_find(&bulk)))
		return err;
	if (!call_flag(call, "partial") && (err = bulk_faults(&bulk)))
		return err;
	if ((err = rows_reckon(&bulk)) || (err = rows_keep(&bulk)))
		return err;
	bulk_answer(&bulk);
	return NULL;
}
