/* Routes and flows as JSON, for `chaperone describe` and whatever compares itself with
 * them. */
#include <string.h>
#include "models/resource.h"

/* "/v1/people/:id" as the contract writes it: "/v1/people/{id}". */
static json_t *path_json(const char *path)
{
	autobuffer out = { 0 };

	while (*path) {
		size_t length = strcspn(path + 1, "/") + 1;
		bool value = length > 1 && (path[1] == ':' || path[1] == '*');

		buffer_add(&out, value ? "/{" : path, value ? 2 : length);
		if (value) {
			buffer_add(&out, path + 2, length - 2);
			buffer_char(&out, '}');
		}
		path += length;
	}
	return json_stringn(out.data ? out.data : "", out.length);
}

static void filter_add(json_t *query, const struct filter *filter)
{
	static const char *const ranges[] = { "", "[gte]", "[lt]" };

	for (size_t i = 0; i < (filter->range ? COUNT_OF(ranges) : 1); i++)
		json_array_append_new(query,
				      json_sprintf("%s%s", filter->name, ranges[i]));
}

static json_t *query_json(const struct route *route)
{
	json_t *query = json_array();

	for (const struct field *f = route->query; f && f->name; f++)
		json_array_append_new(query, json_string(f->name));
	for (const struct filter *f = route->list ? route->list->filters : NULL;
	     f && f->name; f++)
		filter_add(query, f);
	if (route->list) {
		json_array_append_new(query, json_string("limit"));
		json_array_append_new(query, json_string("cursor"));
		json_array_append_new(query, json_string("sort"));
	}
	if (route->list && route->list->changed)
		json_array_append_new(query, json_string("changed_since"));
	if (route->list && route->list->search)
		json_array_append_new(query, json_string("q"));
	if (route_takes_fields(route))
		json_array_append_new(query, json_string("fields"));
	return query;
}

static json_t *route_json(const struct route_entry *entry)
{
	const struct route *route = &entry->route;

	return json_pack(
		"{s:s, s:s, s:o, s:s, s:s*, s:o, s:o, s:o, s:o*, s:i, s:o, s:b, s:b, s:b, s:b, s:b, s:b, s:b}",
		"resource", entry->resource->name, "method", route->method, "path",
		path_json(route->path), "permission", permission_name(route->permission),
		"action", route->step ? route->step->action : NULL, "body",
		fields_describe(route->body, route_mode(route)), "query",
		query_json(route), "parameters",
		fields_describe(route->query, FIELD_CREATE), "listing",
		route->list ? listing_describe(route->list) : NULL, "status",
		route->status ? route->status : 200, "media",
		array_json(route_offers(route)), "recent", route->recent, "anew",
		route->anew, "if_match", route->if_match, "versioned", route->versioned,
		"binary", route->binary, "list", route->list || route->whole, "csv",
		route->csv != NULL);
}

static json_t *step_json(struct arena *arena, const struct step *step)
{
	return json_pack("{s:s, s:s, s:o, s:s*, s:s, s:b}", "action", step->action,
			 "label", step->label, "from",
			 array_json(array_items(arena, step->from)), "to", step->to,
			 "permission", permission_name(step->permission), "recent",
			 step->recent);
}

static json_t *resource_json(struct arena *arena, const struct resource *resource)
{
	json_t *flow = json_array();

	for (const struct step *step = resource->flow; step && step->action; step++)
		json_array_append_new(flow, step_json(arena, step));
	return json_pack("{s:s, s:s, s:o}", "name", resource->name, "path",
			 resource->path, "flow", flow);
}

json_t *resources_describe(void)
{
	struct arena *arena = arena_new();
	json_t *routes = json_array(), *flows = json_array();
	const struct route_entry *entries;
	int count;

	entries = resource_routes(&count);
	for (int i = 0; i < count; i++)
		json_array_append_new(routes, route_json(&entries[i]));
	for (const struct resource *const *each = resource_registry(); *each; each++)
		json_array_append_new(flows, resource_json(arena, *each));
	arena_free(arena);
	return json_pack("{s:o, s:o}", "routes", routes, "resources", flows);
}
