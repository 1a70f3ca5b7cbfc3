/* Cells of the register's files: UTF-8 or Windows-1252 to text, text to what it means. */
#include "api/gias_cell.h"
#include <ctype.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>
#include "base/buffer.h"
#include "base/encoding.h"

struct word {
	const char *text, *meaning;
};

static const struct word phases[] = {
	{ "Nursery", "nursery" },
	{ "Primary", "primary" },
	{ "Middle deemed primary", "middle_deemed_primary" },
	{ "Middle deemed secondary", "middle_deemed_secondary" },
	{ "Secondary", "secondary" },
	{ "All-through", "all_through" },
	{ "All through", "all_through" },
	{ "16 plus", "sixteen_to_nineteen" },
	{ "16 to 19", "sixteen_to_nineteen" },
	{ "Not applicable", "not_applicable" },
	{ 0 },
};
static const struct word statuses[] = {
	{ "Open", "open" },
	{ "Open, but proposed to close", "open_but_proposed_to_close" },
	{ "Proposed to open", "proposed_to_open" },
	{ "Closed", "closed" },
	{ 0 },
};
static const struct word group_statuses[] = {
	{ "Open", "open" },
	{ "Proposed to open", "proposed_to_open" },
	{ "Closed", "closed" },
	{ "Created in error", "created_in_error" },
	{ 0 },
};
/* Ends of a group's type, and of the flag of a school: the longer first. */
static const struct word kinds[] = {
	{ "secure single-academy trust", "secure_single_academy_trust" },
	{ "single-academy trust", "single_academy_trust" },
	{ "multi-academy trust", "multi_academy_trust" },
	{ 0 },
};

/* Windows-1252 from 0x80 to 0x9f; 0: nothing. */
static const unsigned short windows[32] = {
	0x20ac, 0,	0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021,
	0x02c6, 0x2030, 0x0160, 0x2039, 0x0152, 0,	0x017d, 0,
	0,	0x2018, 0x2019, 0x201c, 0x201d, 0x2022, 0x2013, 0x2014,
	0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0,	0x017e, 0x0178,
};

static bool windows_add(struct buffer *out, unsigned char byte)
{
	unsigned code = byte < 0xa0 ? windows[byte - 0x80] : byte;

	if (!code)
		return false;
	if (code == 0xa0) {
		buffer_char(out, ' ');
		return true;
	}
	if (code >= 0x800) {
		buffer_char(out, (char)(0xe0 | code >> 12));
		buffer_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
	} else {
		buffer_char(out, (char)(0xc0 | code >> 6));
	}
	buffer_char(out, (char)(0x80 | (code & 0x3f)));
	return true;
}

/* One character at *at, and beyond it. Where UTF-8 has a C1 control, somebody has taken
 * Windows-1252 for Latin-1 on its way. */
static bool character_add(struct buffer *out, bool utf8, const unsigned char **at)
{
	unsigned char byte = *(*at)++;

	if (utf8 && byte == 0xc2 && **at <= 0xa0)
		return windows_add(out, *(*at)++);
	if (byte >= 0x80 && !utf8)
		return windows_add(out, byte);
	if (byte == 0x7f || (byte < ' ' && !isspace(byte)))
		return false;
	buffer_char(out, byte < ' ' ? ' ' : (char)byte);
	return true;
}

/* Trimmed, with line breaks and no-break spaces as spaces; NULL when it is no text. */
static const char *text_decode(struct arena *arena, const char *bytes, size_t length)
{
	bool utf8 = utf8_valid(bytes, length);
	const unsigned char *at = (const unsigned char *)bytes, *end = at + length;
	autobuffer out = { 0 };
	size_t spaces;

	while (at < end)
		if (!character_add(&out, utf8, &at))
			return NULL;
	while (out.length && out.data[out.length - 1] == ' ')
		out.length--;
	if (!out.length)
		return "";
	out.data[out.length] = '\0';
	spaces = strspn(out.data, " ");
	return arena_copy_n(arena, out.data + spaces, out.length - spaces);
}

static const char *word_find(const struct word *words, const char *text)
{
	for (; words->text; words++)
		if (strcasecmp(words->text, text) == 0)
			return words->meaning;
	return NULL;
}

