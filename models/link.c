/* The query string of a list written anew, for the link to its next page. */
#include "models/link.h"
#include <ctype.h>
#include <string.h>
#include "base/buffer.h"

static void percent_add(struct buffer *out, const char *text)
{
	for (const char *at = text; *at; at++) {
		if (isalnum((unsigned char)*at) || strchr("-._~,[]", *at))
			buffer_char(out, *at);
		else
			buffer_printf(out, "%%%02X", (unsigned char)*at);
	}
}

const char *query_without_cursor(struct arena *arena, const struct value *params,
				 int count)
{
	autobuffer out = { 0 };

	for (int i = 0; i < count; i++) {
		if (strcmp(params[i].name, "cursor") == 0)
			continue;
		if (out.length)
			buffer_char(&out, '&');
		percent_add(&out, params[i].name);
		buffer_char(&out, '=');
		percent_add(&out, params[i].text);
	}
	return arena_copy_n(arena, out.data ? out.data : "", out.length);
}
