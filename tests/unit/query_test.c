/* Parameters and slots of SQL texts, as tables of cases. */
#include "sql/query.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/cleanup.h"
#include "tests/unit/check.h"

static void names_become_numbers(struct arena *arena)
{
	static const struct {
		const char *text, *compiled,
			*names; /* names in order, separated by spaces */
	} cases[] = {
		{ "select :a", "select $1", "a" },
		{ "select :a, :b, :a", "select $1, $2, $1", "a b" },
		{ "select :ab, :a, :abc", "select $1, $2, $3", "ab a abc" },
		{ "select :id::uuid", "select $1::uuid", "id" },
		{ "select x::text[]", "select x::text[]", "" },
		{ "select ':a'", "select ':a'", "" },
		{ "select 'it''s :a', :b", "select 'it''s :a', $1", "b" },
		{ "select E'\\':a', :b", "select E'\\':a', $1", "b" },
		{ "select name'\\', :b", "select name'\\', $1", "b" },
		{ "select \"x:a\" , :b", "select \"x:a\" , $1", "b" },
		{ "select $$ :a ' $$, :b", "select $$ :a ' $$, $1", "b" },
		{ "select $t$ :a $$ $t$, :b", "select $t$ :a $$ $t$, $1", "b" },
		{ "select 1 -- :a isn't\n, :b", "select 1 -- :a isn't\n, $1", "b" },
		{ "select 1 /* :a /* ' */ :c */, :b", "select 1 /* :a /* ' */ :c */, $1",
		  "b" },
		{ "select a[1 : 2], :b", "select a[1 : 2], $1", "b" },
		{ "select 1 - :a / :b", "select 1 - $1 / $2", "a b" },
		{ "select '{reach}', '{a}'", "select '{reach}', '{a}'", "" },
		{ "select :_x1y", "select $1", "_x1y" },
		{ "select 'open :a", "select 'open :a", "" },
		{ "", "", "" },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct statement got;
		autobuffer names = { 0 };

		CHECK(statement_compile(arena, "case", cases[i].text, &got));
		CHECK(!strcmp(got.text, cases[i].compiled));
		buffer_add(&names, "", 0);
		for (int n = 0; n < got.param_count; n++)
			buffer_printf(&names, "%s%s", n ? " " : "", got.params[n]);
		CHECK(!strcmp(names.data, cases[i].names));
	}
}

static void too_many_parameters_refuse(struct arena *arena)
{
	autobuffer text = { 0 };
	struct statement got;

	for (int i = 0; i < STATEMENT_PARAMS; i++)
		buffer_printf(&text, ":p%d,", i);
	CHECK(statement_compile(arena, "most", text.data, &got));
	buffer_text(&text, ":more");
	CHECK(!statement_compile(arena, "over", text.data, &got));
	CHECK(!statement_compile(arena, "open", "select 1 {page}", &got));
}

static void slots_are_filled(struct arena *arena)
{
	static const struct {
		const char *text, *pairs[9], *filled; /* NULL: refused */
	} cases[] = {
		{ "w {reach}{filter} {page}",
		  { "reach", "true", "filter", " and a = :a", "page", "limit :n" },
		  "w true and a = :a limit :n" },
		{ "w {reach} or {reach}", { "reach", "x" }, "w x or x" },
		{ "w {reach}{filter}", { "reach", "x" }, "w x" },
		{ "w {reach}", { "reach", "x", "filter", "" }, "w x" },
		{ "'{filter}' {cursor}", { "cursor", "c" }, "'{filter}' c" },
		{ "w {filter}", { "filter", NULL }, "w " },
		{ "w {reach}", { NULL }, NULL },
		{ "w {reach}", { "reach", "" }, NULL },
		{ "w {reach}", { "reach", "x", "filter", "and a" }, NULL },
		{ "w 1", { "reach", "x" }, NULL },
		{ "w {other}", { NULL }, NULL },
		{ "w {page}", { "pages", "x" }, NULL },
	};

	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		const char *got =
			slots_fill(arena, "case", cases[i].text, cases[i].pairs);

		CHECK(!got == !cases[i].filled);
		CHECK(!got || !strcmp(got, cases[i].filled));
	}
}

