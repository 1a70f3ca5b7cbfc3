/* Query parameters that are values, checked by a field table like the members of a body.
 */
#include <string.h>
#include "models/listing.h"

static const struct field *field_of(const struct field *fields, const char *name)
{
	for (; fields && fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return fields;
	return NULL;
}

static struct problem *bad(struct arena *arena, const char *name, const char *what)
{
	struct problem *err =
		problem(arena, PROBLEM_BAD_QUERY, "The parameter %s %s.", name, what);

	fault_add(arena, &err->errors, name, "%s", what);
	return err;
}

/* The faults of a body, as those of a query string: a parameter has no pointer. */
static const struct problem *as_query(struct arena *arena, const struct problem *invalid)
{
	const struct fault *fault = invalid->errors;
	struct problem *err = bad(arena, fault->pointer + 1, fault->detail);

	while ((fault = fault->next))
		fault_add(arena, &err->errors, fault->pointer + 1, "%s", fault->detail);
	return err;
}

const struct problem *params_take(struct arena *arena, const struct field *query,
				  struct value *params, int *count, struct values *values)
{
	const struct problem *err = NULL;
	json_t *taken = json_object();
	int left = 0;

	for (int i = 0; i < *count && !err; i++) {
		if (!field_of(query, params[i].name))
			params[left++] = params[i];
		else if (json_object_get(taken, params[i].name))
			err = bad(arena, params[i].name, "is given twice");
		else
			json_object_set_new(taken, params[i].name,
					    json_string(params[i].text));
	}
	*count = left;
	if (!err && query)
		err = fields_check(arena, query, FIELD_CREATE, taken, values);
	if (err && err->kind == PROBLEM_INVALID)
		err = as_query(arena, err);
	json_decref(taken);
	return err;
}
