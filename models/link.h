/* The query string of a list written anew, for the link to its next page. */
#pragma once
#include "models/field.h"

/* The decoded parameters, encoded again, all but cursor. */
const char *query_without_cursor(struct arena *arena, const struct value *params,
				 int count);
