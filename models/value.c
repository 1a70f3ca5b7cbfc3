/* Named values: what the parameters of a query find by name. */
#include <string.h>
#include "models/field.h"

void value_set(struct arena *arena, struct values *values, const char *name,
	       const char *text)
{
	for (int i = 0; i < values->count; i++)
		if (strcmp(values->items[i].name, name) == 0) {
			values->items[i].text = text;
			return;
		}
	if (values->count == values->capacity) {
		int capacity = values->capacity ? 2 * values->capacity : 32;
		struct value *items =
			arena_alloc(arena, (size_t)capacity * sizeof(*items));

		if (values->count)
			memcpy(items, values->items,
			       (size_t)values->count * sizeof(*items));
		values->items = items;
		values->capacity = capacity;
	}
	values->items[values->count++] = (struct value){ name, text };
}

const struct value *value_find(const struct values *values, const char *name)
{
	for (int i = 0; i < values->count; i++)
		if (strcmp(values->items[i].name, name) == 0)
			return &values->items[i];
	return NULL;
}
