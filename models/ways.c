/* A page of rows that the caller reaches in several ways, without a walk through all. No
 * index has an OR in the order of a page. Where such rows are few, they are found by all
 * their indexes at once, and sorted. Where they are not, the first of each way come by an
 * index of its own. Either way the page is made of these; what is within reach is for
 * {reach} alone to say, in the page as in what it is made of. */
#include "models/ways.h"
#include <string.h>
#include "models/reach.h"

/* Who has more channels than these finds the first rows sooner by a walk through all. */
#define EACH_MOST "16"

struct ways {
	struct arena *arena;
	const struct page *page;
	const char *from;
	const char *shown; /* the id, and what the page is sorted by */
	const char *rest;  /* the reach and the filter */
	struct buffer out;
};

/* The first rows of a way, in the order of the page. */
static void way_add(struct ways *ways, const char *test)
{
	buffer_printf(&ways->out, "%s(SELECT %s FROM %s AND (%s) AND %s%s)",
		      ways->out.length ? " UNION " : "", ways->shown, ways->from, test,
		      ways->rest, ways->page->page_sql);
}

/* The first rows of each on the list. */
static void each_add(struct ways *ways, const char *column, const char *list)
{
	buffer_printf(&ways->out,
		      "%s(SELECT way.* FROM unnest(%s) AS each(one), LATERAL (SELECT %s "
		      "FROM %s AND (%s) = each.one AND %s%s) way)",
		      ways->out.length ? " UNION " : "", list, ways->shown, ways->from,
		      column, ways->rest, ways->page->page_sql);
}

static void ways_add(struct ways *ways, const struct way *way)
{
	for (; way && way->test; way++) {
		if (!way->each) {
			way_add(ways, way->test);
		} else if (strcmp(way->test, ways->page->id) == 0) {
			way_add(ways, arena_printf(ways->arena, "%s = ANY (%s)",
						   way->test, way->each));
		} else {
			each_add(ways, way->test,
				 arena_printf(ways->arena,
					      "CASE WHEN cardinality(%s) <= " EACH_MOST
					      " THEN %s END",
					      way->each, way->each));
			way_add(ways,
				arena_printf(ways->arena, "cardinality(%s) > " EACH_MOST,
					     way->each));
		}
	}
}

static void several(struct ways *ways, const struct call *call,
		    const struct query_text *text)
{
	if (call->reach.school_count > 0) {
		each_add(ways, text->school, ":reach_schools::uuid[]");
		if (text->shared)
			way_add(ways, text->shared);
	}
	if (call->reach.own)
		ways_add(ways, text->own_ways);
	if (call->reach.own && call->compartment.own)
		ways_add(ways, text->handled_ways);
}

/* All of them; without OFFSET 0 the planner would walk in the order of the page. */
static void few(struct ways *ways)
{
	buffer_printf(&ways->out, "SELECT %s FROM %s AND %s%s OFFSET 0", ways->shown,
		      ways->from, ways->rest, ways->page->after_sql);
}

const char *ways_page(struct call *call, enum query query, const char *reach)
{
	const struct query_text *text = &query_texts[query];
	const struct page *page = &call->page;
	const char *way = page->descending ? " DESC" : "", *made;
	struct ways ways = { call->arena, page, text->ways, NULL, NULL, { 0 } };

	/* words find their rows by themselves; what changed has an order of its own */
	if ((!text->ways && !text->few) || !reach_several(&call->reach) ||
	    page->searched || page->since)
		return page->page_sql;
	ways.shown = arena_printf(call->arena, "%s AS id, %s AS sort", page->id,
				  page->sort->column);
	ways.rest = arena_printf(call->arena, "%s%s", reach, page->filter_sql);
	if (text->few) {
		ways.from = text->few;
		few(&ways);
	} else {
		several(&ways, call, text);
	}
	made = arena_printf(call->arena,
			    " AND %s = ANY (ARRAY(SELECT id FROM (%s) ways"
			    " ORDER BY sort%s, id%s LIMIT :page_limit::bigint))%s",
			    page->id, ways.out.data, way, way, page->page_sql);
	buffer_free(&ways.out);
	return made;
}
