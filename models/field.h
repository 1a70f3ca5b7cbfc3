/* Field tables: what a body may hold, as rows; one pass reports every fault at once. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/problem.h"

enum field_type {
	UUID,	 /* RFC 9562 text, lower-cased */
	LINE,	 /* one line of text, trimmed, something to see in it, nothing hidden or
		    control; min and max in characters */
	TEXT,	 /* the same, with line breaks and tabs, and hidden characters allowed */
	NUMBER,	 /* whole number within min and max */
	FLAG,	 /* true or false */
	DATE,	 /* RFC 3339 full-date */
	TIME,	 /* RFC 3339 date-time with zone */
	ONE_OF,	 /* one word of one_of */
	EMAIL,	 /* lower-cased, at most 254 characters */
	URL,	 /* https or http, at most 2000 characters */
	SECRET,	 /* text taken as it is, never logged or stored as given */
	LIST,	 /* array of distinct `of`; min and max count items; becomes a PostgreSQL
		    array */
	OBJECTS, /* array of objects checked by `fields`; becomes JSON text */
	ANY, /* true, false, a whole number, text or array, judged elsewhere; becomes JSON
		text */
};

struct field {
	const char *name;
	enum field_type type;
	bool required;	   /* on POST and PUT; PATCH never requires */
	bool clearable;	   /* PATCH accepts null, which clears */
	bool fixed;	   /* said when the row is made; PATCH does not know it */
	long min, max;	   /* 0, 0: the type's own limits */
	bool past, coming; /* of a DATE: today or before, today or after, by London's day;
			      of a TIME past alone: now or before */
	const char *const *one_of; /* ends with NULL */
	enum field_type of;
	const struct field *fields; /* ends with { 0 } */
	bool apart; /* of OBJECTS: the handler judges each by itself; becomes JSON text
		       as it came */
	const char *const
		*means; /* of each word of one_of; NULL: they say it themselves */
};

/* A named value: a parameter of a query finds its value by name. */
struct value {
	const char *name;
	const char *text; /* NULL is SQL NULL */
};
struct values {
	struct value *items;
	int count, capacity;
};
void value_set(struct arena *arena, struct values *values, const char *name,
	       const char *text);
const struct value *value_find(const struct values *values, const char *name);

enum field_mode { FIELD_CREATE, FIELD_PATCH };
/* Checks `body` and adds a value for every field of the table (absent: NULL) and, for
 * PATCH, `has_<name>` ("true"/"false"). `fields` NULL: the body must be empty or {}. */
const struct problem *fields_check(struct arena *arena, const struct field *fields,
				   enum field_mode mode, json_t *body,
				   struct values *values);
/* One value in text form, as filters and cursors use it; false: does not fit the type. */
bool field_text_valid(enum field_type type, const char *const *one_of, const char *text,
		      struct arena *arena, const char **ret_text);
/* The table as a JSON array for `chaperone describe`. */
json_t *fields_describe(const struct field *fields, enum field_mode mode);
/* Does the table's field stand in a body of this mode? */
bool field_applies(const struct field *field, enum field_mode mode);
const char *field_type_name(enum field_type type);
const char *field_type_cast(enum field_type type); /* "uuid", "timestamptz", ... */
