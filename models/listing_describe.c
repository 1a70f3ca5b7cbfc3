/* A list's parameters as `chaperone describe` shows them. */
#include "models/listing.h"
#include "sql/array.h"

/* A description of the parameters, as the contract names them. */
static json_t *filter_describe(const struct filter *filter)
{
	return json_pack("{s:s, s:s, s:b, s:o*}", "name", filter->name, "type",
			 field_type_name(filter->type), "range", filter->range, "one_of",
			 filter->one_of ? array_json(filter->one_of) : NULL);
}

json_t *listing_describe(const struct listing *listing)
{
	json_t *filters = json_array(), *sorts = json_array();

	for (const struct filter *f = listing->filters; f && f->name; f++)
		json_array_append_new(filters, filter_describe(f));
	for (const struct sort *sort = listing->sorts; sort->name; sort++)
		json_array_append_new(sorts, json_string(sort->name));
	return json_pack("{s:o, s:o, s:s, s:b, s:i, s:i, s:b, s:b, s:b}", "filters",
			 filters, "sorts", sorts, "default_sort", listing->sorts->name,
			 "descending", listing->descending, "limit", LIST_LIMIT,
			 "limit_max", LIST_LIMIT_MAX, "changes", listing->changed != NULL,
			 "gone", listing->gone != Q_NONE, "search",
			 listing->search != NULL);
}
