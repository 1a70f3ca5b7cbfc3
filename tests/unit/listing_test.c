/* Lists: parameters to slots and values, cursors there and back, and
 * what must not pass. */
#include "models/listing.h"
#include <string.h>
#include "base/encoding.h"
#include "tests/unit/check.h"

#define ID "0190a5e2-7c00-7000-8000-0123456789ab"

static const char *const states[] = { "open", "closed", NULL };
static const struct listing listing = {
	.filters =
		(const struct filter[]){ { "state", "i.state", ONE_OF, .one_of = states },
					 { "school_id", "i.school_id", UUID },
					 { "seen_at", "i.seen_at", TIME, .range = true },
					 { "platform", "i.platform", LINE },
					 { "score", "i.score", NUMBER },
					 { "current", "(i.to_on IS NULL)", FLAG },
					 { 0 } },
	.sorts = (const struct sort[]){ { "created_at", "i.created_at", TIME },
					{ "name", "i.name", LINE },
					{ 0 } },
	.descending = true,
	.id = "i.id",
};

struct parsed {
	const struct problem *err;
	struct values values;
	struct page page;
};

/* "a=b&c=d", decoded already; the texts live in the arena. */
static struct parsed ask(struct arena *arena, const struct listing *with,
			 const struct field *asked, const char *text)
{
	struct value params[16];
	struct parsed parsed = { 0 };
	int count = 0;

	while (*text) {
		size_t length = strcspn(text, "&"), name = strcspn(text, "=");

		params[count].name = arena_copy_n(arena, text, name);
		params[count++].text =
			arena_copy_n(arena, text + name + 1, length - name - 1);
		text += length + (text[length] == '&');
	}
	parsed.err = page_read(arena, with, asked, params, count, &parsed.values,
			       &parsed.page);
	return parsed;
}

static struct parsed parse(struct arena *arena, const struct listing *with,
			   const char *text)
{
	return ask(arena, with, NULL, text);
}

static const char *value_of(const struct parsed *parsed, const char *name)
{
	const struct value *value = value_find(&parsed->values, name);

	return value ? value->text : NULL;
}

static bool is(const char *text, const char *wanted)
{
	if (text && strcmp(text, wanted) == 0)
		return true;
	fprintf(stderr, "got: %s\n", text ? text : "NULL");
	return false;
}

/* Each is a 400 that names the parameter. */
static const struct {
	const char *query, *name;
} refused[] = {
	{ "limit=0", "limit" },
	{ "limit=201", "limit" },
	{ "limit=-1", "limit" },
	{ "limit=010", "limit" },
	{ "limit=1e1", "limit" },
	{ "limit=9999999999999", "limit" },
	{ "limit=", "limit" },
	{ "limit=1&limit=1", "limit" },
	{ "sort=state", "sort" },
	{ "sort=+name", "sort" },
	{ "sort=--name", "sort" },
	{ "sort=name;drop table x", "sort" },
	{ "sort=name,created_at", "sort" },
	{ "state=open,", "state" },
	{ "state=open,open", "state" },
	{ "state=OPEN", "state" },
	{ "state=open' or '1'='1", "state" },
	{ "state[gte]=open", "state[gte]" },
	{ "school_id=x", "school_id" },
	{ "school_id=" ID "," ID, "school_id" },
	{ "seen_at=2026-09-01", "seen_at" },
	{ "seen_at[gte]=yesterday", "seen_at" },
	{ "seen_at[gt]=2026-09-01T00:00:00Z", "seen_at[gt]" },
	{ "seen_at[gte]x=2026-09-01T00:00:00Z", "seen_at[gte]x" },
	{ "platform=a\nb", "platform" },
	{ "score=1.5", "score" },
	{ "score=0x10", "score" },
	{ "current=1", "current" },
	{ "stat=open", "stat" },
	{ "me_tenant=" ID, "me_tenant" },
	{ "filter_state=open", "filter_state" },
	{ "fields=", "fields" },
	{ "fields=a,,b", "fields" },
	{ "fields=a,a", "fields" },
	{ "fields=_own", "fields" },
	{ "fields=a b", "fields" },
	{ "fields=a\"b", "fields" },
	{ "cursor=%%%", "cursor" },
	{ "cursor=eyJ9", "cursor" },
};

