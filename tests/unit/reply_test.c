/* Rows to JSON and CSV, problems, ETags: what PostgreSQL says against what we write. */
#include "api/reply.h"
#include <stdlib.h>
#include <string.h>
#include "base/config.h"
#include "tests/unit/check.h"

enum { BOOL = 16, INT8 = 20, INT4 = 23, WORDS = 25, JSON = 114, FLOAT8 = 701 };
enum { INT4S = 1007, TEXTS = 1009, DAY = 1082, DAYS = 1182, INSTANT = 1184 };
enum { NUMERIC = 1700, UUID_ONE = 2950, UUIDS = 2951, JSONB = 3802 };

/* One value, and how JSON and CSV show it. */
static const struct cell_case {
	unsigned oid;
	const char *value, *json, *csv;
} cells[] = {
	{ BOOL, "t", "true", "true" },
	{ BOOL, "f", "false", "false" },
	{ INT4, "-7", "-7", "-7" },
	{ INT8, "9007199254740993", "9007199254740993", "9007199254740993" },
	{ FLOAT8, "1e-05", "1e-05", "1e-05" },
	{ FLOAT8, "NaN", "null", "NaN" },
	{ FLOAT8, "-Infinity", "null", "-Infinity" },
	{ NUMERIC, "12.50", "12.50", "12.50" },
	{ NUMERIC, "NaN", "null", "NaN" },
	{ WORDS, "", "\"\"", "" },
	{ WORDS, "plain", "\"plain\"", "plain" },
	{ WORDS, "longer, and nothing to escape", "\"longer, and nothing to escape\"",
	  "\"longer, and nothing to escape\"" },
	{ WORDS, "eight by\"es", "\"eight by\\\"es\"", "\"eight by\"\"es\"" },
	{ WORDS, "back\\slash", "\"back\\\\slash\"", "back\\slash" },
	{ WORDS, "two\nlines", "\"two\\nlines\"", "\"two\nlines\"" },
	{ WORDS, "bell\x07 and delete\x7f", "\"bell\\u0007 and delete\\u007f\"",
	  "bell\x07 and delete\x7f" },
	{ WORDS, "caf\xc3\xa9 \xf0\x9f\x98\x80", "\"caf\xc3\xa9 \xf0\x9f\x98\x80\"",
	  "caf\xc3\xa9 \xf0\x9f\x98\x80" },
	{ WORDS, "a,b", "\"a,b\"", "\"a,b\"" },
	{ WORDS, "=1+1", "\"=1+1\"", "\"'=1+1\"" },
	{ WORDS, "+44 20 7946 0000", "\"+44 20 7946 0000\"", "\"'+44 20 7946 0000\"" },
	{ WORDS, "-cmd", "\"-cmd\"", "\"'-cmd\"" },
	{ WORDS, "@handle", "\"@handle\"", "\"'@handle\"" },
	{ WORDS, "\tx", "\"\\tx\"", "\"'\tx\"" },
	{ WORDS, "\rx", "\"\\rx\"", "\"'\rx\"" },
	{ JSON, "{\"a\": [1]}", "{\"a\": [1]}", "\"{\"\"a\"\": [1]}\"" },
	{ JSONB, "null", "null", "null" },
	{ DAY, "2026-11-21", "\"2026-11-21\"", "2026-11-21" },
	{ UUID_ONE, "01900000-0000-7000-8000-00000000abcd",
	  "\"01900000-0000-7000-8000-00000000abcd\"",
	  "01900000-0000-7000-8000-00000000abcd" },
	{ INSTANT, "2026-11-21 07:49:50.12+00", "\"2026-11-21T07:49:50.12Z\"",
	  "2026-11-21T07:49:50.12Z" },
	{ INSTANT, "2026-11-21 07:49:50+00", "\"2026-11-21T07:49:50Z\"",
	  "2026-11-21T07:49:50Z" },
	{ INSTANT, "2026-07-21 07:49:50+01", "\"2026-07-21T07:49:50+01:00\"",
	  "2026-07-21T07:49:50+01:00" },
	{ INSTANT, "2026-07-21 07:49:50.5-03:30", "\"2026-07-21T07:49:50.5-03:30\"",
	  "2026-07-21T07:49:50.5-03:30" },
	{ INSTANT, "infinity", "\"infinity\"", "infinity" },
	{ TEXTS, "{}", "[]", "" },
	{ TEXTS, "{slt}", "[\"slt\"]", "slt" },
	{ TEXTS, "{a,\"b c\",\"d\\\"e\",NULL,\"NULL\",\"\"}",
	  "[\"a\",\"b c\",\"d\\\"e\",null,\"NULL\",\"\"]",
	  "\"a; b c; d\"\"e; ; NULL; \"" },
	{ TEXTS, "{\"[\",x}", "[\"[\",\"x\"]", "[; x" },
	{ TEXTS, "{\"=1\"}", "[\"=1\"]", "\"'=1\"" },
	{ UUIDS, "{01900000-0000-7000-8000-00000000abcd}",
	  "[\"01900000-0000-7000-8000-00000000abcd\"]",
	  "01900000-0000-7000-8000-00000000abcd" },
	{ DAYS, "{2026-01-01,2026-01-02}", "[\"2026-01-01\",\"2026-01-02\"]",
	  "2026-01-01; 2026-01-02" },
	{ INT4S, "{1,-2,NULL}", "[1,-2,null]", "1; -2; " },
	{ WORDS, NULL, "null", "" },
	{ TEXTS, NULL, "null", "" },
};

