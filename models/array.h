/* One-dimensional PostgreSQL arrays in their text form: {a,"b c"}. */
#pragma once
#include <jansson.h>
#include "base/arena.h"
#include "base/buffer.h"

/* The items of an array literal, ended by NULL; NULL text is an empty array. */
const char *const *array_items(struct arena *arena, const char *text);
int array_count(const char *const *items);
/* The other way round: a literal with every item quoted. */
char *array_text(struct arena *arena, const char *const *items);
json_t *array_json(const char *const *items);
