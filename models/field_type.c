/* What each type of field accepts: one function a type, one table of all. */
#include "models/field_type.h"
#include <ctype.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include "base/buffer.h"
#include "base/encoding.h"
#include "base/id.h"
#include "base/london.h"
#include "models/field_text.h"
#include "models/field_time.h"
#include "models/field_url.h"
#include "sql/array.h"

typedef const char *(*checker)(struct arena *arena, const struct field *field,
			       const char *text, const char **ret_text);

static char *text_lower(struct arena *arena, const char *text)
{
	char *copy = arena_copy(arena, text);

	for (char *at = copy; *at; at++)
		*at = (char)tolower((unsigned char)*at);
	return copy;
}

static const char *check_uuid(struct arena *arena, const struct field *field,
			      const char *text, const char **ret_text)
{
	(void)field;
	if (!id_valid(text))
		return "is an id: 36 characters, hexadecimal digits and dashes";
	*ret_text = text_lower(arena, text);
	return NULL;
}

static const char *check_length(struct arena *arena, const struct field *field,
				const char *text)
{
	long length = (long)utf8_length(text), max = type_max(field);

	if (length == 0)
		return "is empty";
	if (length < field->min)
		return arena_printf(arena, "has at least %ld characters", field->min);
	if (length > max)
		return arena_printf(arena, "has at most %ld characters", max);
	return NULL;
}

static char *text_trim(struct arena *arena, const char *text)
{
	size_t length;

	text += strspn(text, " \t\r\n");
	length = strlen(text);
	while (length && strchr(" \t\r\n", text[length - 1]))
		length--;
	return arena_copy_n(arena, text, length);
}

static const char *check_text(struct arena *arena, const struct field *field,
			      const char *text, const char **ret_text)
{
	const char *trimmed = text_trim(arena, text);
	const char *wrong;

	if (!utf8_valid(text, strlen(text)))
		return "is text in UTF-8";
	*ret_text = trimmed;
	if ((wrong = check_length(arena, field, trimmed)))
		return wrong;
	return text_fault(trimmed, field->type == TEXT);
}

static const char *check_secret(struct arena *arena, const struct field *field,
				const char *text, const char **ret_text)
{
	*ret_text = arena_copy(arena, text);
	return check_length(arena, field, text);
}

static const char *check_number(struct arena *arena, const struct field *field,
				const char *text, const char **ret_text)
{
	bool limited = field->min || field->max;
	long min = limited ? field->min : INT_MIN;
	long max = limited ? field->max : INT_MAX;
	size_t sign = *text == '-';
	size_t digits = strspn(text + sign, "0123456789");
	long number;

	if (!digits || digits > 18 || text[sign + digits])
		return "is a whole number";
	number = strtol(text, NULL, 10);
	if (number < min || number > max)
		return arena_printf(arena, "is between %ld and %ld", min, max);
	*ret_text = arena_printf(arena, "%ld", number);
	return NULL;
}

static const char *check_flag(struct arena *arena, const struct field *field,
			      const char *text, const char **ret_text)
{
	(void)arena, (void)field;
	if (strcmp(text, "true") && strcmp(text, "false"))
		return "is true or false";
	*ret_text = *text == 't' ? "true" : "false";
	return NULL;
}

static const char *words_list(struct arena *arena, const char *const *words)
{
	autobuffer out = { 0 };

	for (int i = 0; words[i] && out.length < ONE_OF_SHOWN; i++) {
		buffer_text(&out, i ? ", " : "is one of ");
		buffer_text(&out, words[i]);
	}
	return arena_copy_n(arena, out.data, out.length);
}

static const char *check_one_of(struct arena *arena, const struct field *field,
				const char *text, const char **ret_text)
{
	for (const char *const *word = field->one_of; *word; word++)
		if (strcmp(*word, text) == 0) {
			*ret_text = *word;
			return NULL;
		}
	return words_list(arena, field->one_of);
}

