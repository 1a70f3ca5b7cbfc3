/* q=: words to look for, as a filter on the table of words of a list. */
#include "models/search.h"
#include <ctype.h>
#include <string.h>

enum { WORDS_MAX = 8 };

/* The length of what stands at `at` and parts words, as search_words() in the database
 * has it; 0: a letter or a digit. */
static size_t separator(const char *at)
{
	unsigned char c = (unsigned char)*at;

	if (c < 0x80)
		return !isalnum(c);
	if (c == 0xc2 && (unsigned char)at[1] <= 0xa0)
		return 2;
	return strncmp(at, "\xe2\x80", 2) == 0 || strncmp(at, "\xe2\x81", 2) == 0 ? 3 : 0;
}

/* An apostrophe joins: O'Brien is one word. */
static size_t apostrophe(const char *at)
{
	if (*at == '\'')
		return 1;
	return strncmp(at, "\xe2\x80\x99", 3) == 0 ? 3 : 0;
}

static char *word_next(struct arena *arena, const char **text)
{
	const char *at = *text;
	char *word = arena_copy(arena, at);
	size_t length = 0, skip;

	while (*at && ((skip = apostrophe(at)) || !separator(at) || length == 0)) {
		if (!skip && !(skip = separator(at)))
			word[length++] = *at;
		at += skip ? skip : 1;
	}
	word[length] = '\0';
	*text = at;
	return length ? word : NULL;
}

static void word_add(struct arena *arena, const struct search *search, int number,
		     const char *word, struct values *values, struct buffer *filter)
{
	const char *name = arena_printf(arena, "filter_q_%d", number);
	const char *found = arena_printf(
		arena,
		"SELECT w.%s FROM %s w WHERE %s"
		" w.word >= search_fold(:%s) AND w.word < search_end(:%s)",
		search->column, search->table,
		search->open ? "" : "w.tenant_id = :me_tenant::uuid AND", name, name);

	value_set(arena, values, name, word);
	/* in the order of the index: with a limit alone the table may be walked instead
	 */
	if (search->most)
		found = arena_printf(
			arena,
			"SELECT unnest(search_few(ARRAY(%s ORDER BY w.word LIMIT %d), %d))",
			found, search->most + 1, search->most);
	buffer_printf(filter, "%s%s", number ? " INTERSECT " : "", found);
}

/* The words are looked up first, once: joined to the list, a plan that was made for any
 * word may walk all rows in the list's order and look at the words of each. */
bool search_read(struct arena *arena, const struct listing *listing, const char *text,
		 struct values *values, struct buffer *filter)
{
	const char *word;
	int count = 0;

	buffer_printf(filter, " AND %s IN (SELECT unnest(ARRAY(", listing->id);
	while ((word = word_next(arena, &text))) {
		if (count == WORDS_MAX)
			return false;
		word_add(arena, listing->search, count++, word, values, filter);
	}
	buffer_text(filter, ")))");
	return count > 0;
}