static struct arena *arena;
static struct request request;

static PGresult *result_make(int columns, const char *const *names, const unsigned *oids)
{
	PGresult *made = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
	PGresAttDesc described[8];

	for (int i = 0; i < columns; i++)
		described[i] =
			(PGresAttDesc){ .name = (char *)names[i], .typid = oids[i] };
	PQsetResultAttrs(made, columns, described);
	return made;
}

static void value_put(PGresult *rows, int row, int column, const char *value)
{
	PQsetvalue(rows, row, column, (char *)value, value ? (int)strlen(value) : -1);
}

static bool same(const char *got, const char *want)
{
	if (got && strcmp(got, want) == 0)
		return true;
	fprintf(stderr, "got  %s\nwant %s\n", got ? got : "(nothing)", want);
	return false;
}

static void cell_test(const struct cell_case *each)
{
	PGresult *rows = result_make(1, (const char *const[]){ "c" }, &each->oid);
	struct answer answer = { 0 };
	autobuffer json = { 0 };

	value_put(rows, 0, 0, each->value);
	reply_row(&json, rows, 0, NULL, NULL);
	CHECK(same(json.data, arena_printf(arena, "{\"c\":%s}", each->json)));
	reply_csv(&answer, rows, 50, NULL);
	CHECK(same(answer.body.data, arena_printf(arena, "c\r\n%s\r\n", each->csv)));
	buffer_free(&answer.body);
	PQclear(rows);
}

/* Four rows of id, name and the engine's own columns. */
static PGresult *people(void)
{
	static const unsigned oids[] = { UUID_ONE, WORDS, INT4, WORDS, UUID_ONE };
	static const char *const names[] = { "id", "name", "age", "_sort", "_id" };
	static const char *const who[] = { "Ada", "Ben", "Cy", "Di" };
	PGresult *rows = result_make(5, names, oids);

	for (int row = 0; row < 4; row++) {
		value_put(rows, row, 0, "01900000-0000-7000-8000-000000000001");
		value_put(rows, row, 1, who[row]);
		value_put(rows, row, 2, row ? "40" : NULL);
		value_put(rows, row, 3, who[row]);
		value_put(rows, row, 4, "01900000-0000-7000-8000-000000000001");
	}
	return rows;
}

static void row_test(void)
{
	const char *const one[] = { "name", NULL }, *const none[] = { "actions", NULL };
	PGresult *rows = people();
	autobuffer all = { 0 }, some = { 0 }, more = { 0 };

	reply_row(&all, rows, 0, NULL, ",\"actions\":[]");
	CHECK(same(all.data,
		   "{\"id\":\"01900000-0000-7000-8000-000000000001\",\"name\":\"Ada\","
		   "\"age\":null,\"actions\":[]}"));
	reply_row(&some, rows, 1, one, NULL);
	CHECK(same(some.data, "{\"name\":\"Ben\"}"));
	reply_row(&more, rows, 1, none, ",\"actions\":[]");
	CHECK(same(more.data, "{\"actions\":[]}"));
	PQclear(rows);
}

static void list_test(void)
{
	static const struct sort sort = { "name", "p.name", LINE };
	const char *const one[] = { "name", NULL };
	struct page page = { .sort = &sort, .limit = 2, .only = one, .query = "limit=2" };
	struct answer first = { 0 }, last = { 0 };
	PGresult *rows = people();
	const char *cursor;

	reply_list(arena, &first, &page, rows, "/v1/people");
	cursor = page_cursor(arena, &page, "Ben", "01900000-0000-7000-8000-000000000001");
	CHECK(first.status == 200 && same(first.content_type, "application/json"));
	CHECK(same(first.body.data,
		   arena_printf(arena,
				"{\"data\":[{\"name\":\"Ada\"},{\"name\":\"Ben\"}],"
				"\"next_cursor\":\"%s\"}",
				cursor)));
	CHECK(first.header_count == 1 && same(first.headers[0].name, "Link"));
	CHECK(same(first.headers[0].value,
		   arena_printf(arena, "</v1/people?limit=2&cursor=%s>; rel=\"next\"",
				cursor)));
	page.limit = 4;
	reply_list(arena, &last, &page, rows, "/v1/people");
	CHECK(last.header_count == 0 && strstr(last.body.data, "\"next_cursor\":null}"));
	buffer_free(&first.body);
	buffer_free(&last.body);
	PQclear(rows);
}