static const char *check_email(struct arena *arena, const struct field *field,
			       const char *text, const char **ret_text)
{
	const char *trimmed = text_trim(arena, text);

	(void)field;
	if (!email_valid(trimmed))
		return "is an e-mail address";
	*ret_text = text_lower(arena, trimmed);
	return NULL;
}

static const char *check_url(struct arena *arena, const struct field *field,
			     const char *text, const char **ret_text)
{
	(void)field;
	*ret_text = text_trim(arena, text);
	return url_fault(*ret_text);
}

static const char *check_date(struct arena *arena, const struct field *field,
			      const char *text, const char **ret_text)
{
	char today[DATE_SIZE];

	if (!date_valid(text))
		return "is a date, as 2026-09-01, from 1900 to 2200";
	day_write(london_of(time(NULL)).day, today);
	if (field->past && strcmp(text, today) > 0)
		return "is today or earlier";
	if (field->coming && strcmp(text, today) < 0)
		return "is today or later";
	*ret_text = arena_copy(arena, text);
	return NULL;
}

enum { CLOCK_SKEW_S = 60 }; /* by which the caller's may go before ours */

static const char *check_time(struct arena *arena, const struct field *field,
			      const char *text, const char **ret_text)
{
	if (!time_valid(text))
		return "is a time with its zone, as 2026-09-01T09:30:00Z";
	if (field->past && time_read(text) > time(NULL) + CLOCK_SKEW_S)
		return "is now or earlier";
	*ret_text = arena_copy(arena, text);
	return NULL;
}

static const struct type {
	const char *name, *cast;
	json_type json;
	const char *wanted;
	checker check;
	long max;
} types[] = {
	[UUID] = { "uuid", "uuid", JSON_STRING, "is text", check_uuid, 36 },
	[LINE] = { "line", "text", JSON_STRING, "is text", check_text, 1000 },
	[TEXT] = { "text", "text", JSON_STRING, "is text", check_text, 20000 },
	[NUMBER] = { "number", "bigint", JSON_INTEGER, "is a whole number", check_number,
		     0 },
	[FLAG] = { "flag", "boolean", JSON_TRUE, "is true or false", check_flag, 0 },
	[DATE] = { "date", "date", JSON_STRING, "is text", check_date, 10 },
	[TIME] = { "time", "timestamptz", JSON_STRING, "is text", check_time, 40 },
	[ONE_OF] = { "one_of", "text", JSON_STRING, "is text", check_one_of, 0 },
	[EMAIL] = { "email", "text", JSON_STRING, "is text", check_email, 254 },
	[URL] = { "url", "text", JSON_STRING, "is text", check_url, URL_MAX },
	[SECRET] = { "secret", "text", JSON_STRING, "is text", check_secret, 1024 },
	[LIST] = { "list", "text[]", JSON_ARRAY, "is a list", NULL, LIST_MAX },
	[OBJECTS] = { "objects", "jsonb", JSON_ARRAY, "is a list of objects", NULL,
		      OBJECTS_MAX },
	[ANY] = { "any", "jsonb", JSON_ARRAY,
		  "is true or false, a whole number, text or a list", NULL, 0 },
};

const char *type_check(struct arena *arena, const struct field *field, const char *text,
		       const char **ret_text)
{
	return types[field->type].check(arena, field, text, ret_text);
}

json_type type_json(enum field_type type)
{
	return types[type].json;
}

const char *type_wanted(enum field_type type)
{
	return types[type].wanted;
}

/* A list of words has each of them once at most. */
long type_max(const struct field *field)
{
	if (field->max)
		return field->max;
	if (field->type == LIST && field->of == ONE_OF)
		return array_count(field->one_of);
	return types[field->type].max;
}

const char *field_type_name(enum field_type type)
{
	return types[type].name;
}

const char *field_type_cast(enum field_type type)
{
	return types[type].cast;
}

bool field_text_valid(enum field_type type, const char *const *one_of, const char *text,
		      struct arena *arena, const char **ret_text)
{
	struct field field = { .type = type, .one_of = one_of };

	return types[type].check && !type_check(arena, &field, text, ret_text);
}
