/* PostgreSQL's arrays in their text form: read, written, and read again. */
#include "sql/array.h"
#include <string.h>
#include "tests/unit/check.h"

static const struct {
	const char *text;
	const char *items[5], *written;
} cases[] = {
	{ NULL, { NULL }, "{}" },
	{ "", { NULL }, "{}" },
	{ "{}", { NULL }, "{}" },
	{ "{slt}", { "slt" }, "{\"slt\"}" },
	{ "{draft,more_information}",
	  { "draft", "more_information" },
	  "{\"draft\",\"more_information\"}" },
	{ "{\"\",a}", { "", "a" }, "{\"\",\"a\"}" },
	{ "{a,NULL,\"NULL\",\"b,c\",\"d}\"}",
	  { "a", "NULL", "b,c", "d}" },
	  "{\"a\",\"NULL\",\"b,c\",\"d}\"}" },
	{ "{\"q\\\"\\\\\",\"two\nlines\"}",
	  { "q\"\\", "two\nlines" },
	  "{\"q\\\"\\\\\",\"two\nlines\"}" },
};

static bool same(const char *const *got, const char *const *want)
{
	for (; *got && *want; got++, want++)
		if (strcmp(*got, *want) != 0)
			return false;
	return *got == *want; /* both ended */
}

int main(void)
{
	struct arena *arena = arena_new();

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *const *items = array_items(arena, cases[i].text);
		char *written = array_text(arena, items);

		CHECK(same(items, cases[i].items));
		CHECK(!strcmp(written, cases[i].written));
		CHECK(same(array_items(arena, written), cases[i].items));
	}
	arena_free(arena);
	return check_done();
}