static void csv_test(void)
{
	struct answer answer = { 0 };
	PGresult *rows = people();

	reply_csv(&answer, rows, 2, (const char *const[]){ "age", "name", NULL });
	CHECK(same(answer.body.data, "name,age\r\nAda,\r\nBen,40\r\n"));
	CHECK(strncmp(answer.content_type, "text/csv", 8) == 0);
	buffer_free(&answer.body);
	PQclear(rows);
}

static bool header_is(const struct answer *answer, const char *name, const char *value)
{
	for (int i = 0; i < answer->header_count; i++)
		if (strcmp(answer->headers[i].name, name) == 0)
			return same(answer->headers[i].value, value);
	return !value;
}

static void problem_test(void)
{
	struct answer answer = { .status = 200 };
	const struct fault *faults = NULL;
	struct problem *wrong;

	answer_header(&answer, "ETag", "\"1.a\"");
	buffer_text(&answer.body, "half an answer");
	fault_add(arena, &faults, "/name", "is \"required\"");
	fault_add(arena, &faults, "/email", "is no address");
	reply_problem(&answer, problem_of_faults(arena, faults), &request);
	CHECK(answer.status == 422 &&
	      same(answer.content_type, "application/problem+json"));
	CHECK(same(
		answer.body.data,
		"{\"type\":\"https://api.example/problems/invalid\",\"title\":\"Some fields are "
		"not acceptable\",\"status\":422,\"detail\":\"Several fields are not "
		"acceptable; see errors.\",\"errors\":[{\"pointer\":\"/name\",\"detail\":\"is "
		"\\\"required\\\"\"},{\"pointer\":\"/email\",\"detail\":\"is no address\"}],"
		"\"request_id\":\"request-1\"}"));
	CHECK(header_is(&answer, "ETag", NULL));
	reply_problem(&answer, problem(arena, PROBLEM_UNAUTHENTICATED, "Sign in."),
		      &request);
	CHECK(header_is(&answer, "WWW-Authenticate", "Bearer realm=\"chaperone\""));
	wrong = problem(arena, PROBLEM_TOO_MANY, "Wait.");
	wrong->retry_after = 7;
	wrong->close = true;
	reply_problem(&answer, wrong, &request);
	CHECK(header_is(&answer, "Retry-After", "7") && answer.close);
	wrong = problem(arena, PROBLEM_METHOD_NOT_ALLOWED, "No.");
	wrong->allow = "GET, HEAD";
	wrong->blockers = "[{\"code\":\"x\"}]";
	reply_problem(&answer, wrong, &request);
	CHECK(header_is(&answer, "Allow", "GET, HEAD"));
	CHECK(strstr(answer.body.data, "\"blockers\":[{\"code\":\"x\"}],"));
	reply_problem(&answer, problem(arena, PROBLEM_UNAVAILABLE, "Later."), &request);
	CHECK(header_is(&answer, "Retry-After", "1"));
	buffer_free(&answer.body);
}

static void etag_test(void)
{
	struct buffer one = { .data = (char *)"{}", .length = 2 }, none = { 0 };
	const char *etag = reply_etag(arena, "3", &one);

	CHECK(strncmp(etag, "\"3.", 3) == 0 &&
	      strcspn(etag + 3, "\"") == strlen(etag) - 4);
	CHECK(strcmp(etag, reply_etag(arena, "3", &one)) == 0);
	CHECK(strcmp(etag, reply_etag(arena, "3", &none)) != 0);
}

static void fields_test(void)
{
	static const char *const bad[] = { "agee", "_sort", "NAME", "a\"b" };
	PGresult *rows = people();

	CHECK(!reply_fields_known(arena, rows, NULL));
	CHECK(!reply_fields_known(arena, rows,
				  (const char *const[]){ "id", "age", NULL }));
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		const struct problem *err = reply_fields_known(
			arena, rows, (const char *const[]){ "id", bad[i], NULL });

		CHECK(err && err->kind == PROBLEM_BAD_QUERY &&
		      strstr(err->detail, bad[i]));
	}
	PQclear(rows);
}

int main(void)
{
	setenv("CHAPERONE_ISSUER", "https://api.example/", 1);
	if (!config_load(NULL))
		return 1;
	arena = arena_new();
	request = (struct request){ .arena = arena, .id = "request-1" };
	for (size_t i = 0; i < COUNT_OF(cells); i++)
		cell_test(&cells[i]);
	row_test();
	list_test();
	csv_test();
	problem_test();
	etag_test();
	fields_test();
	arena_free(arena);
	return check_done();
}
