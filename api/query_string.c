/* Reads a query string strictly: a parameter that vanished could widen a list. */
#include <string.h>
#include "api/percent.h"
#include "api/router.h"

enum { PARAMS_MAX = 64, NAME_SHOWN = 64 };

/* A name that could not be decoded is shown as it came, what is not
 * plain ASCII left out. */
static const char *name_shown(struct arena *arena, const char *raw, size_t length)
{
	char *shown = arena_copy_n(arena, raw, length < NAME_SHOWN ? length : NAME_SHOWN);

	for (char *at = shown; *at; at++)
		if (*at <= ' ' || *at >= 0x7f)
			*at = '?';
	return shown;
}

static const struct problem *refuse(struct arena *arena, const char *name,
				    const char *detail)
{
	const struct fault *fault = NULL;
	struct problem *bad;

	fault_add(arena, &fault, name, "%s", detail);
	bad = problem(arena, PROBLEM_BAD_QUERY, "The parameter '%s' %s.", name, detail);
	bad->errors = fault;
	return bad;
}

static const struct problem *pair_read(struct arena *arena, const char *raw,
				       size_t length, struct value *params, int *count)
{
	const char *equals = memchr(raw, '=', length), *fault;
	size_t name_length = equals ? (size_t)(equals - raw) : length;
	struct value *param = &params[*count];
	char *name, *text = "";

	if ((fault = percent_decode(arena, raw, name_length, true, &name)))
		return refuse(arena, name_shown(arena, raw, name_length), fault);
	if (!*name)
		return refuse(arena, "", "has no name");
	if (equals && (fault = percent_decode(arena, equals + 1, length - name_length - 1,
					      true, &text)))
		return refuse(arena, name, fault);
	for (int i = 0; i < *count; i++)
		if (strcmp(params[i].name, name) == 0)
			return refuse(arena, name, "is given more than once");
	if (*count == PARAMS_MAX)
		return refuse(arena, name, "is one parameter too many");
	param->name = name;
	param->text = text;
	(*count)++;
	return NULL;
}

const struct problem *query_read(struct arena *arena, const char *query,
				 struct value **ret_params, int *ret_count)
{
	const struct problem *err;

	*ret_params = NULL;
	*ret_count = 0;
	if (!query || !*query)
		return NULL;
	*ret_params = arena_alloc(arena, (PARAMS_MAX + 1) * sizeof(struct value));
	for (;;) {
		size_t length = strcspn(query, "&");

		if ((err = pair_read(arena, query, length, *ret_params, ret_count)))
			return err;
		if (!query[length])
			return NULL;
		query += length + 1;
	}
}
