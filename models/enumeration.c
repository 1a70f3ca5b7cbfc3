/* Every list of words that a field or a filter takes, from the very tables that check
 * them. */
#include <ctype.h>
#include <string.h>
#include "models/resource.h"

/* Said letter by letter. */
static const char *const initials[] = { "slt", "dsl", "dpo", "hr", "ptfa" };

static bool is_initials(const char *word, size_t length)
{
	for (size_t i = 0; i < COUNT_OF(initials); i++)
		if (strlen(initials[i]) == length &&
		    strncmp(initials[i], word, length) == 0)
			return true;
	return false;
}

/* "whole_school" is "Whole school", "slt" is "SLT". */
static char *label_of(struct arena *arena, const char *word)
{
	char *label = arena_copy(arena, word), *at = label;

	while (*at) {
		size_t length = strcspn(at, "_");

		bool spelt = is_initials(at, length);

		for (size_t i = 0; spelt && i < length; i++)
			at[i] = (char)toupper((unsigned char)at[i]);
		at += length;
		if (*at == '_')
			*at++ = ' ';
	}
	*label = (char)toupper((unsigned char)*label);
	return label;
}

static json_t *words_json(struct arena *arena, const char *const *words,
			  const char *const *means)
{
	json_t *list = json_array();

	for (int i = 0; words[i]; i++)
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s?}", "word", words[i],
						"label", label_of(arena, words[i]),
						"means", means ? means[i] : NULL));
	return list;
}

static bool listed(json_t *all, const char *resource, const char *field)
{
	json_t *each;
	size_t i;

	json_array_foreach(
		all, i,
		each) if (strcmp(json_string_value(json_object_get(each, "resource")),
				 resource) == 0 &&
			  strcmp(json_string_value(json_object_get(each, "field")),
				 field) == 0) return true;
	return false;
}

static void list_add(struct arena *arena, json_t *all, const char *resource,
		     const char *field, const char *const *words,
		     const char *const *means)
{
	if (words && !listed(all, resource, field))
		json_array_append_new(all, json_pack("{s:s, s:s, s:o}", "resource",
						     resource, "field", field, "words",
						     words_json(arena, words, means)));
}

/* `inside`: the field of objects that these are fields of, or NULL. */
static void fields_add(struct arena *arena, json_t *all, const char *resource,
		       const struct field *fields, const char *inside)
{
	for (const struct field *f = fields; f && f->name; f++) {
		const char *name =
			inside ? arena_printf(arena, "%s.%s", inside, f->name) : f->name;

		list_add(arena, all, resource, name, f->one_of, f->means);
		if (f->type == OBJECTS && !inside)
			fields_add(arena, all, resource, f->fields, name);
	}
}

static const struct problem *enumerations(struct call *call)
{
	const struct route_entry *entries;
	json_t *all = json_array();
	int count;

	entries = resource_routes(&count);
	for (int i = 0; i < count; i++) {
		const struct route *route = &entries[i].route;
		const char *resource = entries[i].resource->name;

		fields_add(call->arena, all, resource, route->body, NULL);
		for (const struct filter *f = route->list ? route->list->filters : NULL;
		     f && f->name; f++)
			list_add(call->arena, all, resource, f->name, f->one_of,
				 f->means);
	}
	call_answer(call, 200, json_pack("{s:o}", "data", all));
	return NULL;
}

static const struct route routes[] = {
	{ "GET", "/v1/enumerations", PUBLIC, .handle = enumerations },
	{ 0 },
};

const struct resource enumeration = {
	.name = "enumeration",
	.path = "/v1/enumerations",
	.routes = routes,
};
