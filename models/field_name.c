/* Names of fields that nearly are what somebody wrote. */
#include "models/field_name.h"
#include <string.h>

/* How many letters differ (Levenshtein), for short names. */
static int distance(const char *a, const char *b)
{
	int row[NAME_SHOWN + 1], length = (int)strlen(b);

	for (int j = 0; j <= length; j++)
		row[j] = j;
	for (int i = 1; a[i - 1]; i++) {
		int corner = row[0];

		row[0] = i;
		for (int j = 1; j <= length; j++) {
			int best = corner + (a[i - 1] != b[j - 1]);

			best = row[j] + 1 < best ? row[j] + 1 : best;
			best = row[j - 1] + 1 < best ? row[j - 1] + 1 : best;
			corner = row[j];
			row[j] = best;
		}
	}
	return row[length];
}

const char *name_nearest(const struct field *fields, const char *name)
{
	size_t length = strlen(name);
	const char *nearest = NULL;
	int least = length < 4 ? 2 : 3;

	for (const struct field *f = fields; f && f->name && length < NAME_SHOWN; f++) {
		int differs =
			strlen(f->name) < NAME_SHOWN ? distance(name, f->name) : least;

		if (differs < least) {
			least = differs;
			nearest = f->name;
		}
	}
	return nearest;
}
