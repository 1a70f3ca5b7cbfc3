/* Checks a body against its field table: every fault at once, each with its pointer. */
#include "models/field.h"
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"
#include "base/encoding.h"
#include "models/field_name.h"
#include "sql/array.h"
#include "models/field_type.h"

enum { FAULTS_MAX = 50 };

struct check {
	struct arena *arena;
	const struct fault *faults;
	int count;
};

/* A body of nothing but faults is not told each of them: fifty will do. */
static void fault(struct check *check, const char *pointer, const char *detail)
{
	if (check->count++ < FAULTS_MAX)
		fault_add(check->arena, &check->faults, pointer, "%s", detail);
}

/* RFC 6901: ~ and / inside a name are escaped; a long name is cut between characters. */
static char *pointer_add(struct arena *arena, const char *base, const char *name)
{
	autobuffer out = { 0 };
	size_t length = strlen(name);

	if (length > NAME_SHOWN)
		for (length = NAME_SHOWN; (name[length] & 0xC0) == 0x80;)
			length--;
	buffer_text(&out, base);
	buffer_char(&out, '/');
	for (size_t i = 0; i < length; i++) {
		if (name[i] == '~' || name[i] == '/')
			buffer_text(&out, name[i] == '~' ? "~0" : "~1");
		else
			buffer_char(&out, name[i]);
	}
	return arena_copy_n(arena, out.data, out.length);
}

bool field_applies(const struct field *field, enum field_mode mode)
{
	return mode == FIELD_CREATE || !field->fixed;
}

static bool field_known(const struct field *fields, enum field_mode mode,
			const char *name)
{
	for (; fields && fields->name; fields++)
		if (field_applies(fields, mode) && strcmp(fields->name, name) == 0)
			return true;
	return false;
}

static void check_names(struct check *check, const struct field *fields,
			enum field_mode mode, json_t *object, const char *base)
{
	const char *name, *nearest;
	json_t *value;

	json_object_foreach(object, name, value)
	{
		if (field_known(fields, mode, name) || check->count >= FAULTS_MAX)
			continue;
		nearest = name_nearest(fields, name);
		fault(check, pointer_add(check->arena, base, name),
		      nearest ? arena_printf(check->arena,
					     "is not known here; did you mean %s?",
					     nearest)
			      : "is not known here");
	}
}

static const char *json_text(struct arena *arena, json_t *value)
{
	if (json_is_string(value))
		return json_string_value(value);
	if (json_is_integer(value))
		return arena_printf(arena, "%" JSON_INTEGER_FORMAT,
				    json_integer_value(value));
	return json_is_true(value) ? "true" : "false";
}

static const char *check_scalar(struct check *check, const struct field *field,
				json_t *value, const char *pointer)
{
	json_type wanted = type_json(field->type);
	const char *text = NULL, *wrong;

	if (json_typeof(value) != wanted &&
	    !(wanted == JSON_TRUE && json_is_false(value)))
		wrong = type_wanted(field->type);
	else
		wrong = type_check(check->arena, field, json_text(check->arena, value),
				   &text);
	if (wrong)
		fault(check, pointer, wrong);
	return wrong ? NULL : text;
}

/* The size of an array against the field's limits, before its items are looked at. */
static bool check_size(struct check *check, const struct field *field, json_t *value,
		       const char *pointer)
{
	size_t size = json_array_size(value);

	if (!json_is_array(value))
		fault(check, pointer, type_wanted(field->type));
	else if (size < (size_t)field->min)
		fault(check, pointer,
		      arena_printf(check->arena, "has at least %ld items", field->min));
	else if (size > (size_t)type_max(field))
		fault(check, pointer,
		      arena_printf(check->arena, "has at most %ld items",
				   type_max(field)));
	else
		return true;
	return false;
}

