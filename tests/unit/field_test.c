/* Field tables: what each type accepts and refuses, and the pointer of a fault. */
#include "models/field.h"
#include <string.h>
#include "tests/unit/check.h"

static const char *const words[] = { "open", "closed_group", NULL };
static const struct field operators[] = { { "person_id", UUID, .required = true },
					  { "access", ONE_OF, .required = true,
					    .one_of = words },
					  { "until", DATE },
					  { "weight", NUMBER, .min = 1, .max = 9 },
					  { "active", FLAG },
					  { 0 } };
static const struct field table[] = { { "id_of", UUID },
				      { "name", LINE, .min = 2, .max = 5 },
				      { "notes", TEXT },
				      { "count", NUMBER, .min = -2, .max = 10 },
				      { "any", NUMBER },
				      { "flag", FLAG },
				      { "day", DATE },
				      { "done_on", DATE, .past = true },
				      { "due_on", DATE, .coming = true },
				      { "at", TIME },
				      { "word", ONE_OF, .one_of = words },
				      { "email", EMAIL },
				      { "url", URL },
				      { "secret", SECRET },
				      { "ids", LIST, .of = UUID, .max = 3 },
				      { "names", LIST, .of = LINE, .min = 1 },
				      { "numbers", LIST, .of = NUMBER },
				      { "words", LIST, .of = ONE_OF, .one_of = words },
				      { "operators", OBJECTS, .fields = operators,
					.max = 2 },
				      { "value", ANY },
				      { 0 } };

#define ID "0190a5e2-7c00-7000-8000-0123456789ab"
#define ID_UPPER "0190A5E2-7C00-7000-8000-0123456789AB"

