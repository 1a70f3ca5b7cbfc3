/* Lists: query parameters become slot texts from const tables and values from input. */
#include "models/listing.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "base/buffer.h"
#include "base/problem.h"
#include "sql/array.h"
#include "models/cursor.h"
#include "models/link.h"
#include "models/params.h"
#include "models/search.h"

enum { ONLY_MAX = 64 };

struct reading {
	struct arena *arena;
	const struct listing *listing; /* NULL: only fields= is known */
	const struct field *asked;     /* parameters that are no filter */
	json_t *given;		       /* those of them that came */
	struct values *values;
	struct page *page;
	struct buffer filter;
};

typedef const struct problem *(*reader)(struct reading *reading, const char *text);

static const struct problem *read_limit(struct reading *reading, const char *text)
{
	size_t digits = strspn(text, "0123456789");
	int limit = digits > 0 && digits < 4 && !text[digits] ? atoi(text) : 0;

	if (limit < 1 || limit > LIST_LIMIT_MAX || *text == '0')
		return param_bad(reading->arena, "limit", "is a number from 1 to 200");
	reading->page->limit = limit;
	reading->page->limited = true;
	return NULL;
}

static const struct problem *read_cursor(struct reading *reading, const char *text)
{
	reading->page->cursor = text; /* read once the sort is known */
	return NULL;
}

static const struct problem *read_sort(struct reading *reading, const char *text)
{
	bool descending = *text == '-';

	for (const struct sort *sort = reading->listing->sorts; sort->name; sort++)
		if (strcmp(sort->name, text + descending) == 0) {
			reading->page->sort = sort;
			reading->page->descending = descending;
			return NULL;
		}
	return param_bad(reading->arena, "sort", "names no order that this list has");
}

static const struct problem *read_since(struct reading *reading, const char *text)
{
	reading->page->since = text;
	return NULL;
}

static bool column_name_valid(const char *name)
{
	size_t length = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");

	return islower((unsigned char)*name) && !name[length] && length <= 63;
}

/* Splits at commas; NULL when an item is empty, twice there, or one too many. */
static const char **text_split(struct arena *arena, const char *text)
{
	const char **items = arena_alloc(arena, (ONLY_MAX + 1) * sizeof(*items));
	int count = 0;

	for (;;) {
		size_t length = strcspn(text, ",");
		char *item = arena_copy_n(arena, text, length);

		for (int i = 0; i < count; i++)
			if (strcmp(items[i], item) == 0)
				return NULL;
		if (length == 0 || count == ONLY_MAX)
			return NULL;
		items[count++] = item;
		if (!text[length])
			return items;
		text += length + 1;
	}
}

static const struct problem *read_fields(struct reading *reading, const char *text)
{
	const char **only = text_split(reading->arena, text);

	for (int i = 0; only && only[i]; i++)
		if (!column_name_valid(only[i]))
			only = NULL;
	if (!only)
		return param_bad(reading->arena, "fields",
				 "lists names of fields, each once, by commas");
	reading->page->only = only;
	return NULL;
}

static const struct problem *filter_words(struct reading *reading,
					  const struct filter *filter,
					  const char *value_name, const char *text)
{
	const char **words = text_split(reading->arena, text);

	for (int i = 0; words && words[i]; i++)
		if (!field_text_valid(ONE_OF, filter->one_of, words[i], reading->arena,
				      &words[i]))
			words = NULL;
	if (!words)
		return param_bad(reading->arena, filter->name,
				 "holds a word that is not known here");
	value_set(reading->arena, reading->values, value_name,
		  array_text(reading->arena, words));
	buffer_printf(&reading->filter, " AND %s = ANY(:%s::text[])", filter->column,
		      value_name);
	return NULL;
}

/* `suffix` and `operator` are "" and "=", "gte" and ">=", or "lt" and "<". */
static const struct problem *filter_read(struct reading *reading,
					 const struct filter *filter, const char *suffix,
					 const char *operator, const char * text)
{
	const char *name = arena_printf(reading->arena, "filter_%s%s%s", filter->name,
					*suffix ? "_" : "", suffix);
	const char *normal;

	if (filter->type == ONE_OF)
		return filter_words(reading, filter, name, text);
	if (!field_text_valid(filter->type, filter->one_of, text, reading->arena,
			      &normal))
		return param_bad(reading->arena, filter->name,
				 arena_printf(reading->arena, "is no %s",
					      field_type_name(filter->type)));
	value_set(reading->arena, reading->values, name, normal);
	if (filter->within)
		buffer_printf(&reading->filter, " AND :%s::%s = ANY (%s)", name,
			      field_type_cast(filter->type), filter->column);
	else
		buffer_printf(&reading->filter, " AND %s %s :%s::%s",
			      filter->column, operator, name,
			      field_type_cast(filter->type));
	return NULL;
}

