/* What each type of field accepts, as text: shared by bodies, filters and cursors. */
#pragma once
#include "field.h"

enum { LIST_MAX = 100, OBJECTS_MAX = 100, ONE_OF_SHOWN = 300 };

/* Checks one text against a field's type and limits and gives its normal form. Returns
 * NULL when good, else what to do, as a sentence's end ("is a date, as 2026-09-01"). */
const char *type_check(struct arena *arena, const struct field *field, const char *text,
		       const char **ret_text);
/* The JSON type that holds it, and what to say when another came. */
json_type type_json(enum field_type type);
const char *type_wanted(enum field_type type);
/* How many items or characters there may be at most. */
long type_max(const struct field *field);
