/* Keyset cursors: base64url of [sort with its sign, value, id], checked on return. */
#include "models/cursor.h"
#include <string.h>
#include "base/encoding.h"

enum { CURSOR_MAX = 6000, VALUE_MAX = 4000 };

static const char *sort_signed(struct arena *arena, const struct page *page)
{
	return arena_printf(arena, "%s%s", page->descending ? "-" : "", page->sort->name);
}

/* The order of what is due at no time: later than any time that may be written. */
static const char never[] = "9999-12-31T00:00:00.000000Z";

/* Texts come back as the database wrote them; all else must be of the sort's type. */
static bool value_valid(struct arena *arena, enum field_type type, const char *text,
			const char **ret_text)
{
	*ret_text = text;
	if (strlen(text) > VALUE_MAX)
		return false;
	return type == LINE || type == TEXT || type == EMAIL ||
	       (type == TIME && strcmp(text, never) == 0) ||
	       field_text_valid(type, NULL, text, arena, ret_text);
}

static bool cursor_parts(struct arena *arena, json_t *parts,
			 const struct listing *listing, const struct page *page,
			 const char **ret_value, const char **ret_id)
{
	const char *sort = json_string_value(json_array_get(parts, 0));
	const char *value = json_string_value(json_array_get(parts, 1));
	const char *id = json_string_value(json_array_get(parts, 2));

	if (json_array_size(parts) != 3 || !sort || !value || !id)
		return false;
	if (strcmp(sort, sort_signed(arena, page)) != 0 ||
	    !field_text_valid(listing->id_type, NULL, arena_copy(arena, id), arena,
			      ret_id))
		return false;
	return value_valid(arena, page->sort->type, arena_copy(arena, value), ret_value);
}

static bool cursor_decode(struct arena *arena, const char *cursor,
			  const struct listing *listing, const struct page *page,
			  const char **ret_value, const char **ret_id)
{
	unsigned char *bytes;
	size_t length;
	json_t *parts;
	bool good;

	if (strlen(cursor) > CURSOR_MAX ||
	    !base64url_decode(arena, cursor, strlen(cursor), &bytes, &length))
		return false;
	parts = json_loadb((const char *)bytes, length, JSON_REJECT_DUPLICATES, NULL);
	good = parts && cursor_parts(arena, parts, listing, page, ret_value, ret_id);
	json_decref(parts);
	return good;
}

/* Times are written as RFC 3339, so that a cursor does not hang on the session's
 * settings. */
static const char *sort_text(struct arena *arena, const struct sort *sort)
{
	if (sort->type == TIME)
		return arena_printf(arena,
				    "to_char((%s) AT TIME ZONE 'UTC', "
				    "'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')",
				    sort->column);
	return arena_printf(arena, "(%s)::text", sort->column);
}

bool cursor_read(struct arena *arena, const struct listing *listing, const char *cursor,
		 struct values *values, struct page *page)
{
	const char *column = page->sort->column, *way = page->descending ? " DESC" : "";
	const char *value, *id, *after = "";

	if (cursor) {
		if (!cursor_decode(arena, cursor, listing, page, &value, &id))
			return false;
		value_set(arena, values, "cursor_value", value);
		value_set(arena, values, "cursor_id", id);
		after = arena_printf(
			arena, " AND (%s, %s) %s (:cursor_value::%s, :cursor_id::%s)",
			column, listing->id, page->descending ? "<" : ">",
			field_type_cast(page->sort->type),
			field_type_cast(listing->id_type));
	}
	page_resize(arena, values, page, page->limit);
	page->cursor_sql = arena_printf(arena, ", %s AS _sort, %s AS _id",
					sort_text(arena, page->sort), listing->id);
	page->id = listing->id;
	page->after_sql = after;
	page->page_sql =
		arena_printf(arena, "%s ORDER BY %s%s, %s%s LIMIT :page_limit::bigint",
			     after, column, way, listing->id, way);
	return true;
}

void page_resize(struct arena *arena, struct values *values, struct page *page, int limit)
{
	page->limit = limit;
	value_set(arena, values, "page_limit", arena_printf(arena, "%d", limit + 1));
}

char *page_cursor(struct arena *arena, const struct page *page, const char *sort_value,
		  const char *id)
{
	json_t *parts = json_pack("[s, s, s]", sort_signed(arena, page), sort_value, id);
	autofree char *text = json_dumps(parts, JSON_COMPACT);

	json_decref(parts);
	return base64url_encode(arena, text, strlen(text));
}
