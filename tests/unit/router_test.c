/* From method and raw path to a route, and query strings to pairs: what passes, what does
 * not. */
#include "api/router.h"
#include <string.h>
#include "tests/unit/check.h"

#define ID "01900000-0000-7000-8000-00000000abcd"

static const struct route_entry routes[] = {
	{ .route = { "GET", "/healthz", PUBLIC } },
	{ .route = { "GET", "/docs", PUBLIC } },
	{ .route = { "GET", "/docs/*file", PUBLIC } },
	{ .route = { "GET", "/v1/people", PERSON_READ } },
	{ .route = { "POST", "/v1/people", PERSON_WRITE } },
	{ .route = { "GET", "/v1/people/:id", PERSON_READ } },
	{ .route = { "PATCH", "/v1/people/:id", PERSON_WRITE } },
	{ .route = { "GET", "/v1/people/inbox", PERSON_READ } },
	{ .route = { "POST", "/v1/people/:id/record-account", ACCOUNT_RECORD } },
	{ .route = { "GET", "/v1/people/:id/versions/:version_id", PERSON_READ } },
	{ .route = { "POST", "/v1/auth/sign-in", PUBLIC } },
	{ .route = { "GET", "/v1/settings/*key", SETTING_READ } },
	{ .route = { "PUT", "/v1/settings/*key", SETTING_WRITE } },
	{ .route = { "DELETE", "/v1/settings/*key", SETTING_WRITE } },
	{ .route = { "GET", "/v1/settings/*key/history", SETTING_READ } },
	{ .route = { "POST", "/v1/settings/apply-preset", SETTING_WRITE } },
};