/* One member, and the value it becomes; NULL: refused, at the pointer in `at`. */
static const struct {
	const char *body, *name, *value, *at;
} cases[] = {
	{ "{\"id_of\":\"" ID_UPPER "\"}", "id_of", ID, NULL },
	{ "{\"id_of\":\"" ID "0\"}", "id_of", NULL, "/id_of" },
	{ "{\"id_of\":\"0190a5e27c0070008000-0123456789ab\"}", "id_of", NULL, "/id_of" },
	{ "{\"id_of\":7}", "id_of", NULL, "/id_of" },
	{ "{\"id_of\":\"\"}", "id_of", NULL, "/id_of" },
	{ "{\"name\":\"  Ada \\t\"}", "name", "Ada", NULL },
	{ "{\"name\":\"\u00c5\u00e9\u00ef\u00f5\u00fc\"}", "name",
	  "\u00c5\u00e9\u00ef\u00f5\u00fc", NULL },
	{ "{\"name\":\"\u00c5\u00e9\u00ef\u00f5\u00fcx\"}", "name", NULL, "/name" },
	{ "{\"name\":\" A \"}", "name", NULL, "/name" },
	{ "{\"name\":\"   \"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\nb\"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\u0007b\"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\u0085b\"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\u202eb\"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\u2066b\"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\u007fb\"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\u202ab\"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\u2069b\"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\u200bb\"}", "name", NULL, "/name" },
	{ "{\"name\":\"\\ufeffab\"}", "name", NULL, "/name" },
	{ "{\"name\":\"\\u200d\\u200d\"}", "name", NULL, "/name" },
	{ "{\"name\":\"\\u00a0\\u00ad\"}", "name", NULL, "/name" },
	{ "{\"name\":\"\\u200e\\u061c\"}", "name", NULL, "/name" },
	{ "{\"name\":\"\\u3164\\u2800\"}", "name", NULL, "/name" },
	{ "{\"name\":\"\\u115f\\u1160\\uffa0\"}", "name", NULL, "/name" },
	{ "{\"name\":\"\\udb40\\udc41\\ufe0f\"}", "name", NULL, "/name" },
	{ "{\"name\":\"a\\u200cb\"}", "name", "a\u200cb", NULL },
	{ "{\"name\":\"a\\u200db\"}", "name", "a\u200db", NULL },
	{ "{\"name\":\"\\ud83d\\udc69\\u200d\\ud83c\\udfeb\"}", "name",
	  "\U0001f469\u200d\U0001f3eb", NULL },
	{ "{\"name\":\"\u05d0\u05d1\"}", "name", "\u05d0\u05d1", NULL },
	{ "{\"notes\":\"a\\u200b\\ufeffb\"}", "notes", "a\u200b\ufeffb", NULL },
	{ "{\"notes\":\"a\\u202eb\"}", "notes", NULL, "/notes" },
	{ "{\"notes\":\"\\u200b\\n\\u200b\"}", "notes", NULL, "/notes" },
	{ "{\"names\":[\"Ada\",\"\\u2060\"]}", "names", NULL, "/names/1" },
	{ "{\"name\":\"a'\\\"--\"}", "name", "a'\"--", NULL },
	{ "{\"name\":true}", "name", NULL, "/name" },
	{ "{\"name\":[\"Ada\"]}", "name", NULL, "/name" },
	{ "{\"name\":null}", "name", NULL, NULL },
	{ "{\"notes\":\"a\\n\\tb\"}", "notes", "a\n\tb", NULL },
	{ "{\"notes\":\"a\\u001bb\"}", "notes", NULL, "/notes" },
	{ "{\"count\":-2}", "count", "-2", NULL },
	{ "{\"count\":10}", "count", "10", NULL },
	{ "{\"count\":11}", "count", NULL, "/count" },
	{ "{\"count\":1.0}", "count", NULL, "/count" },
	{ "{\"count\":\"1\"}", "count", NULL, "/count" },
	{ "{\"count\":true}", "count", NULL, "/count" },
	{ "{\"any\":2147483647}", "any", "2147483647", NULL },
	{ "{\"any\":2147483648}", "any", NULL, "/any" },
	{ "{\"any\":9223372036854775807}", "any", NULL, "/any" },
	{ "{\"flag\":true}", "flag", "true", NULL },
	{ "{\"flag\":false}", "flag", "false", NULL },
	{ "{\"flag\":0}", "flag", NULL, "/flag" },
	{ "{\"flag\":\"true\"}", "flag", NULL, "/flag" },
	{ "{\"value\":true}", "value", "true", NULL },
	{ "{\"value\":-7}", "value", "-7", NULL },
	{ "{\"value\":\"a\\\"b\"}", "value", "\"a\\\"b\"", NULL },
	{ "{\"value\":[{\"a\": [1]}]}", "value", "[{\"a\":[1]}]", NULL },
	{ "{\"value\":{}}", "value", NULL, "/value" },
	{ "{\"value\":1.5}", "value", NULL, "/value" },
	{ "{\"value\":null}", "value", NULL, NULL },
	{ "{\"day\":\"2028-02-29\"}", "day", "2028-02-29", NULL },
	{ "{\"day\":\"2000-02-29\"}", "day", "2000-02-29", NULL },
	{ "{\"day\":\"2100-02-29\"}", "day", NULL, "/day" },
	{ "{\"day\":\"2027-02-29\"}", "day", NULL, "/day" },
	{ "{\"day\":\"2026-04-31\"}", "day", NULL, "/day" },
	{ "{\"day\":\"2026-13-01\"}", "day", NULL, "/day" },
	{ "{\"day\":\"2026-1-1\"}", "day", NULL, "/day" },
	{ "{\"day\":\"1899-12-31\"}", "day", NULL, "/day" },
	{ "{\"day\":\"2201-01-01\"}", "day", NULL, "/day" },
	{ "{\"day\":\"2026-01-01 \"}", "day", NULL, "/day" },
	{ "{\"day\":\"infinity\"}", "day", NULL, "/day" },
	{ "{\"day\":\"today\"}", "day", NULL, "/day" },
	{ "{\"done_on\":\"2020-01-01\"}", "done_on", "2020-01-01", NULL },
	{ "{\"done_on\":\"2199-01-01\"}", "done_on", NULL, "/done_on" },
	{ "{\"due_on\":\"2020-01-01\"}", "due_on", NULL, "/due_on" },
	{ "{\"due_on\":\"2199-01-01\"}", "due_on", "2199-01-01", NULL },
	{ "{\"at\":\"2026-09-01T09:30:00Z\"}", "at", "2026-09-01T09:30:00Z", NULL },
	{ "{\"at\":\"2026-09-01t09:30:00.123456789+01:00\"}", "at",
	  "2026-09-01t09:30:00.123456789+01:00", NULL },
	{ "{\"at\":\"2026-09-01T09:30:00\"}", "at", NULL, "/at" },
	{ "{\"at\":\"2026-09-01 09:30:00Z\"}", "at", NULL, "/at" },
	{ "{\"at\":\"2026-09-01T24:00:00Z\"}", "at", NULL, "/at" },
	{ "{\"at\":\"2026-09-01T09:60:00Z\"}", "at", NULL, "/at" },
	{ "{\"at\":\"2026-09-01T09:30Z\"}", "at", NULL, "/at" },
	{ "{\"at\":\"2026-02-30T09:30:00Z\"}", "at", NULL, "/at" },
	{ "{\"at\":\"2026-09-01T09:30:00.Z\"}", "at", NULL, "/at" },
	{ "{\"at\":\"2026-09-01T09:30:00+0100\"}", "at", NULL, "/at" },
	{ "{\"at\":\"2026-09-01T09:30:00Zulu\"}", "at", NULL, "/at" },
	{ "{\"word\":\"closed_group\"}", "word", "closed_group", NULL },
	{ "{\"word\":\"Open\"}", "word", NULL, "/word" },
	{ "{\"word\":\"open \"}", "word", NULL, "/word" },
	{ "{\"email\":\" A.Head@School.Example \"}", "email", "a.head@school.example",
	  NULL },
	{ "{\"email\":\"a+tag@x-y.example\"}", "email", "a+tag@x-y.example", NULL },
	{ "{\"email\":\"a@b@c.example\"}", "email", NULL, "/email" },
	{ "{\"email\":\"a@localhost\"}", "email", NULL, "/email" },
	{ "{\"email\":\"a..b@c.example\"}", "email", NULL, "/email" },
	{ "{\"email\":\".a@c.example\"}", "email", NULL, "/email" },
	{ "{\"email\":\"a@-c.example\"}", "email", NULL, "/email" },
	{ "{\"email\":\"a@c..example\"}", "email", NULL, "/email" },
	{ "{\"email\":\"a\\r\\nBcc: x@c.example\"}", "email", NULL, "/email" },
	{ "{\"email\":\"<a@c.example>\"}", "email", NULL, "/email" },
	{ "{\"url\":\"https://x.example/a?b=c#d\"}", "url", "https://x.example/a?b=c#d",
	  NULL },
	{ "{\"url\":\"HTTP://x.example:8080\"}", "url", "HTTP://x.example:8080", NULL },
	{ "{\"url\":\"https://[2001:db8::1]:443/\"}", "url", "https://[2001:db8::1]:443/",
	  NULL },
	{ "{\"url\":\"https://x.example/@handle\"}", "url", "https://x.example/@handle",
	  NULL },
	{ "{\"url\":\"https://user:pw@x.example/\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://x.example@evil.example\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://x.example\\\\@evil.example\"}", "url", NULL, "/url" },
	{ "{\"url\":\"javascript:alert(1)\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https:///path\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://x.example:0/\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://x.example:99999/\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://x.example:/\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://x.example/a b\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://x.example/%zz\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://[::1\"}", "url", NULL, "/url" },
	{ "{\"url\":\"https://[::1]x/\"}", "url", NULL, "/url" },
	{ "{\"url\":\"ftp://x.example/\"}", "url", NULL, "/url" },
	{ "{\"secret\":\" as it is \\n\"}", "secret", " as it is \n", NULL },
	{ "{\"secret\":\"\"}", "secret", NULL, "/secret" },
	{ "{\"ids\":[]}", "ids", "{}", NULL },
	{ "{\"ids\":[\"" ID_UPPER "\"]}", "ids", "{\"" ID "\"}", NULL },
	{ "{\"ids\":[\"" ID_UPPER "\",\"" ID "\"]}", "ids", NULL, "/ids/1" },
	{ "{\"ids\":[\"" ID "\",\"x\"]}", "ids", NULL, "/ids/1" },
	{ "{\"ids\":[null]}", "ids", NULL, "/ids/0" },
	{ "{\"ids\":[[\"" ID "\"]]}", "ids", NULL, "/ids/0" },
	{ "{\"ids\":\"" ID "\"}", "ids", NULL, "/ids" },
	{ "{\"ids\":[1,2,3,4]}", "ids", NULL, "/ids" },
	{ "{\"names\":[]}", "names", NULL, "/names" },
	{ "{\"names\":[\"a,b\",\"{c}\",\"d\\\"e\\\\f\",\"NULL\"]}", "names",
	  "{\"a,b\",\"{c}\",\"d\\\"e\\\\f\",\"NULL\"}", NULL },
	{ "{\"words\":[\"open\",\"closed_group\"]}", "words",
	  "{\"open\",\"closed_group\"}", NULL },
	{ "{\"words\":[\"open\",\"open\"]}", "words", NULL, "/words/1" },
	{ "{\"words\":[\"open\",\"closed_group\",\"open\"]}", "words", NULL, "/words" },
	{ "{\"numbers\":[3,1]}", "numbers", "{\"3\",\"1\"}", NULL },
	{ "{\"operators\":[]}", "operators", "[]", NULL },
	{ "{\"operators\":[{\"person_id\":\"" ID_UPPER
	  "\",\"access\":\"open\",\"weight\":3,"
	  "\"active\":false}]}",
	  "operators",
	  "[{\"person_id\":\"" ID "\",\"access\":\"open\",\"until\":null,\"weight\":3,"
	  "\"active\":false}]",
	  NULL },
	{ "{\"operators\":[{\"access\":\"open\"}]}", "operators", NULL,
	  "/operators/0/person_id" },
	{ "{\"operators\":[{\"person_id\":null,\"access\":\"open\"}]}", "operators", NULL,
	  "/operators/0/person_id" },
	{ "{\"operators\":[{\"person_id\":\"" ID "\",\"access\":\"open\",\"id\":1}]}",
	  "operators", NULL, "/operators/0/id" },
	{ "{\"operators\":[7]}", "operators", NULL, "/operators/0" },
	{ "{\"operators\":{}}", "operators", NULL, "/operators" },
	{ "{\"operators\":[{},{},{}]}", "operators", NULL, "/operators" },
	{ "{\"nam\":\"Ada\"}", "name", NULL, "/nam" },
	{ "{\"a/b~c\":1}", "name", NULL, "/a~1b~0c" },
	{ "{\"\":1}", "name", NULL, "/" },
};

static void case_run(struct arena *arena, int at)
{
	json_t *body = json_loads(cases[at].body, JSON_REJECT_DUPLICATES, NULL);
	struct values values = { 0 };
	const struct problem *err;
	const struct value *value;
	bool good;

	err = fields_check(arena, table, FIELD_CREATE, body, &values);
	json_decref(body);
	value = value_find(&values, cases[at].name);
	if (cases[at].at)
		good = err && strcmp(err->errors->pointer, cases[at].at) == 0;
	else if (cases[at].value)
		good = !err && value && value->text &&
		       !strcmp(value->text, cases[at].value);
	else
		good = !err && value && !value->text;
	if (!good)
		fprintf(stderr, "%s gave %s %s\n", cases[at].body,
			value && value->text ? value->text : "NULL",
			err ? err->errors->detail : "");
	CHECK(good);
}

int main(void)
{
	struct arena *arena = arena_new();

	for (int i = 0; i < (int)COUNT_OF(cases); i++)
		case_run(arena, i);
	arena_free(arena);
	return check_done();
}
