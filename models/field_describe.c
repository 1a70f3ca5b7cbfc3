/* Field tables as JSON: for `chaperone describe`, and for the fields an action needs. */
#include "sql/array.h"
#include "models/field_type.h"

static json_t *words_json(const char *const *words)
{
	return words ? array_json(words) : NULL;
}

static json_t *field_describe(const struct field *field, enum field_mode mode)
{
	bool list = field->type == LIST || field->type == OBJECTS;

	json_t *shown = json_pack(
		"{s:s, s:s, s:b, s:b, s:o*, s:s*, s:o*}", "name", field->name, "type",
		field_type_name(field->type), "required",
		field->required && mode == FIELD_CREATE, "clearable",
		field->clearable && mode == FIELD_PATCH, "one_of",
		words_json(field->one_of), "of",
		field->type == LIST ? field_type_name(field->of) : NULL, "fields",
		field->fields ? fields_describe(field->fields, FIELD_CREATE) : NULL);

	if (field->past)
		json_object_set_new(shown, "past", json_true());
	if (field->coming)
		json_object_set_new(shown, "coming", json_true());
	if (field->min)
		json_object_set_new(shown, "min", json_integer(field->min));
	if (field->max || list)
		json_object_set_new(shown, "max", json_integer(type_max(field)));
	return shown;
}

json_t *fields_describe(const struct field *fields, enum field_mode mode)
{
	json_t *all = json_array();

	for (; fields && fields->name; fields++)
		if (field_applies(fields, mode))
			json_array_append_new(all, field_describe(fields, mode));
	return all;
}
