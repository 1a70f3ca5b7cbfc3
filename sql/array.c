/* One-dimensional PostgreSQL arrays in their text form: {a,"b c"}. */
#include "sql/array.h"
#include <stdbool.h>
#include <string.h>

void array_each(const char *text, size_t length, array_item item, void *data)
{
	const char *end = length > 2 ? text + length - 1 : text;
	autobuffer read = { 0 };

	for (const char *at = text + 1; at < end; at++) { /* past the comma */
		bool quoted = *at == '"';

		read.length = 0;
		buffer_text(&read, "");
		for (at += quoted; at < end && *at != (quoted ? '"' : ','); at++) {
			at += quoted && *at == '\\';
			buffer_char(&read, *at);
		}
		at += quoted;
		if (!quoted && read.length == 4 && memcmp(read.data, "NULL", 4) == 0)
			item(data, NULL, 0);
		else
			item(data, read.data, read.length);
	}
}

struct items {
	struct arena *arena;
	const char **list;
	int count;
};

static void item_keep(void *data, const char *bytes, size_t length)
{
	struct items *items = data;

	if (bytes)
		items->list[items->count++] = arena_copy_n(items->arena, bytes, length);
}

const char *const *array_items(struct arena *arena, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	/* each item takes at least one character and its comma or brace */
	struct items items = { arena,
			       arena_alloc(arena, (length / 2 + 2) * sizeof(char *)), 0 };

	if (text)
		array_each(text, length, item_keep, &items);
	return items.list;
}

int array_count(const char *const *items)
{
	int count = 0;

	while (items && items[count])
		count++;
	return count;
}

bool array_has(const char *const *items, const char *text)
{
	for (; items && *items; items++)
		if (strcmp(*items, text) == 0)
			return true;
	return false;
}

char *array_text(struct arena *arena, const char *const *items)
{
	autobuffer out = { 0 };

	buffer_char(&out, '{');
	for (int i = 0; items && items[i]; i++) {
		buffer_text(&out, i ? ",\"" : "\"");
		for (const char *at = items[i]; *at; at++) {
			if (*at == '"' || *at == '\\')
				buffer_char(&out, '\\');
			buffer_char(&out, *at);
		}
		buffer_char(&out, '"');
	}
	buffer_char(&out, '}');
	return arena_copy_n(arena, out.data, out.length);
}

json_t *array_json(const char *const *items)
{
	json_t *array = json_array();

	for (; items && *items; items++)
		json_array_append_new(array, json_string(*items));
	return array;
}