static void refusals(struct arena *arena)
{
	for (size_t i = 0; i < COUNT_OF(refused); i++) {
		struct parsed parsed = parse(arena, &listing, refused[i].query);
		bool good = parsed.err && parsed.err->kind == PROBLEM_BAD_QUERY &&
			    strcmp(parsed.err->errors->pointer, refused[i].name) == 0;

		if (!good)
			fprintf(stderr, "passed: %s\n", refused[i].query);
		CHECK(good);
	}
}

static void slots(struct arena *arena)
{
	struct parsed p = parse(arena, &listing, "");

	CHECK(!p.err && p.page.limit == LIST_LIMIT && p.page.descending);
	CHECK(is(p.page.filter_sql, ""));
	CHECK(is(p.page.page_sql,
		 " ORDER BY i.created_at DESC, i.id DESC LIMIT :page_limit::bigint"));
	CHECK(is(value_of(&p, "page_limit"), "51"));
	p = parse(arena, &listing, "sort=name&limit=7&state=open,closed&school_id=" ID);
	CHECK(is(p.page.filter_sql, " AND i.state = ANY(:filter_state::text[])"
				    " AND i.school_id = :filter_school_id::uuid"));
	CHECK(is(value_of(&p, "filter_state"), "{\"open\",\"closed\"}"));
	CHECK(is(p.page.cursor_sql, ", (i.name)::text AS _sort, i.id AS _id"));
	CHECK(is(p.page.page_sql, " ORDER BY i.name, i.id LIMIT :page_limit::bigint"));
	CHECK(is(value_of(&p, "page_limit"), "8"));
	p = parse(
		arena, &listing,
		"seen_at[gte]=2026-01-01T00:00:00Z&seen_at[lt]=2026-02-01T00:00:00+01:00");
	CHECK(is(p.page.filter_sql, " AND i.seen_at >= :filter_seen_at_gte::timestamptz"
				    " AND i.seen_at < :filter_seen_at_lt::timestamptz"));
	CHECK(is(value_of(&p, "filter_seen_at_lt"), "2026-02-01T00:00:00+01:00"));
	p = parse(arena, &listing, "fields=name,id&platform=a b&cursor=x");
	CHECK(p.err);
	p = parse(arena, &listing, "fields=name,id&platform=a b&limit=3");
	CHECK(is(p.page.only[0], "name") && is(p.page.only[1], "id") && !p.page.only[2]);
	CHECK(is(p.page.query, "fields=name,id&platform=a%20b&limit=3"));
}

static void cursors(struct arena *arena)
{
	struct parsed first = parse(arena, &listing, ""), p;
	char *cursor = page_cursor(arena, &first.page, "2026-09-01T09:30:00.123456Z", ID);
	char *query = arena_printf(arena, "cursor=%s", cursor);

	p = parse(arena, &listing, query);
	CHECK(!p.err);
	CHECK(is(p.page.page_sql,
		 " AND (i.created_at, i.id) < (:cursor_value::timestamptz, "
		 ":cursor_id::uuid) ORDER BY i.created_at DESC, i.id DESC "
		 "LIMIT :page_limit::bigint"));
	CHECK(is(value_of(&p, "cursor_value"), "2026-09-01T09:30:00.123456Z"));
	CHECK(is(value_of(&p, "cursor_id"), ID));
	CHECK(is(p.page.query, ""));
	/* what is due at no time comes last, and is a place to go on from */
	cursor = page_cursor(arena, &first.page, "9999-12-31T00:00:00.000000Z", ID);
	CHECK(!parse(arena, &listing, arena_printf(arena, "cursor=%s", cursor)).err);
	CHECK(parse(arena, &listing, "seen_at=9999-12-31T00:00:00Z").err);
	/* the cursor of one order is none of another */
	CHECK(parse(arena, &listing, arena_printf(arena, "%s&sort=name", query)).err);
	CHECK(parse(arena, &listing, arena_printf(arena, "%s&sort=created_at", query))
		      .err);
	CHECK(!parse(arena, &listing, arena_printf(arena, "%s&sort=-created_at", query))
		       .err);
	CHECK(parse(arena, &listing, arena_printf(arena, "%s=", query)).err);
	/* texts keep every character */
	first = parse(arena, &listing, "sort=name");
	cursor = page_cursor(arena, &first.page, " O'Neill \"\u00e9\" ", ID);
	p = parse(arena, &listing, arena_printf(arena, "sort=name&cursor=%s", cursor));
	CHECK(is(value_of(&p, "cursor_value"), " O'Neill \"\u00e9\" "));
	CHECK(is(p.page.page_sql, " AND (i.name, i.id) > (:cursor_value::text, "
				  ":cursor_id::uuid) ORDER BY i.name, i.id "
				  "LIMIT :page_limit::bigint"));
}

