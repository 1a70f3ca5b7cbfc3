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
	bool range;  /* also name[gte]= and name[lt]= */
	bool within; /* the column is an array that holds the value */
};

struct sort {
	const char *name;   /* sort=name, or sort=-name for descending */
	const char *column; /* NOT NULL, indexed */
	enum field_type type;
};

struct listing {
	const struct filter *filters; /* ends with { 0 } */
	const struct sort *sorts;     /* the first is the default; ends with { 0 } */
	bool descending;	      /* the default's direction */
	const char *id;		      /* "p.id": the tie-breaker */
};

enum { LIST_LIMIT = 50, LIST_LIMIT_MAX = 200 };

/* What one request asked for. */
struct page {
	const struct sort *sort;
	bool descending;
	int limit; /* rows asked for; one more is fetched to know whether there is a next
		      page */
	const char *filter_sql, *cursor_sql, *page_sql; /* texts for the slots */
	const char *const *only; /* fields=, ends with NULL; NULL is all */
	const char *query;	 /* the same query string without cursor, for Link */
};

/* Reads the parameters (decoded, in order) into slots and values; unknown, repeated or
 * malformed ones are 400 naming the parameter. listing NULL: only fields= is known. */
const struct problem *page_read(struct arena *arena, const struct listing *listing,
				const struct value *params, int param_count,
				struct values *values, struct page *ret_page);
/* Takes the parameters that a table names out of `params` and adds a value for each row
 * of it (absent: NULL); what does not fit is 400 naming the parameter. `query` may be
 * NULL. */
const struct problem *params_take(struct arena *arena, const struct field *query,
				  struct value *params, int *count,
				  struct values *values);
/* The opaque cursor after this row's _sort and _id. */
char *page_cursor(struct arena *arena, const struct page *page, const char *sort_value,
		  const char *id);
json_t *listing_describe(const struct listing *listing);
