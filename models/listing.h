/* Lists: filters, sorts, keyset cursors and `fields=`, from const tables only. */
#pragma once
#include "field.h"
#include "sql/query.h"

struct filter {
	const char
		*name; /* of the query parameter: state=a,b for ONE_OF; name=value else */
	const char *column; /* SQL expression */
	enum field_type type;
	const char *const *one_of;
	const char *const *means; /* as of a field */
	bool range;		  /* also name[gte]= and name[lt]= */
	bool within;		  /* the column is an array that holds the value */
};

struct sort {
	const char *name;   /* sort=name, or sort=-name for descending */
	const char *column; /* NOT NULL, indexed */
	enum field_type type;
};

/* q=: a table of words, each with the id of its row. */
struct search {
	const char *table, *column;
	bool open; /* no tenant's */
	int most;  /* rows that a word may find, else 400; 0: any number */
};

struct listing {
	const struct filter *filters; /* ends with { 0 } */
	const struct sort *sorts;     /* the first is the default; ends with { 0 } */
	bool descending;	      /* the default's direction */
	const char *id;		      /* "p.id": the tie-breaker */
	const char *changed;	      /* "p.changed_xid": changed_since= is offered */
	enum query gone; /* with it: {id, removed_at} of what went out of sight */
	const struct search *search; /* q= is offered */
	enum field_type id_type;     /* UUID unless it says otherwise */
};

enum { LIST_LIMIT = 50, LIST_LIMIT_MAX = 200 };

/* What one request asked for. */
struct page {
	const struct sort *sort;
	bool descending;
	bool searched; /* q= was given: its words find the rows */
	bool limited;  /* limit= was given: one page of that size is wanted */
	int limit; /* rows asked for; one more is fetched to know whether there is a next
		      page */
	const char *filter_sql, *cursor_sql, *page_sql; /* texts for the slots */
	const char *after_sql;	 /* what page_sql begins with: behind the cursor */
	const char *id;		 /* as the list has it */
	const char *const *only; /* fields=, ends with NULL; NULL is all */
	const char *since;	 /* changed_since=, or NULL */
	const char *cursor;	 /* cursor=, or NULL */
	const char *query;	 /* the same query string without cursor, for Link */
};

/* Reads the parameters (decoded, in order) into slots and values; unknown, repeated or
 * malformed ones are 400 naming the parameter. listing NULL: only fields= is known, and
 * what is `asked` besides (NULL: nothing), each a value of its own name. */
const struct problem *page_read(struct arena *arena, const struct listing *listing,
				const struct field *asked, const struct value *params,
				int param_count, struct values *values,
				struct page *ret_page);
/* Another number of rows to a page than page_read has set. */
void page_resize(struct arena *arena, struct values *values, struct page *page,
		 int limit);
/* The opaque cursor after this row's _sort and _id. */
char *page_cursor(struct arena *arena, const struct page *page, const char *sort_value,
		  const char *id);
json_t *listing_describe(const struct listing *listing);
