/* What is judged before a body is parsed, and which media type an Accept header wants. */
#include "api/body.h"
#include <string.h>
#include "api/accept.h"
#include "tests/unit/check.h"

static int status_of(struct arena *arena, const char *method, const char *type,
		     const char *body, size_t length)
{
	struct request request = {
		.arena = arena, .method = method, .content_type = type, .body = body
	};
	const struct problem *err;
	json_t *parsed;

	request.body_length = length;
	err = body_read(&request, &parsed);
	json_decref(parsed);
	return err ? problem_texts[err->kind].status : 200;
}

static void bodies(struct arena *arena)
{
	static const struct {
		const char *method, *type, *body;
		int status;
	} cases[] = {
		{ "POST", NULL, "", 200 },
		{ "POST", "application/json", "{}", 200 },
		{ "POST", "Application/JSON; charset=utf-8", "{\"a\":[{\"b\":null}]}",
		  200 },
		{ "POST", "application/jsonp", "{}", 415 },
		{ "POST", "text/plain", "{}", 415 },
		{ "POST", NULL, "{}", 415 },
		{ "POST", "application/merge-patch+json", "{}", 415 },
		{ "PATCH", "application/merge-patch+json", "{}", 200 },
		{ "POST", "application/json", "[]", 400 },
		{ "POST", "application/json", "null", 400 },
		{ "POST", "application/json", " ", 400 },
		{ "POST", "application/json", "{} {}", 400 },
		{ "POST", "application/json", "{\"a\":1,\"a\":1}", 400 },
		{ "POST", "application/json", "{\"b\":{\"a\":1,\"\\u0061\":1}}", 400 },
		{ "POST", "application/json", "{'a':1}", 400 },
		{ "POST", "application/json", "{\"a\":NaN}", 400 },
		{ "POST", "application/json", "{\"a\":1e999}", 400 },
		{ "POST", "application/json", "{\"a\":92233720368547758080}", 400 },
		{ "POST", "application/json", "{\"a\":\"\\u0000\"}", 400 },
		{ "POST", "application/json", "{\"a\":\"\\ud800\"}", 400 },
		{ "POST", "application/json", "{\"a\":\"\xff\"}", 400 },
		{ "POST", "application/json", "\xef\xbb\xbf{}", 400 },
		{ "POST", "application/json",
		  "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}", 200 },
		{ "POST", "application/json",
		  "{\"a\":\"\\\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[\"}", 200 },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		int status = status_of(arena, cases[i].method, cases[i].type,
				       cases[i].body, strlen(cases[i].body));

		if (status != cases[i].status)
			fprintf(stderr, "%s: %d\n", cases[i].body, status);
		CHECK(status == cases[i].status);
	}
}

/* The parser would recurse once a level: a megabyte of brackets never reaches it. */
static void depths(struct arena *arena)
{
	static char text[1 << 20];
	size_t deep = sizeof(text);

	memset(text, '[', deep);
	CHECK(status_of(arena, "POST", "application/json", text, deep) == 400);
	for (int depth = DEPTH_MAX - 1; depth <= DEPTH_MAX; depth++) {
		deep = (size_t)snprintf(text, sizeof(text), "{\"a\":");
		memset(text + deep, '[', (size_t)depth);
		memset(text + deep + depth, ']', (size_t)depth);
		deep += 2 * (size_t)depth;
		text[deep++] = '}';
		CHECK(status_of(arena, "POST", "application/json", text, deep) ==
		      (depth < DEPTH_MAX ? 200 : 400));
	}
}

static void accepts(void)
{
	static const char *const offers[] = { "application/json", "text/csv", NULL };
	static const struct {
		const char *accept;
		const char *chosen; /* NULL: 406 */
	} cases[] = {
		{ NULL, "application/json" },
		{ "*/*", "application/json" },
		{ "text/csv", "text/csv" },
		{ "TEXT/CSV", "text/csv" },
		{ "text/*", "text/csv" },
		{ "text/csv, application/json", "application/json" },
		{ "text/csv;q=0.9, application/json;q=0.8", "text/csv" },
		{ "text/csv;charset=utf-8;q=0.9,*/*;q=0.1", "text/csv" },
		{ "text/html, */*;q=0.1", "application/json" },
		{ "application/json;q=0, */*", "text/csv" },
		{ "text/html", NULL },
		{ "application/jsonp", NULL },
		{ "application", NULL },
		{ "application/json;q=0", NULL },
		{ "*/*;q=0", NULL },
		{ ",,;;", NULL },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *chosen = accept_choose(cases[i].accept, offers),
			   *wanted = cases[i].chosen;
		bool good = wanted ? chosen && strcmp(chosen, wanted) == 0 : !chosen;

		if (!good)
			fprintf(stderr, "%s: %s\n", cases[i].accept,
				chosen ? chosen : "NULL");
		CHECK(good);
	}
}

int main(void)
{
	struct arena *arena = arena_new();

	bodies(arena);
	depths(arena);
	accepts();
	arena_free(arena);
	return check_done();
}
