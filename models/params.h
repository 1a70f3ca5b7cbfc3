/* Query parameters that are values of a query, not filters of a list. */
#pragma once
#include "models/field.h"

/* 400, with the parameter in `errors`. */
const struct problem *param_bad(struct arena *arena, const char *name, const char *what);
/* Does the table name it? */
bool param_asked(const struct field *asked, const char *name);
/* Checks what was given by the table like the members of a body, and adds a value for
 * each row of it (absent: NULL). Its types are those whose JSON is text. */
const struct problem *params_check(struct arena *arena, const struct field *asked,
				   json_t *given, struct values *values);