/* Well-formed base64url, but not what we would have made. */
static void forgeries(struct arena *arena)
{
	static const char *const texts[] = {
		"",
		"[]",
		"{}",
		"null",
		"[\"-created_at\",\"2026-09-01T09:30:00Z\"]",
		"[\"-created_at\",\"2026-09-01T09:30:00Z\",\"x\"]",
		"[\"-created_at\",\"now()\",\"" ID "\"]",
		"[\"-created_at\",null,\"" ID "\"]",
		"[\"-created_at\",\"2026-09-01T09:30:00Z\",\"" ID "\",1]",
		"[\"-name\",\"x\",\"" ID "\"]",
		"[\"-i.created_at\",\"2026-09-01T09:30:00Z\",\"" ID "\"]",
		"[\"-created_at\",\"2026-09-01T09:30:00Z\\u0000\",\"" ID "\"]",
	};

	for (size_t i = 0; i < COUNT_OF(texts); i++) {
		char *cursor = base64url_encode(arena, texts[i], strlen(texts[i]));

		CHECK(parse(arena, &listing, arena_printf(arena, "cursor=%s", cursor))
			      .err);
	}
}

static void without_listing(struct arena *arena)
{
	CHECK(!parse(arena, NULL, "").err);
	CHECK(!parse(arena, NULL, "fields=id").err);
	CHECK(parse(arena, NULL, "limit=3").err);
	CHECK(parse(arena, NULL, "state=open").err);
}

/* Parameters that are no filter: a value each, NULL when not given. */
static void asked(struct arena *arena)
{
	static const struct field place[] = { { "school_id", UUID }, { 0 } };
	struct parsed p = ask(arena, NULL, place, "school_id=" ID "&fields=id");

	CHECK(!p.err && is(value_of(&p, "school_id"), ID));
	p = ask(arena, NULL, place, "");
	CHECK(!p.err && value_find(&p.values, "school_id") && !value_of(&p, "school_id"));
	CHECK(ask(arena, NULL, place, "school_id=7").err);
	CHECK(ask(arena, NULL, place, "school_id=").err);
	CHECK(ask(arena, NULL, place, "school_id=" ID "&school_id=" ID).err);
	CHECK(ask(arena, NULL, place, "other=" ID).err);
}

/* They are judged like the members of a body: all faults at once. */
static void asked_well(struct arena *arena)
{
	static const struct field account[] = { { "school_id", UUID },
						{ "handle", LINE, .required = true,
						  .max = 9 },
						{ 0 } };
	struct parsed p = ask(arena, NULL, account, "handle= @a ");

	CHECK(!p.err && is(value_of(&p, "handle"), "@a") && !value_of(&p, "school_id"));
	p = ask(arena, NULL, account, "");
	CHECK(p.err && is(p.err->errors->pointer, "handle"));
	CHECK(ask(arena, NULL, account, "handle=0123456789").err);
	p = ask(arena, NULL, account, "school_id=7");
	CHECK(p.err && p.err->kind == PROBLEM_BAD_QUERY && p.err->errors->next);
}

int main(void)
{
	struct arena *arena = arena_new();

	refusals(arena);
	slots(arena);
	cursors(arena);
	forgeries(arena);
	without_listing(arena);
	asked(arena);
	asked_well(arena);
	arena_free(arena);
	return check_done();
}
