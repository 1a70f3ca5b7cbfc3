/* Texts with places to fill in, like {{school_name}}. */
#include "models/template_text.h"
#include <string.h>
#include "sql/array.h"

enum { PLACE_SHOWN = 40 };

static const char *const places[] = {
	"school_name",	"enquiries_email", "enquiries_telephone",
	"channel_name", "due_at",	   NULL
};

/* The name between {{ and }}, trimmed; NULL: it is never closed. *ret_end: behind it. */
static const char *place_read(struct arena *arena, const char *open, const char **ret_end)
{
	const char *begin = open + 2 + strspn(open + 2, " ");
	const char *close = strstr(open, "}}"), *end = close;

	if (!close)
		return NULL;
	while (end > begin && end[-1] == ' ')
		end--;
	*ret_end = close + 2;
	return arena_copy_n(arena, begin, end > begin ? (size_t)(end - begin) : 0);
}

const char *template_fault(struct arena *arena, const char *text)
{
	while ((text = strstr(text, "{{"))) {
		const char *name = place_read(arena, text, &text);

		if (!name)
			return "has {{ without }}";
		if (!array_has(places, name))
			return arena_printf(
				arena,
				"has {{%.*s}}, which is no placeholder: there are "
				"{{school_name}}, {{enquiries_email}}, "
				"{{enquiries_telephone}}, {{channel_name}} and "
				"{{due_at}}",
				PLACE_SHOWN, name);
	}
	return NULL;
}

const char *template_fill(struct arena *arena, const char *text, const PGresult *row,
			  const char **ret_missing)
{
	autobuffer out = { 0 };
	const char *open;

	*ret_missing = NULL;
	while ((open = strstr(text, "{{"))) {
		const char *name, *value;

		buffer_add(&out, text, (size_t)(open - text));
		name = place_read(arena, open, &text);
		value = row_text(row, 0, name);
		if (!value && !*ret_missing)
			*ret_missing = name;
		buffer_text(&out, value ? value : "");
	}
	buffer_text(&out, text);
	return arena_copy(arena, out.data);
}
