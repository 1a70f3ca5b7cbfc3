/* One-dimensional PostgreSQL arrays in their text form: {a,"b c"}. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/arena.h"
#include "base/buffer.h"

/* Calls `item` for each item of an array literal, with NULL for SQL NULL. */
typedef void (*array_item)(void *data, const char *bytes, size_t length);
void array_each(const char *text, size_t length, array_item item, void *data);
/* The items that are not NULL, ended by NULL; NULL text is an empty array. */
const char *const *array_items(struct arena *arena, const char *text);
/* Of items as array_items gives them, or of NULL, which has none. */
int array_count(const char *const *items);
bool array_has(const char *const *items, const char *text);
/* The other way round: a literal with every item quoted. */
char *array_text(struct arena *arena, const char *const *items);
json_t *array_json(const char *const *items);
