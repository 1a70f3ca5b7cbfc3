/* Boot: parameters of queries have sources, field tables make sense. */
#include <stdarg.h>
#include <string.h>
#include "models/wiring.h"

void fault_say(struct wiring *wiring, const char *fmt, ...)
{
	char *text;
	va_list args;

	va_start(args, fmt);
	text = arena_vprintf(wiring->arena, fmt, args);
	va_end(args);
	wiring->faults++;
	wiring->say(arena_printf(wiring->arena, "%s: %s", wiring->where, text));
}

static bool name_valid(const char *name)
{
	return *name >= 'a' && *name <= 'z' &&
	       !name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_")];
}

static void field_wired(struct wiring *wiring, const struct field *field,
			const char *what, bool nested)
{
	bool words =
		field->type == ONE_OF || (field->type == LIST && field->of == ONE_OF);

	if (!name_valid(field->name))
		fault_say(wiring, "%s %s is no snake_case name", what, field->name);
	if (!nested && name_reserved(field->name))
		fault_say(wiring, "%s %s is a name that the engine sets", what,
			  field->name);
	if (words && (!field->one_of || !field->one_of[0]))
		fault_say(wiring, "%s %s has no words", what, field->name);
	if (field->type == LIST &&
	    (field->of == LIST || field->of == OBJECTS || field->of == ANY))
		fault_say(wiring, "%s %s is a list of lists", what, field->name);
	if (nested &&
	    (field->type == LIST || field->type == OBJECTS || field->type == ANY))
		fault_say(wiring, "%s %s nests deeper than objects of plain fields", what,
			  field->name);
	if (field->type == OBJECTS && !nested && (!field->fields || !field->fields->name))
		fault_say(wiring, "%s %s has no fields", what, field->name);
	if ((field->coming && field->type != DATE) ||
	    (field->past && field->type != DATE && field->type != TIME))
		fault_say(wiring, "%s %s is no date to be past or coming", what,
			  field->name);
	if (field->min > field->max && field->max)
		fault_say(wiring, "%s %s has min above max", what, field->name);
}

static void fields_each(struct wiring *wiring, const struct field *fields,
			const char *what, bool nested)
{
	for (const struct field *field = fields; field && field->name; field++) {
		field_wired(wiring, field, what, nested);
		for (const struct field *other = fields; other != field; other++)
			if (strcmp(other->name, field->name) == 0)
				fault_say(wiring, "%s %s is there twice", what,
					  field->name);
		if (field->type == OBJECTS && !nested)
			fields_each(wiring, field->fields, field->name, !field->apart);
	}
}

void fields_wired(struct wiring *wiring, const struct field *fields, const char *what)
{
	fields_each(wiring, fields, what, false);
}

/* The query with every expression its {reach} may hold, so that all names are seen. */
static bool query_expand(struct wiring *wiring, enum query query,
			 struct statement *statement)
{
	const struct query_text *text = &query_texts[query];
	const char *reach = arena_printf(
		wiring->arena, "(%s) (%s) (%s) (%s) (%s) (%s)",
		text->school ? text->school : "", text->own ? text->own : "",
		text->shared ? text->shared : "",
		text->compartment ? text->compartment : "",
		text->handled ? text->handled : "", text->ways ? text->ways : "");
	const char *const pairs[] = { "reach",
				      query_has_slot(query, "reach") ? reach : NULL,
				      NULL };
	char *filled = slots_fill(wiring->arena, text->name, text->text, pairs);

	return filled && statement_compile(wiring->arena, text->name, filled, statement);
}

void query_wired(struct wiring *wiring, enum query query, const struct route_entry *entry)
{
	const struct query_text *text = &query_texts[query];
	struct statement statement;

	if (query_has_slot(query, "reach") && !text->school && !text->own)
		fault_say(wiring,
			  "%s has {reach}, but neither school: nor own:", text->name);
	if (!query_expand(wiring, query, &statement)) {
		fault_say(wiring, "%s cannot be compiled", text->name);
		return;
	}
	for (int i = 0; i < statement.param_count; i++)
		if (!name_given(entry, statement.params[i]))
			fault_say(wiring, "nothing gives :%s of %s (%s:%d)",
				  statement.params[i], text->name, text->file,
				  text->line);
}
