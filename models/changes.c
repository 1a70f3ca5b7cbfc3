/* changed_since=: the rows that changed since a cursor, in the order of their
 * transactions. A cursor is the last row's (transaction, id): rows of running
 * transactions wait until these are over, so what commits late is never behind it. */
#include "models/changes.h"
#include <stdlib.h>
#include <string.h>
#include "auth/opaque.h"
#include "base/encoding.h"
#include "base/id.h"

enum { SINCE_MAX = 500, SIGHT_LENGTH = 16 };

static const char no_id[] = "00000000-0000-0000-0000-000000000000";

static const struct problem *bad(struct call *call, const char *what)
{
	const char *name = call->page.cursor ? "cursor" : "changed_since";
	struct problem *err = problem(call->arena, PROBLEM_BAD_QUERY,
				      "The parameter %s %s.", name, what);

	fault_add(call->arena, &err->errors, name, "%s", what);
	return err;
}

static int text_order(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Whoever sees more than before has to begin anew: old rows that come into sight have not
 * changed. So does everybody after a restore, where transactions count anew and what was
 * written after the backup is gone. The database, the list, the person and the reach, as
 * a short text. */
static const char *sight(struct call *call)
{
	const struct reach *reach = &call->reach;
	size_t count = (size_t)reach->school_count;
	const char **schools = arena_alloc(call->arena, (count + 1) * sizeof(*schools));
	const char *all;

	if (count)
		memcpy(schools, reach->schools, count * sizeof(*schools));
	qsort(schools, count, sizeof(*schools), text_order);
	all = arena_printf(call->arena, "%s %s %s %d %d %s", call_text(call, "place"),
			   call->route->path, call->me->person, reach->tenant, reach->own,
			   array_text(call->arena, schools));
	return arena_copy_n(call->arena, opaque_hash(call->arena, all), SIGHT_LENGTH);
}

static bool xid_valid(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits >= 1 && digits <= 19 && !text[digits];
}

static const struct problem *since_parts(struct call *call, json_t *parts)
{
	const char *saw = json_string_value(json_array_get(parts, 0));
	const char *xid = json_string_value(json_array_get(parts, 1));
	const char *id = json_string_value(json_array_get(parts, 2));

	if (!saw || !xid || !id || !xid_valid(xid) || !id_valid(id))
		return bad(call, "is no cursor of changes");
	call_set(call, "since_sight", arena_copy(call->arena, saw));
	call_set(call, "since_xid", arena_copy(call->arena, xid));
	call_set(call, "since_id", arena_copy(call->arena, id));
	return NULL;
}

static const struct problem *since_read(struct call *call, const char *text)
{
	const struct problem *err;
	unsigned char *bytes;
	size_t length;
	json_t *parts;

	if (strcmp(text, "0") == 0) {
		call_set(call, "since_xid", "0");
		call_set(call, "since_id", no_id);
		return NULL;
	}
	if (strlen(text) > SINCE_MAX ||
	    !base64url_decode(call->arena, text, strlen(text), &bytes, &length))
		return bad(call, "is no cursor of changes");
	parts = json_loadb((const char *)bytes, length, JSON_REJECT_DUPLICATES, NULL);
	err = since_parts(call, parts);
	json_decref(parts);
	return err;
}

static const char *since_write(struct call *call, const char *xid, const char *id)
{
	const char *text =
		arena_printf(call->arena, "[\"%s\",\"%s\",\"%s\"]", sight(call), xid, id);

	return base64url_encode(call->arena, text, strlen(text));
}

/* The cursor goes before the place where the caller first began. */
const struct problem *changes_read(struct call *call)
{
	const struct listing *list = call->route->list;
	struct page *page = &call->page;
	const struct problem *err;

	if (strcmp(call->answer->content_type, "application/json") != 0)
		return problem(call->arena, PROBLEM_NOT_ACCEPTABLE,
			       "Changes come as JSON only.");
	err = since_read(call, page->cursor ? page->cursor : page->since);
	page_resize(call->arena, &call->values, page, page->limit);
	page->cursor_sql = arena_printf(call->arena, ", %s::text AS _sort, %s AS _id",
					list->changed, list->id);
	page->page_sql = arena_printf(
		call->arena,
		" AND %s < :horizon::xid8 AND (%s, %s) > (:since_xid::xid8, :since_id::uuid)"
		" ORDER BY %s, %s LIMIT :page_limit::bigint",
		list->changed, list->changed, list->id, list->changed, list->id);
	return err;
}

static unsigned long long xid_of(const char *text)
{
	return strtoull(text, NULL, 10);
}

/* Does row a of one result come before row b of the other? */
static bool row_before(const PGresult *a, int row_a, const PGresult *b, int row_b)
{
	unsigned long long first = xid_of(row_text(a, row_a, "_sort")),
			   second = xid_of(row_text(b, row_b, "_sort"));

	if (first != second)
		return first < second;
	return strcmp(row_text(a, row_a, "_id"), row_text(b, row_b, "_id")) < 0;
}

/* Takes from both in their common order, as many as the page holds. */
static void changes_merge(struct call *call, struct changes *changes)
{
	const PGresult *rows = call->rows, *gone = changes->gone, *last = NULL;
	int count = row_count(rows), gone_count = gone ? row_count(gone) : 0, at = 0;

	while (changes->rows_shown + changes->gone_shown < call->page.limit) {
		bool left = changes->rows_shown < count,
		     gone_left = changes->gone_shown < gone_count;

		if (!left && !gone_left)
			break;
		if (left && (!gone_left || row_before(rows, changes->rows_shown, gone,
						      changes->gone_shown))) {
			last = rows;
			at = changes->rows_shown++;
		} else {
			last = gone;
			at = changes->gone_shown++;
		}
	}
	changes->more = changes->rows_shown < count || changes->gone_shown < gone_count;
	changes->since = last ? since_write(call, row_text(last, at, "_sort"),
					    row_text(last, at, "_id"))
			      : since_write(call, call_text(call, "since_xid"),
					    call_text(call, "since_id"));
}

/* Asked for first, in a snapshot older than those of the rows: what was over then is over
 * in all of them. With it comes what the cursor is held against. */
static const struct problem *horizon_find(struct call *call)
{
	const char *saw = call_text(call, "since_sight"), *horizon;
	const struct problem *err;
	const PGresult *rows;

	if ((err = run(call, q_changes_horizon, &rows)))
		return err;
	horizon = row_text(rows, 0, "horizon");
	call_set(call, "horizon", arena_copy(call->arena, horizon));
	call_set(call, "place", arena_copy(call->arena, row_text(rows, 0, "place")));
	if ((saw && strcmp(saw, sight(call)) != 0) ||
	    xid_of(call_text(call, "since_xid")) >= xid_of(horizon))
		return bad(call,
			   "is not of this database, this list and what you may see "
			   "now: begin anew with changed_since=0");
	return NULL;
}

const struct problem *changes_list(struct call *call)
{
	struct changes *changes = arena_alloc(call->arena, sizeof(*changes));
	enum query gone = call->route->list->gone;
	const struct problem *err;

	if ((err = horizon_find(call)) || (err = call_queue(call, call->route->sql)) ||
	    (gone && (err = call_queue(call, gone))) || (err = tx_sync(&call->tx)) ||
	    (err = call_read(call, &call->rows)) ||
	    (gone && (err = call_read(call, &changes->gone))))
		return err;
	changes_merge(call, changes);
	call->changes = changes;
	return NULL;
}
