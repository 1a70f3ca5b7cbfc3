/* A reach as SQL: what stands in {reach}, and the values it takes. */
#include "models/reach.h"
#include <string.h>
#include "sql/array.h"

static void clause_add(struct buffer *out, const char *expression, const char *test)
{
	if (!expression)
		return;
	buffer_text(out, out->length ? " OR " : "(");
	buffer_printf(out, "(%s)%s", expression, test);
}

char *reach_sql(struct arena *arena, const struct reach *reach, enum query query)
{
	const struct query_text *text = &query_texts[query];
	autobuffer out = { 0 };

	if (reach->tenant)
		return arena_copy(arena, "(true)");
	/* one school by =, so that the index on it gives the order as well */
	if (reach->school_count == 1)
		clause_add(&out, text->school, " = :reach_school::uuid");
	if (reach->school_count > 1)
		clause_add(&out, text->school, " = ANY (:reach_schools::uuid[])");
	if (reach->school_count > 0)
		clause_add(&out, text->shared, "");
	if (reach->own)
		clause_add(&out, text->own, "");
	buffer_text(&out, out.length ? ")" : "(false)");
	return arena_copy_n(arena, out.data, out.length);
}

bool reach_value(struct arena *arena, const struct reach *reach, const char *name,
		 const char **ret_text)
{
	if (strcmp(name, "tenant") == 0)
		*ret_text = reach->tenant ? "true" : "false";
	else if (strcmp(name, "schools") == 0)
		*ret_text = array_text(arena, reach->schools);
	else if (strcmp(name, "school") == 0)
		*ret_text = reach->school_count ? reach->schools[0] : NULL;
	else
		return false;
	return true;
}