static const struct problem *read_filter(struct reading *reading,
					 const struct value *param)
{
	static const char *const forms[][3] = { { "", "", "=" },
						{ "[gte]", "gte", ">=" },
						{ "[lt]", "lt", "<" } };

	for (const struct filter *f = reading->listing->filters; f && f->name; f++) {
		size_t length = strlen(f->name);

		if (strncmp(param->name, f->name, length) != 0)
			continue;
		for (size_t i = 0; i < (f->range ? COUNT_OF(forms) : 1); i++)
			if (strcmp(param->name + length, forms[i][0]) == 0)
				return filter_read(reading, f, forms[i][1], forms[i][2],
						   param->text);
	}
	return param_bad(reading->arena, param->name, "is not known here");
}

static const struct problem *read_asked(struct reading *reading,
					const struct value *param)
{
	if (json_object_set_new(reading->given, param->name, json_string(param->text)))
		return param_bad(reading->arena, param->name, "is no text in UTF-8");
	return NULL;
}

static const struct problem *read_words(struct reading *reading, const char *text)
{
	reading->page->searched = true;
	if (search_read(reading->arena, reading->listing, text, reading->values,
			&reading->filter))
		return NULL;
	return param_bad(reading->arena, "q", "holds one to eight words to look for");
}

static bool list_takes(const struct listing *listing, const char *name)
{
	if (strcmp(name, "changed_since") == 0)
		return listing->changed;
	return strcmp(name, "q") != 0 || listing->search;
}

static const struct problem *param_read(struct reading *reading,
					const struct value *param)
{
	static const struct {
		const char *name;
		reader read;
	} readers[] = { { "fields", read_fields },	 { "limit", read_limit },
			{ "cursor", read_cursor },	 { "sort", read_sort },
			{ "changed_since", read_since }, { "q", read_words } };

	if (!param->text || !*param->text)
		return param_bad(reading->arena, param->name, "is empty");
	for (size_t i = 0; i < (reading->listing ? COUNT_OF(readers) : 1); i++)
		if (strcmp(readers[i].name, param->name) == 0 &&
		    list_takes(reading->listing, param->name))
			return readers[i].read(reading, param->text);
	if (param_asked(reading->asked, param->name))
		return read_asked(reading, param);
	if (!reading->listing)
		return param_bad(reading->arena, param->name, "is not known here");
	return read_filter(reading, param);
}

static bool repeated(const struct value *params, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(params[i].name, name) == 0)
			return true;
	return false;
}

static const struct problem *params_read(struct reading *reading,
					 const struct value *params, int count)
{
	const struct problem *err = NULL;

	for (int i = 0; i < count && !err; i++) {
		if (repeated(params, i, params[i].name))
			return param_bad(reading->arena, params[i].name,
					 "is given twice");
		err = param_read(reading, &params[i]);
	}
	return err ? err
		   : params_check(reading->arena, reading->asked, reading->given,
				  reading->values);
}

/* A row that leaves a filter would be lost without a word. */
static const struct problem *since_alone(struct arena *arena, const struct value *params,
					 int count)
{
	static const char *const together[] = { "changed_since", "cursor", "limit",
						"fields" };

	for (int i = 0; i < count; i++) {
		size_t known = 0;

		while (known < COUNT_OF(together) &&
		       strcmp(params[i].name, together[known]) != 0)
			known++;
		if (known == COUNT_OF(together))
			return param_bad(arena, params[i].name,
					 "does not go with changed_since");
	}
	return NULL;
}

const struct problem *page_read(struct arena *arena, const struct listing *listing,
				const struct field *asked, const struct value *params,
				int param_count, struct values *values,
				struct page *ret_page)
{
	struct reading reading = { arena,  listing,  asked, asked ? json_object() : NULL,
				   values, ret_page, { 0 } };
	const struct problem *err;

	*ret_page = (struct page){ .limit = LIST_LIMIT };
	if (listing) {
		ret_page->sort = listing->sorts;
		ret_page->descending = listing->descending;
	}
	err = params_read(&reading, params, param_count);
	if (!err && listing) {
		ret_page->filter_sql = arena_copy_n(
			arena, reading.filter.data ? reading.filter.data : "",
			reading.filter.length);
		ret_page->query = query_without_cursor(arena, params, param_count);
		if (ret_page->since)
			err = since_alone(arena, params, param_count);
		else if (!cursor_read(arena, listing, ret_page->cursor, values, ret_page))
			err = param_bad(arena, "cursor",
					"is not one of this list in this order");
	}
	buffer_free(&reading.filter);
	json_decref(reading.given);
	return err;
}
