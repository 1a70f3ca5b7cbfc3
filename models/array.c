/* One-dimensional PostgreSQL arrays in their text form: {a,"b c"}. */
#include "models/array.h"
#include <stdbool.h>
#include <string.h>

/* Copies one item to *out, which goes on behind its NUL; returns the place behind the
 * item, at a comma or the brace. */
static const char *item_read(const char *at, char **out)
{
	bool quoted = *at == '"';

	for (at += quoted; *at; at++) {
		if (quoted ? *at == '"' : (*at == ',' || *at == '}'))
			break;
		if (*at == '\\' && at[1])
			at++;
		*(*out)++ = *at;
	}
	*(*out)++ = '\0';
	return at + (quoted && *at);
}

const char *const *array_items(struct arena *arena, const char *text)
{
	size_t length = text ? strlen(text) : 0;
	/* each item takes at least one character and its comma or brace */
	const char **items = arena_alloc(arena, (length / 2 + 2) * sizeof(*items));
	char *out = arena_alloc(arena, length + 2);
	int count = 0;

	if (length < 3)
		return items;
	for (const char *at = text + 1; *at && *at != '}'; at += *at == ',') {
		items[count++] = out;
		at = item_read(at, &out);
	}
	return items;
}

int array_count(const char *const *items)
{
	int count = 0;

	while (items && items[count])
		count++;
	return count;
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
