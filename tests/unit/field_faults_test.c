/* Field tables: all faults of a body at once, and what a patch may leave out. */
#include "models/field.h"
#include <string.h>
#include "tests/unit/check.h"

static const struct field operators[] = { { "person_id", UUID, .required = true },
					  { "access", LINE, .required = true },
					  { 0 } };
static const struct field table[] = { { "name", LINE, .min = 2, .max = 5 },
				      { "day", DATE },
				      { "email", EMAIL },
				      { "operators", OBJECTS, .fields = operators,
					.max = 2 },
				      { 0 } };

static int faults(const struct problem *err)
{
	int count = 0;

	for (const struct fault *fault = err ? err->errors : NULL; fault;
	     fault = fault->next)
		count++;
	return count;
}

static const struct problem *checked(struct arena *arena, const struct field *fields,
				     enum field_mode mode, const char *text,
				     struct values *values)
{
	json_t *body = json_loads(text, 0, NULL);
	const struct problem *err = fields_check(arena, fields, mode, body, values);

	json_decref(body);
	return err;
}

static void all_at_once(struct arena *arena)
{
	struct values values = { 0 };
	const struct problem *err = checked(
		arena, table, FIELD_CREATE,
		"{\"name\":1,\"day\":\"x\",\"email\":\"y\",\"nmae\":2,\"operators\":[{},3]}",
		&values);

	CHECK(err && err->kind == PROBLEM_INVALID && faults(err) == 7);
}

static void nearest_name(struct arena *arena)
{
	struct values values = { 0 };
	const struct problem *err = checked(arena, table, FIELD_CREATE,
					    "{\"emial\":\"a@b.example\"}", &values);

	CHECK(err && strstr(err->errors->detail, "did you mean email?"));
	err = checked(arena, table, FIELD_CREATE, "{\"wholly_other\":1}", &values);
	CHECK(err && !strstr(err->errors->detail, "did you mean"));
}

static void patches(struct arena *arena)
{
	static const struct field fields[] = { { "name", LINE, .required = true },
					       { "email", EMAIL, .clearable = true },
					       { 0 } };
	struct values values = { 0 };

	CHECK(!checked(arena, fields, FIELD_PATCH, "{\"email\":null}", &values));
	CHECK(!strcmp(value_find(&values, "has_email")->text, "true"));
	CHECK(!value_find(&values, "email")->text);
	CHECK(!strcmp(value_find(&values, "has_name")->text, "false"));
	CHECK(checked(arena, fields, FIELD_PATCH, "{\"name\":null}", &values));
	CHECK(checked(arena, fields, FIELD_CREATE, "{}", &values));
	CHECK(checked(arena, fields, FIELD_CREATE, "{\"name\":null}", &values));
	CHECK(checked(arena, NULL, FIELD_CREATE, "{\"name\":1}", &values));
	CHECK(!checked(arena, NULL, FIELD_CREATE, "{}", &values));
}

/* A body of nothing but faults costs little and is told some of them. */
static void flood(struct arena *arena)
{
	struct values values = { 0 };
	json_t *body = json_object();
	const struct problem *err;

	for (int i = 0; i < 50000; i++)
		json_object_set_new(body, arena_printf(arena, "unknown_%d", i),
				    json_null());
	err = fields_check(arena, table, FIELD_CREATE, body, &values);
	CHECK(faults(err) == 50);
	json_decref(body);
}

int main(void)
{
	struct arena *arena = arena_new();

	all_at_once(arena);
	nearest_name(arena);
	patches(arena);
	flood(arena);
	arena_free(arena);
	return check_done();
}