/* What holds for whatever queries the service has. */
static void own_queries_compile(struct arena *arena)
{
	CHECK(queries_compile());
	for (int i = Q_NONE + 1; i < QUERY_COUNT; i++) {
		enum query query = (enum query)i;
		const struct statement *plain = query_statement(query), *shape;
		bool reach = query_has_slot(query, "reach");
		bool slots = reach || query_has_slot(query, "filter") ||
			     query_has_slot(query, "cursor") ||
			     query_has_slot(query, "page");

		CHECK(slots == !plain);
		CHECK(!plain || (statement_query(plain) == query &&
				 !strcmp(plain->name, query_texts[query].name)));
		if (!slots)
			continue;
		shape = query_shape(arena, query, reach ? "reach" : NULL, "true", NULL);
		CHECK(shape && statement_query(shape) == Q_NONE);
		CHECK(shape && !strstr(shape->text, "{reach}") &&
		      strlen(shape->name) < sizeof(shape->name));
	}
	CHECK(!query_statement(Q_NONE));
}

/* Any that takes a filter will do. */
static enum query filtered(void)
{
	int query = Q_NONE + 1;

	while (query < QUERY_COUNT && !(query_has_slot((enum query)query, "reach") &&
					query_has_slot((enum query)query, "filter")))
		query++;
	return (enum query)query;
}

static const struct statement *shape_of(struct arena *arena, const char *reach,
					const char *filter)
{
	return query_shape(arena, filtered(), "reach", reach, "filter", filter, NULL);
}

static void shapes_are_kept(struct arena *arena)
{
	struct arena *other = arena_new();
	const struct statement *first = shape_of(other, "true", " AND 1 = 1"), *second;

	arena_free(other); /* it outlives the request that made it */
	second = shape_of(arena, "true", " AND 1 = 1");
	CHECK(first == second && strstr(second->text, " AND 1 = 1"));
	CHECK(shape_of(arena, "true", "") == shape_of(arena, "true", NULL));
	CHECK(shape_of(arena, "true", "") != first);
	CHECK(strcmp(shape_of(arena, "false", " AND 1 = 1")->name, first->name) != 0);
	CHECK(!shape_of(arena, "", " AND 1 = 1") && !shape_of(arena, NULL, ""));
}

/* More shapes than are kept: each is right all the same. */
static void *shapes_ask(void *data)
{
	struct arena *arena = arena_new();
	long wrong = 0;

	(void)data;
	for (int i = 0; i < 3000; i++) {
		const struct statement *got;
		char filter[40];

		snprintf(filter, sizeof(filter), " AND %d = :a%d", i, i);
		got = shape_of(arena, "true", filter);
		snprintf(filter, sizeof(filter), " AND %d = $", i);
		wrong += !got || !strstr(got->text, filter);
		snprintf(filter, sizeof(filter), "a%d", i);
		for (int n = 0; got && n < got->param_count; n++)
			if (strcmp(got->params[n], filter) == 0)
				filter[0] = '\0';
		wrong += filter[0] != '\0';
		arena_reset(arena);
	}
	arena_free(arena);
	return (void *)wrong;
}

static void threads_share_shapes(void)
{
	pthread_t threads[4];

	for (size_t i = 0; i < COUNT_OF(threads); i++)
		if (pthread_create(&threads[i], NULL, shapes_ask, NULL))
			abort();
	for (size_t i = 0; i < COUNT_OF(threads); i++) {
		void *wrong;

		pthread_join(threads[i], &wrong);
		CHECK(!wrong);
	}
}

int main(void)
{
	struct arena *arena = arena_new();

	names_become_numbers(arena);
	too_many_parameters_refuse(arena);
	slots_are_filled(arena);
	own_queries_compile(arena);
	shapes_are_kept(arena);
	threads_share_shapes();
	arena_free(arena);
	return check_done();
}