/* status 0: found, and then `found` is the pattern. */
static const struct path_case {
	const char *method, *path;
	int status;
	const char *found, *allow;
} paths[] = {
	{ "GET", "/healthz", 0, "/healthz", NULL },
	{ "HEAD", "/healthz", 0, "/healthz", NULL },
	{ "GET", "/v1/people", 0, "/v1/people", NULL },
	{ "GET", "/v1/%70eople", 0, "/v1/people", NULL },
	{ "POST", "/v1/people", 0, "/v1/people", NULL },
	{ "GET", "/v1/people/" ID, 0, "/v1/people/:id", NULL },
	{ "GET", "/v1/people/01900000-0000-7000-8000-00000000ABCD", 0, "/v1/people/:id",
	  NULL },
	{ "GET", "/v1/people/inbox", 0, "/v1/people/inbox", NULL },
	{ "POST", "/v1/people/" ID "/record-account", 0, "/v1/people/:id/record-account",
	  NULL },
	{ "GET", "/docs/swagger-ui.css", 0, "/docs/*file", NULL },
	{ "PUT", "/v1/settings/a.b_c", 0, "/v1/settings/*key", NULL },
	{ "GET", "/v1/settings/a.b/history", 0, "/v1/settings/*key/history", NULL },
	{ "POST", "/v1/settings/apply-preset", 0, "/v1/settings/apply-preset", NULL },
	{ "POST", "/v1/settings/a.b", 405, NULL, "GET, HEAD, PUT, DELETE" },
	{ "GET", "/v1/settings/apply-preset", 405, NULL, "POST" },
	{ "GET", "/v1/settings/.a", 404, NULL, NULL },
	{ "get", "/healthz", 405, NULL, "GET, HEAD" },
	{ "Get", "/v1/people", 405, NULL, "GET, HEAD, POST" },
	{ "HEAD", "/v1/auth/sign-in", 405, NULL, "POST" },
	{ "DELETE", "/v1/people/" ID, 405, NULL, "GET, HEAD, PATCH" },
	{ "PUT", "/v1/people/inbox", 405, NULL, "GET, HEAD" },
	{ "BREW", "/v1/people", 405, NULL, "GET, HEAD, POST" },
	{ "GET", "/", 404, NULL, NULL },
	{ "GET", "/v1", 404, NULL, NULL },
	{ "GET", "/healthz/", 404, NULL, NULL },
	{ "GET", "/HEALTHZ", 404, NULL, NULL },
	{ "GET", "/v1/people/42", 404, NULL, NULL },
	{ "GET", "/v1/people/" ID "0", 404, NULL, NULL },
	{ "GET", "/v1/people/" ID "/", 404, NULL, NULL },
	{ "GET", "/v1/people%2F" ID, 404, NULL, NULL },
	{ "GET", "/v1/people/%2F", 404, NULL, NULL },
	{ "GET", "/v1/people/:id", 404, NULL, NULL },
	{ "GET", "/v1/people/caf%C3%A9", 404, NULL, NULL },
	{ "GET", "/docs/.hidden", 404, NULL, NULL },
	{ "GET", "/docs/a/b", 404, NULL, NULL },
	{ "GET", "/docs/a%2Fb", 404, NULL, NULL },
	{ "GET", "/docs/a%5Cb", 404, NULL, NULL },
	{ "GET", "/docs/", 404, NULL, NULL },
	{ "GET", "/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a", 404, NULL, NULL },
	{ "GET", "", 400, NULL, NULL },
	{ "GET", "*", 400, NULL, NULL },
	{ "GET", "healthz", 400, NULL, NULL },
	{ "GET", "http://here/healthz", 400, NULL, NULL },
	{ "GET", "//healthz", 400, NULL, NULL },
	{ "GET", "/v1//people", 400, NULL, NULL },
	{ "GET", "/v1/people//", 400, NULL, NULL },
	{ "GET", "/v1/./people", 400, NULL, NULL },
	{ "GET", "/v1/../healthz", 400, NULL, NULL },
	{ "GET", "/v1/%2e%2E/healthz", 400, NULL, NULL },
	{ "GET", "/docs/..", 400, NULL, NULL },
	{ "GET", "/v1/people/%00", 400, NULL, NULL },
	{ "GET", "/healthz%00", 400, NULL, NULL },
	{ "GET", "/v1/people/%zz", 400, NULL, NULL },
	{ "GET", "/v1/people/%", 400, NULL, NULL },
	{ "GET", "/v1/people/%2", 400, NULL, NULL },
	{ "GET", "/v1/people/%ff", 400, NULL, NULL },
	{ "GET", "/v1/people/%c0%ae", 400, NULL, NULL },
	{ "GET", "/v1/people/%ed%a0%80", 400, NULL, NULL },
	{ "GET", "/v1/people/\xff", 400, NULL, NULL },
	{ "GET", "/v1/peo ple", 400, NULL, NULL },
	{ "GET", "/v1/people\x7f", 400, NULL, NULL },
};

/* `want`: NULL is 400 that names `named`; else "name=value" pairs, a line each. */
static const struct query_case {
	const char *query, *want, *named;
} queries[] = {
	{ NULL, "", NULL },
	{ "", "", NULL },
	{ "a=1", "a=1\n", NULL },
	{ "a=1&b=2", "a=1\nb=2\n", NULL },
	{ "b=2&a=1", "b=2\na=1\n", NULL },
	{ "flag", "flag=\n", NULL },
	{ "a=", "a=\n", NULL },
	{ "a=b=c", "a=b=c\n", NULL },
	{ "q=one+two%20three%2B", "q=one two three+\n", NULL },
	{ "at%5Bgte%5D=2026-01-01", "at[gte]=2026-01-01\n", NULL },
	{ "at[gte]=1&at[lt]=2", "at[gte]=1\nat[lt]=2\n", NULL },
	{ "n=caf%C3%A9", "n=caf\xc3\xa9\n", NULL },
	{ "a=%26&b=%3D", "a=&\nb==\n", NULL },
	{ "a=1&a=2", NULL, "a" },
	{ "a=1&b=2&%61=1", NULL, "a" },
	{ "a", "a=\n", NULL },
	{ "a&a", NULL, "a" },
	{ "=1", NULL, "" },
	{ "&", NULL, "" },
	{ "a=1&", NULL, "" },
	{ "a=1&&b=2", NULL, "" },
	{ "a=%00", NULL, "a" },
	{ "state=%zz", NULL, "state" },
	{ "state=%", NULL, "state" },
	{ "state=%4", NULL, "state" },
	{ "state=%ff", NULL, "state" },
	{ "state=\xff", NULL, "state" },
	{ "state=%c0%80", NULL, "state" },
	{ "state=a b", NULL, "state" },
	{ "%ff=1", NULL, "%ff" },
	{ "\xff=1", NULL, "?" },
	{ "a%00b=1", NULL, "a%00b" },
};