static const char *check_list(struct check *check, const struct field *field,
			      json_t *value, const char *pointer)
{
	const struct field item = { .type = field->of, .one_of = field->one_of };
	int before = check->count;
	const char **items;
	json_t *each;
	size_t index, count = 0;

	if (!check_size(check, field, value, pointer))
		return NULL;
	items = arena_alloc(check->arena, (json_array_size(value) + 1) * sizeof(*items));
	json_array_foreach(value, index, each)
	{
		char *place = arena_printf(check->arena, "%s/%zu", pointer, index);
		const char *text = check_scalar(check, &item, each, place);

		if (text && array_has(items, text))
			fault(check, place, "is in the list already");
		else if (text)
			items[count++] = text;
	}
	return check->count == before ? array_text(check->arena, items) : NULL;
}

/* One field of an object, written as a member of the normal form. */
static void check_member(struct check *check, const struct field *field, json_t *object,
			 const char *base, struct buffer *out)
{
	json_t *value = json_object_get(object, field->name);
	char *pointer = arena_printf(check->arena, "%s/%s", base, field->name);
	const char *text = NULL;

	if (value && !json_is_null(value))
		text = check_scalar(check, field, value, pointer);
	else if (field->required)
		fault(check, pointer, "is required");
	buffer_json(out, field->name);
	buffer_char(out, ':');
	if (text && (field->type == NUMBER || field->type == FLAG))
		buffer_text(out, text);
	else
		buffer_json(out, text);
}

static void check_object(struct check *check, const struct field *fields, json_t *object,
			 const char *base, struct buffer *out)
{
	if (!json_is_object(object)) {
		fault(check, base, "is an object");
		return;
	}
	buffer_char(out, '{');
	for (const struct field *field = fields; field->name; field++) {
		if (field != fields)
			buffer_char(out, ',');
		check_member(check, field, object, base, out);
	}
	buffer_char(out, '}');
	check_names(check, fields, FIELD_CREATE, object, base);
}

static const char *check_any(struct check *check, const struct field *field,
			     json_t *value, const char *pointer)
{
	autofree char *text = NULL;

	if (json_is_object(value) || json_is_real(value)) {
		fault(check, pointer, type_wanted(field->type));
		return NULL;
	}
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
	return arena_copy(check->arena, text);
}

static const char *check_objects(struct check *check, const struct field *field,
				 json_t *value, const char *pointer)
{
	autobuffer out = { 0 };
	json_t *each;
	size_t index;

	if (!check_size(check, field, value, pointer))
		return NULL;
	if (field->apart)
		return check_any(check, field, value, pointer);
	json_array_foreach(value, index, each)
	{
		buffer_char(&out, index ? ',' : '[');
		check_object(check, field->fields, each,
			     arena_printf(check->arena, "%s/%zu", pointer, index), &out);
	}
	buffer_text(&out, out.length ? "]" : "[]");
	return arena_copy_n(check->arena, out.data, out.length);
}

static const char *check_value(struct check *check, const struct field *field,
			       json_t *value, const char *pointer)
{
	if (field->type == LIST)
		return check_list(check, field, value, pointer);
	if (field->type == OBJECTS)
		return check_objects(check, field, value, pointer);
	if (field->type == ANY)
		return check_any(check, field, value, pointer);
	return check_scalar(check, field, value, pointer);
}

static void check_field(struct check *check, const struct field *field,
			enum field_mode mode, json_t *body, struct values *values)
{
	char *pointer = arena_printf(check->arena, "/%s", field->name);
	json_t *value = json_object_get(body, field->name);
	const char *text = NULL;

	if (value && !json_is_null(value))
		text = check_value(check, field, value, pointer);
	else if (mode == FIELD_PATCH && value && !field->clearable)
		fault(check, pointer, "cannot be cleared");
	else if (mode == FIELD_CREATE && field->required)
		fault(check, pointer, "is required");
	value_set(check->arena, values, field->name, text);
	if (mode == FIELD_PATCH)
		value_set(check->arena, values,
			  arena_printf(check->arena, "has_%s", field->name),
			  value ? "true" : "false");
}

const struct problem *fields_check(struct arena *arena, const struct field *fields,
				   enum field_mode mode, json_t *body,
				   struct values *values)
{
	struct check check = { .arena = arena };

	for (const struct field *field = fields; field && field->name; field++)
		if (field_applies(field, mode))
			check_field(&check, field, mode, body, values);
	check_names(&check, fields, mode, body, "");
	return problem_of_faults(arena, check.faults);
}
