/* Query parameters that are values, checked by a field table like the members of a body.
 */
#include "models/params.h"
#include <stdlib.h>
#include <string.h>

static struct problem *refusal(struct arena *arena, const char *name, const char *what)
{
	struct problem *err =
		problem(arena, PROBLEM_BAD_QUERY, "The parameter %s %s.", name, what);

	fault_add(arena, &err->errors, name, "%s", what);
	return err;
}

const struct problem *param_bad(struct arena *arena, const char *name, const char *what)
{
	return refusal(arena, name, what);
}

bool param_asked(const struct field *asked, const char *name)
{
	for (; asked && asked->name; asked++)
		if (strcmp(asked->name, name) == 0)
			return true;
	return false;
}

/* The faults of a body, as those of a query string: a parameter has no pointer. */
static const struct problem *as_query(struct arena *arena, const struct problem *invalid)
{
	const struct fault *fault = invalid->errors;
	struct problem *err = refusal(arena, fault->pointer + 1, fault->detail);

	while ((fault = fault->next))
		fault_add(arena, &err->errors, fault->pointer + 1, "%s", fault->detail);
	return err;
}

/* A query string knows texts alone: what reads as a whole number, or as true or false, is
 * one where that is asked for. */
static void texts_read(const struct field *asked, json_t *given)
{
	for (; asked->name; asked++) {
		const char *text = json_string_value(json_object_get(given, asked->name));
		char *end;
		long number;

		if (asked->type == FLAG && text &&
		    (strcmp(text, "true") == 0 || strcmp(text, "false") == 0))
			json_object_set_new(given, asked->name,
					    json_boolean(*text == 't'));
		if (asked->type != NUMBER || !text || !*text)
			continue;
		number = strtol(text, &end, 10);
		if (!*end)
			json_object_set_new(given, asked->name, json_integer(number));
	}
}

const struct problem *params_check(struct arena *arena, const struct field *asked,
				   json_t *given, struct values *values)
{
	const struct problem *err;

	if (!asked)
		return NULL;
	texts_read(asked, given);
	err = fields_check(arena, asked, FIELD_CREATE, given, values);
	return err && err->kind == PROBLEM_INVALID ? as_query(arena, err) : err;
}
