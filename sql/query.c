/* Named queries: :names become $n, slots are filled, each text is compiled once. */
#include "sql/query.h"
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "sql/lexer.h"

static const char *const slot_names[] = { "reach", "filter", "cursor", "page" };
enum { SLOT_COUNT = 4 };

static struct statement statements[QUERY_COUNT]; /* text NULL: it has slots */
static bool slots[QUERY_COUNT][SLOT_COUNT];	 /* which: looked up at each request */

/* The n of $n: the same name twice is one parameter. 0: no room. */
static int parameter_number(struct arena *arena, struct statement *statement,
			    const struct lexeme *word)
{
	for (int i = 0; i < statement->param_count; i++) {
		const char *known = statement->params[i];

		if (!strncmp(known, word->at, word->length) && !known[word->length])
			return i + 1;
	}
	if (statement->param_count == STATEMENT_PARAMS)
		return 0;
	statement->params[statement->param_count] =
		arena_copy_n(arena, word->at, word->length);
	return ++statement->param_count;
}

bool statement_compile(struct arena *arena, const char *name, const char *text,
		       struct statement *ret_statement)
{
	autobuffer out = { 0 };
	struct lexeme piece;

	*ret_statement = (struct statement){ 0 };
	snprintf(ret_statement->name, sizeof(ret_statement->name), "%s", name);
	while ((piece = lexeme_next(&text)).kind != LEXEME_END) {
		int number;

		if (piece.kind == LEXEME_SLOT)
			return false;
		if (piece.kind == LEXEME_TEXT) {
			buffer_add(&out, piece.at, piece.length);
			continue;
		}
		if (!(number = parameter_number(arena, ret_statement, &piece)))
			return false;
		buffer_printf(&out, "$%d", number);
	}
	ret_statement->text = arena_copy_n(arena, out.data ? out.data : "", out.length);
	return true;
}

static int slot_find(const char *word, size_t length)
{
	for (int i = 0; i < SLOT_COUNT; i++)
		if (strlen(slot_names[i]) == length &&
		    !strncmp(slot_names[i], word, length))
			return i;
	return -1;
}

/* Sets found[n] for each slot of the text; false when one is not of ours. */
static bool slots_find(const char *text, bool found[SLOT_COUNT])
{
	struct lexeme piece;

	memset(found, 0, SLOT_COUNT * sizeof(*found));
	while ((piece = lexeme_next(&text)).kind != LEXEME_END) {
		int slot;

		if (piece.kind != LEXEME_SLOT)
			continue;
		if ((slot = slot_find(piece.at, piece.length)) < 0)
			return false;
		found[slot] = true;
	}
	return true;
}

static bool slots_match(const char *text, const char *const *pairs,
			const char *fills[SLOT_COUNT])
{
	bool found[SLOT_COUNT];

	if (!slots_find(text, found))
		return false;
	for (; *pairs; pairs += 2) {
		int slot = slot_find(pairs[0], strlen(pairs[0]));

		if (slot < 0 || (!found[slot] && pairs[1] && *pairs[1]))
			return false;
		fills[slot] = pairs[1];
	}
	/* A reach that somebody forgot must never mean "everything". */
	return !found[0] || (fills[0] && *fills[0]);
}

char *slots_fill(struct arena *arena, const char *name, const char *text,
		 const char *const *pairs)
{
	const char *fills[SLOT_COUNT] = { NULL };
	autobuffer out = { 0 };
	struct lexeme piece;

	if (!slots_match(text, pairs, fills)) {
		log_line(LOG_ERROR, "query_slots",
			 "the slots of %s do not fit what was given", name);
		return NULL;
	}
	while ((piece = lexeme_next(&text)).kind != LEXEME_END) {
		const char *fill = NULL;

		if (piece.kind == LEXEME_SLOT)
			fill = fills[slot_find(piece.at, piece.length)];
		else if (piece.kind == LEXEME_PARAMETER)
			buffer_char(&out, ':');
		if (piece.kind != LEXEME_SLOT)
			buffer_add(&out, piece.at, piece.length);
		else if (fill)
			buffer_text(&out, fill);
	}
	return arena_copy_n(arena, out.data ? out.data : "", out.length);
}

static bool query_compile(struct arena *arena, int query)
{
	const struct query_text *text = &query_texts[query];
	bool *found = slots[query];

	if (!slots_find(text->text, found)) {
		log_line(LOG_ERROR, "query_slots", "%s:%d: %s has an unknown slot",
			 text->file, text->line, text->name);
		return false;
	}
	for (int slot = 0; slot < SLOT_COUNT; slot++)
		if (found[slot])
			return true;
	if (statement_compile(arena, text->name, text->text, &statements[query]))
		return true;
	log_line(LOG_ERROR, "query_parameters", "%s:%d: %s has over %d parameters",
		 text->file, text->line, text->name, STATEMENT_PARAMS);
	return false;
}

bool queries_compile(void)
{
	static struct arena *process; /* kept until the process ends */
	static bool good = true;

	if (process)
		return good;
	process = arena_new();
	for (int query = Q_NONE + 1; query < QUERY_COUNT; query++)
		good = query_compile(process, query) && good;
	return good;
}

const struct statement *query_statement(enum query query)
{
	return query != Q_NONE && statements[query].text ? &statements[query] : NULL;
}

enum query statement_query(const struct statement *statement)
{
	uintptr_t at = (uintptr_t)statement, first = (uintptr_t)statements;

	if (at < first || at >= first + sizeof(statements))
		return Q_NONE;
	return (enum query)((at - first) / sizeof(*statements));
}

bool query_has_slot(enum query query, const char *slot)
{
	int wanted = slot_find(slot, strlen(slot));

	return wanted >= 0 && slots[query][wanted];
}