static void path_test(struct arena *arena, const struct path_case *each)
{
	const struct route_entry *route = NULL;
	struct values values = { 0 };
	const struct problem *err =
		router_find(arena, each->method, each->path, &values, &route);
	int status = err ? problem_texts[err->kind].status : 0;
	bool good = status == each->status;

	if (good && !err)
		good = strcmp(route->route.path, each->found) == 0;
	if (good && each->allow)
		good = err && err->allow && strcmp(err->allow, each->allow) == 0;
	if (!good)
		fprintf(stderr, "%s %s: %d %s\n", each->method, each->path, status,
			err && err->allow ? err->allow : "");
	CHECK(good);
}

static void values_test(struct arena *arena)
{
	const struct route_entry *route;
	struct values values = { 0 };

	CHECK(!router_find(arena, "GET",
			   "/v1/people/01900000-0000-7000-8000-00000000ABCD/versions/" ID,
			   &values, &route));
	CHECK(values.count == 2);
	CHECK(strcmp(value_find(&values, "id")->text, ID) == 0);
	CHECK(strcmp(value_find(&values, "version_id")->text, ID) == 0);
	values = (struct values){ 0 };
	CHECK(!router_find(arena, "GET", "/docs/Start.js", &values, &route));
	CHECK(strcmp(value_find(&values, "file")->text, "Start.js") == 0);
	values = (struct values){ 0 };
	CHECK(!router_find(arena, "GET", "/v1/settings/a.B_c/history", &values, &route));
	CHECK(strcmp(value_find(&values, "key")->text, "a.B_c") == 0);
	CHECK(strcmp(router_methods(arena, "/v1/people"), "GET, HEAD, POST") == 0);
	CHECK(!router_methods(arena, "/v1/nobody"));
	CHECK(!router_methods(arena, "//"));
}

static void clash_test(void)
{
	static const struct route_entry same[] = {
		{ .route = { "GET", "/v1/people/:id", PERSON_READ } },
		{ .route = { "GET", "/v1/people/:person_id", PERSON_READ } },
	};

	CHECK(!router_build(same, 2));
	CHECK(router_build(same, 1));
}

static void query_test(struct arena *arena, const struct query_case *each)
{
	struct value *params;
	int count;
	const struct problem *err = query_read(arena, each->query, &params, &count);
	const char *got = "";
	bool good;

	for (int i = 0; !err && i < count; i++)
		got = arena_printf(arena, "%s%s=%s\n", got, params[i].name,
				   params[i].text);
	good = each->want ? !err && strcmp(got, each->want) == 0
			  : err && err->kind == PROBLEM_BAD_QUERY && err->errors &&
				    strcmp(err->errors->pointer, each->named) == 0;
	if (!good)
		fprintf(stderr, "?%s: %s %s\n", each->query ? each->query : "", got,
			err ? err->detail : "");
	CHECK(good);
}

/* So many parameters that somebody only wants to be a nuisance. */
static void query_long_test(struct arena *arena)
{
	const struct problem *err;
	struct value *params;
	const char *query = "p=";
	int count;

	for (int i = 0; i < 70; i++)
		query = arena_printf(arena, "%s&p%d=", query, i);
	err = query_read(arena, query, &params, &count);
	CHECK(err && err->kind == PROBLEM_BAD_QUERY);
}

int main(void)
{
	struct arena *arena = arena_new();

	clash_test();
	CHECK(router_build(routes, COUNT_OF(routes)));
	for (size_t i = 0; i < COUNT_OF(paths); i++)
		path_test(arena, &paths[i]);
	values_test(arena);
	for (size_t i = 0; i < COUNT_OF(queries); i++)
		query_test(arena, &queries[i]);
	query_long_test(arena);
	arena_free(arena);
	return check_done();
}
