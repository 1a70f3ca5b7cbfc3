/* Reading a register's cells, against tests/holder.eval. */
#include "models/holder.h"
#include <string.h>
#include "tests/unit/check.h"

static json_t *holders;
static size_t next;

static void cell_ends(void)
{
	CHECK(next == json_array_size(holders));
	json_decref(holders);
}

static void cell_begins(struct arena *arena, const char *cell)
{
	if (holders)
		cell_ends();
	holders = json_array();
	next = 0;
	holders_add(arena, holders, "poster", cell);
}

static void holder_expected(const char *kind, const char *text)
{
	json_t *got = json_array_get(holders, next++);
	bool right = got &&
		     strcmp(json_string_value(json_object_get(got, "kind")), kind) == 0 &&
		     strcmp(json_string_value(json_object_get(got, "text")), text) == 0;

	if (!right)
		fprintf(stderr, "expected %s: %s\n", kind, text);
	CHECK(right);
}

int main(void)
{
	autofclose FILE *file = fopen("tests/holder.eval", "r");
	struct arena *arena = arena_new();
	char line[256];

	CHECK(file != NULL);
	while (file && fgets(line, sizeof(line), file)) {
		char *text = strchr(line, ' ');

		line[strcspn(line, "\n")] = '\0';
		if (line[0] == '#' || line[0] == '\0' || !text)
			continue;
		*text++ = '\0';
		if (strcmp(line, "cell") == 0)
			cell_begins(arena, text);
		else
			holder_expected(line, text);
	}
	cell_ends();
	CHECK(check_passed > 20);
	arena_free(arena);
	return check_done();
}
