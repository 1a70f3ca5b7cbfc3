/* A reach as SQL: what stands in {reach}, and the values it takes. */
#include "models/reach.h"
#include <string.h>
#include "sql/array.h"

/* Who reaches more schools than this finds a page's rows soon, whosever they are. */
enum { SCHOOLS_MOST = 16 };

static void clause_add(struct buffer *out, const char *expression, const char *test)
{
	if (!expression)
		return;
	buffer_text(out, out->length ? " OR " : "(");
	buffer_printf(out, "(%s)%s", expression, test);
}

/* The places of a reach; `prefix` is that of its values: "reach" or "inside". */
static void places_add(struct arena *arena, struct buffer *out, const struct reach *reach,
		       const char *prefix, const struct query_text *text)
{
	/* one school by =, so that the index on it gives the order as well */
	if (reach->school_count == 1)
		clause_add(out, text->school,
			   arena_printf(arena, " = :%s_school::uuid", prefix));
	if (reach->school_count > 1)
		clause_add(out, text->school,
			   arena_printf(arena, " = ANY (:%s_schools::uuid[])", prefix));
	if (reach->school_count > 0)
		clause_add(out, text->shared, "");
}

static char *closed(struct arena *arena, struct buffer *out)
{
	buffer_text(out, out->length ? ")" : "(false)");
	return arena_copy_n(arena, out->data, out->length);
}

static char *plain(struct arena *arena, const struct reach *reach,
		   const struct query_text *text)
{
	autobuffer out = { 0 };

	if (reach->tenant)
		return arena_copy(arena, "(true)");
	places_add(arena, &out, reach, "reach", text);
	if (reach->own)
		clause_add(&out, text->own, "");
	return closed(arena, &out);
}

/* What of the rows in the compartment is admitted, and all others. */
static char *admitted(struct arena *arena, const struct reach *compartment,
		      const struct query_text *text)
{
	autobuffer out = { 0 };

	clause_add(&out, text->compartment, " IS NOT TRUE");
	if (compartment->tenant)
		clause_add(&out, "true", "");
	places_add(arena, &out, compartment, "inside", text);
	if (compartment->own)
		clause_add(&out, text->handled, "");
	return closed(arena, &out);
}

char *reach_sql(struct arena *arena, const struct reach *reach,
		const struct reach *compartment, enum query query)
{
	const struct query_text *text = &query_texts[query];
	autobuffer places = { 0 };
	const char *inside, *outside;

	if (!text->compartment)
		return plain(arena, reach, text);
	inside = admitted(arena, compartment, text);
	if (reach->tenant)
		return arena_copy(arena, compartment->tenant ? "(true)" : inside);
	places_add(arena, &places, reach, "reach", text);
	/* the place comes first and alone, for its index */
	outside = arena_printf(arena, "%s AND %s", closed(arena, &places), inside);
	if (!reach->own)
		return arena_printf(arena, "(%s)", outside);
	return arena_printf(arena, "(%s OR (%s AND (%s) IS NOT TRUE)%s%s%s)", outside,
			    text->own, text->compartment, compartment->own ? " OR (" : "",
			    compartment->own ? text->handled : "",
			    compartment->own ? ")" : "");
}

bool reach_several(const struct reach *reach)
{
	return !reach->tenant && reach->school_count <= SCHOOLS_MOST &&
	       (reach->own || reach->school_count > 1);
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
