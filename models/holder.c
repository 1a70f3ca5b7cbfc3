/* Reads the holders out of a register's cell: posts, teams and people, mixed as they
 * come. */
#include "models/holder.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* What a word says of the holder it stands in; a trailing s makes a post a team. */
static const char *const post_words[] = { "principal",	"headteacher",	"head",
					  "headmaster", "headmistress", "administrator",
					  "librarian",	"secretary",	"bursar",
					  "manager",	"dsl",		"clerk",
					  NULL };
static const char *const team_words[] = { "team",	    "slt",   "hr",
					  "teachers",	    "staff", "governors",
					  "office",	    "ptfa",  "pta",
					  "communications", NULL };
/* Words that go with a post or a team without being a name. */
static const char *const neutral_words[] = { "class",	 "vice",   "deputy", "assistant",
					     "business", "school", "the",    "of",
					     "senior",	 NULL };

static bool listed(const char *const *words, const char *word, size_t length)
{
	for (; *words; words++)
		if (strlen(*words) == length && strncasecmp(*words, word, length) == 0)
			return true;
	return false;
}

struct reading {
	int posts, teams, names, others;
};

static void read_word(struct reading *reading, const char *word, size_t length)
{
	if (listed(team_words, word, length))
		reading->teams++;
	else if (listed(post_words, word, length))
		reading->posts++;
	else if (length > 1 && word[length - 1] == 's' &&
		 listed(post_words, word, length - 1))
		reading->teams++;
	else if (listed(neutral_words, word, length))
		return;
	else if (isupper((unsigned char)word[0]))
		reading->names++;
	else
		reading->others++;
}

static const char *holder_kind(const char *text)
{
	struct reading reading = { 0 };

	for (const char *at = text; *at;) {
		size_t length = strcspn(at, " ");

		if (length > 0)
			read_word(&reading, at, length);
		at += length + (at[length] == ' ');
	}
	if (reading.teams && !reading.names && !reading.others)
		return "team";
	if (reading.posts && !reading.names && !reading.others)
		return "post";
	if (reading.names >= 2 && !reading.posts && !reading.teams && !reading.others)
		return "person";
	return "ambiguous";
}

static void holder_add(struct arena *arena, json_t *holders, const char *access,
		       const char *from, size_t length)
{
	char *text;

	while (length > 0 && isspace((unsigned char)*from)) {
		from++;
		length--;
	}
	while (length > 0 && isspace((unsigned char)from[length - 1]))
		length--;
	if (length == 0)
		return;
	text = arena_copy_n(arena, from, length);
	json_array_append_new(holders,
			      json_pack("{s:s, s:s, s:s}", "access", access, "text", text,
					"kind", holder_kind(text)));
}

/* Length of the separator at this place, or 0. */
static size_t separator(const char *at)
{
	if (strchr(",/&", *at))
		return 1;
	return strncmp(at, " and ", 5) == 0 ? 5 : 0;
}

void holders_add(struct arena *arena, json_t *holders, const char *access,
		 const char *cell)
{
	const char *from = cell;

	if (!cell)
		return;
	for (const char *at = cell; *at; at++) {
		size_t length = separator(at);

		if (length == 0)
			continue;
		holder_add(arena, holders, access, from, (size_t)(at - from));
		from = at + length;
		at = from - 1;
	}
	holder_add(arena, holders, access, from, strlen(from));
}
