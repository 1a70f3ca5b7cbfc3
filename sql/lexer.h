/* Finds parameters and slots in SQL text: the one place that knows its quotes and
 * comments. */
#pragma once
#include <stddef.h>

enum lexeme_kind { LEXEME_END, LEXEME_TEXT, LEXEME_PARAMETER, LEXEME_SLOT };

/* A piece of the text: for :word and {word} only the word. */
struct lexeme {
	enum lexeme_kind kind;
	const char *at;
	size_t length;
};

/* Takes the next piece off the front of *text. */
struct lexeme lexeme_next(const char **text);
