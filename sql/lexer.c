/* Finds parameters and slots in SQL text: :word and {word}
 * outside quotes and comments. */
#include "sql/lexer.h"
#include <ctype.h>
#include <stdbool.h>
#include <string.h>

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

static bool starts_word(char c)
{
	return islower((unsigned char)c) || c == '_';
}

/* '..' and "..": a doubled quote goes on as a new quoted piece. E'..' knows \'. */
static const char *skip_quoted(const char *at, bool escapes)
{
	char quote = *at++;

	for (; *at && *at != quote; at++)
		if (escapes && *at == '\\' && at[1])
			at++;
	return *at ? at + 1 : at;
}

/* $$..$$ and $tag$..$tag$; a lone $ (of $1) is passed over. */
static const char *skip_dollars(const char *at)
{
	const char *end = at + 1;
	size_t length;

	while (is_word(*end))
		end++;
	if (*end != '$' || isdigit((unsigned char)at[1]))
		return at + 1;
	length = (size_t)(end - at) + 1;
	for (end++; *end; end++)
		if (!strncmp(end, at, length))
			return end + length;
	return end;
}

/* Block comments nest in SQL. */
static const char *skip_comment(const char *at)
{
	int depth = 0;

	if (*at == '-')
		return at + strcspn(at, "\n");
	while (*at) {
		if (at[0] == '/' && at[1] == '*')
			depth++, at += 2;
		else if (at[0] == '*' && at[1] == '/')
			depth--, at += 2;
		else
			at++;
		if (!depth)
			break;
	}
	return at;
}

/* One step over plain text; words whole, so that e'..' is told from the end of a name. */
static const char *skip_plain(const char *at)
{
	if (*at == '\'' || *at == '"')
		return skip_quoted(at, false);
	if ((*at == 'e' || *at == 'E') && at[1] == '\'')
		return skip_quoted(at + 1, true);
	if ((at[0] == '-' && at[1] == '-') || (at[0] == '/' && at[1] == '*'))
		return skip_comment(at);
	if (*at == '$')
		return skip_dollars(at);
	if (at[0] == ':' && at[1] == ':')
		return at + 2;
	if (is_word(*at))
		while (is_word(at[1]) || at[1] == '$')
			at++;
	return at + 1;
}

static bool is_parameter(const char *at)
{
	return at[0] == ':' && starts_word(at[1]);
}

static bool is_slot(const char *at)
{
	const char *end = at + 1;

	if (*at != '{' || !starts_word(*end))
		return false;
	while (is_word(*end))
		end++;
	return *end == '}';
}

struct lexeme lexeme_next(const char **text)
{
	const char *at = *text;
	struct lexeme lexeme = { LEXEME_TEXT, at, 0 };

	while (*at && !is_parameter(at) && !is_slot(at))
		at = skip_plain(at);
	if (at > *text) {
		lexeme.length = (size_t)(at - *text);
	} else if (*at) {
		lexeme.kind = *at == ':' ? LEXEME_PARAMETER : LEXEME_SLOT;
		lexeme.at = ++at;
		while (is_word(*at))
			at++;
		lexeme.length = (size_t)(at - lexeme.at);
		at += lexeme.kind == LEXEME_SLOT;
	} else {
		lexeme.kind = LEXEME_END;
	}
	*text = at;
	return lexeme;
}
