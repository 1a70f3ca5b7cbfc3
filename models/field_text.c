/* Which characters a text may hold, and whether any of them can be seen. */
#include "models/field_text.h"
#include <string.h>
#include "base/arena.h"

struct range {
	unsigned from, to;
};

/* Controls of C0 and C1, and what turns a line round or ends it unseen. */
static const struct range controls[] = { { 0x0001, 0x001F },
					 { 0x007F, 0x009F },
					 { 0x2028, 0x202E },
					 { 0x2066, 0x2069 } };

/* A name with one of these looks like another and is not it. Longer texts get them by
 * pasting. Joiners (U+200C, U+200D) are part of how words and emoji are written. */
static const struct range hidden[] = { { 0x200B, 0x200B }, { 0xFEFF, 0xFEFF } };

/* What leaves no ink: spaces, fillers, joiners, marks of direction, selectors, tags. */
static const struct range invisible[] = {
	{ 0x0001, 0x0020 },  { 0x007F, 0x00A0 },   { 0x00AD, 0x00AD },
	{ 0x034F, 0x034F },  { 0x061C, 0x061C },   { 0x115F, 0x1160 },
	{ 0x1680, 0x1680 },  { 0x17B4, 0x17B5 },   { 0x180B, 0x180F },
	{ 0x2000, 0x200F },  { 0x2028, 0x202F },   { 0x205F, 0x206F },
	{ 0x2800, 0x2800 },  { 0x3000, 0x3000 },   { 0x3164, 0x3164 },
	{ 0xFE00, 0xFE0F },  { 0xFEFF, 0xFEFF },   { 0xFFA0, 0xFFA0 },
	{ 0xFFF0, 0xFFFB },  { 0x1BCA0, 0x1BCA3 }, { 0x1D173, 0x1D17A },
	{ 0xE0000, 0xE0FFF }
};

static bool within(unsigned character, const struct range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (character >= ranges[i].from && character <= ranges[i].to)
			return true;
	return false;
}

/* The next character of valid UTF-8; moves past it. */
static unsigned character_read(const char **at)
{
	const unsigned char *bytes = (const unsigned char *)*at;
	size_t length = *bytes < 0x80 ? 1 : *bytes < 0xE0 ? 2 : *bytes < 0xF0 ? 3 : 4;
	unsigned character = length == 1 ? *bytes : *bytes & (0x7Fu >> length);

	for (size_t i = 1; i < length; i++)
		character = character << 6 | (bytes[i] & 0x3F);
	*at += length;
	return character;
}

static bool is_break(unsigned character)
{
	return character == '\n' || character == '\r' || character == '\t';
}

const char *text_fault(const char *text, bool breaks)
{
	bool seen = false;

	while (*text) {
		unsigned character = character_read(&text);

		seen = seen || !within(character, invisible, COUNT_OF(invisible));
		if (breaks && is_break(character))
			continue;
		if (within(character, controls, COUNT_OF(controls)))
			return breaks ? "holds control characters"
				      : "is one line of text, without control characters";
		if (!breaks && within(character, hidden, COUNT_OF(hidden)))
			return "holds characters that cannot be seen";
	}
	return seen ? NULL : "has no character that can be seen";
}