static const char *ending_find(const struct word *words, const char *text)
{
	size_t length = strlen(text);

	for (; words->text; words++) {
		size_t end = strlen(words->text);

		if (length >= end && strcasecmp(words->text, text + length - end) == 0)
			return words->meaning;
	}
	return NULL;
}

static const char *digits_check(const char *text, size_t least, size_t most,
				const char *fault)
{
	size_t length = strspn(text, "0123456789");

	return !text[length] && length >= least && length <= most ? NULL : fault;
}

static const char *company_read(struct arena *arena, const char *text,
				const char **ret_text)
{
	size_t length = strlen(text);
	char *number = arena_printf(arena, "%08d", 0);

	if (length > 8 || (length < 8 && text[strspn(text, "0123456789")]))
		return "is no number of Companies House";
	for (size_t i = 0; i < length; i++) {
		if (!isascii(text[i]) || !isalnum((unsigned char)text[i]))
			return "is no number of Companies House";
		number[8 - length + i] = (char)toupper((unsigned char)text[i]);
	}
	*ret_text = number;
	return NULL;
}

/* dd-mm-yyyy; a spreadsheet writes slashes. */
static const char *date_read(struct arena *arena, const char *text, const char **ret_text)
{
	static const int days[] = { 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	int day, month, year, end = 0;
	char first, second;
	bool leap;

	if (strlen(text) != 10 ||
	    sscanf(text, "%2d%c%2d%c%4d%n", &day, &first, &month, &second, &year, &end) !=
		    5 ||
	    end != 10 || first != second || !strchr("-/", first))
		return "is no date as dd-mm-yyyy";
	leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	if (year < 1000 || month < 1 || month > 12 || day < 1 || day > days[month - 1] ||
	    (month == 2 && day == 29 && !leap))
		return "is no day of the calendar";
	*ret_text = arena_printf(arena, "%04d-%02d-%02d", year, month, day);
	return NULL;
}

static const char *link_read(enum gias_type type, const char *text, const char **ret_text)
{
	const char *what = strncasecmp(text, "predecessor", 11) == 0 ? "predecessor"
			   : strncasecmp(text, "successor", 9) == 0  ? "successor"
								     : NULL;
	const char *behind = what ? text + strlen(what) : "";

	*ret_text = what;
	if (type == GIAS_LINK_KIND) {
		behind += strspn(behind, " -");
		*ret_text = *behind ? behind : NULL;
	}
	return NULL;
}

static const char *meaning_of(struct arena *arena, enum gias_type type, const char *text,
			      const char **ret_text)
{
	switch (type) {
	case GIAS_URN:
		return digits_check(text, 6, 6, "is not six digits");
	case GIAS_UID:
		return digits_check(text, 1, 8, "is no number of a group");
	case GIAS_COMPANY:
		return company_read(arena, text, ret_text);
	case GIAS_DATE:
		return date_read(arena, text, ret_text);
	case GIAS_PHASE:
		*ret_text = word_find(phases, text);
		return *ret_text ? NULL : "is no phase of education that is known here";
	case GIAS_STATUS:
		*ret_text = word_find(statuses, text);
		return *ret_text ? NULL : "is no status that is known here";
	case GIAS_GROUP_STATUS:
		*ret_text = word_find(group_statuses, text);
		return *ret_text ? NULL : "is no status that is known here";
	case GIAS_TRUST_KIND:
		*ret_text = ending_find(kinds, text);
		return NULL;
	case GIAS_LINK:
	case GIAS_LINK_KIND:
		return link_read(type, text, ret_text);
	case GIAS_TEXT:
		return NULL;
	}
	return NULL;
}

const char *gias_cell_read(struct arena *arena, enum gias_type type, const char *bytes,
			   size_t length, const char **ret_text)
{
	const char *text = text_decode(arena, bytes, length);

	if (!text)
		return "holds bytes that are neither UTF-8 nor Windows-1252 text";
	*ret_text = *text ? text : NULL;
	return *text ? meaning_of(arena, type, text, ret_text) : NULL;
}
