/* Boot: routes, flows and resources are whole. */
#include "models/wiring.h"
#include <string.h>
#include "sql/array.h"

static const struct filter *state_filter(const struct resource *resource)
{
	for (const struct route *r = resource->routes; r && r->method; r++)
		for (const struct filter *f = r->list ? r->list->filters : NULL;
		     f && f->name; f++)
			if (strcmp(f->name, "state") == 0 && f->one_of)
				return f;
	return NULL;
}

static void step_check(struct wiring *wiring, const struct resource *resource,
		       const struct step *step)
{
	const struct filter *states = state_filter(resource);
	const char *const *from = array_items(wiring->arena, step->from);

	if (!step->from || *step->from != '{' || !*from)
		fault_say(wiring, "%s names no states to leave", step->action);
	for (; states && *from; from++)
		if (!array_has(states->one_of, *from))
			fault_say(wiring,
				  "%s leaves %s, which is no state of the list's filter",
				  step->action, *from);
	if (states && step->to && !array_has(states->one_of, step->to))
		fault_say(wiring, "%s goes to %s, which is no state of the list's filter",
			  step->action, step->to);
	if (!step->label)
		fault_say(wiring, "%s has no label", step->action);
	if (step->done)
		query_wired(wiring, step->done, NULL);
	if (!step->gate)
		return;
	query_wired(wiring, step->gate, NULL);
	if (query_has_slot(step->gate, "reach"))
		fault_say(wiring, "%s is a gate and has {reach}",
			  query_texts[step->gate].name);
}

static void flow_check(struct wiring *wiring, const struct resource *resource)
{
	if (!resource->get || !resource->move)
		fault_say(wiring, "has a flow, but no get or no move query");
	if (!state_filter(resource))
		fault_say(wiring, "has a flow, but no list that filters by state");
	for (const struct step *step = resource->flow; step->action; step++)
		step_check(wiring, resource, step);
}

void resource_check(struct wiring *wiring, const struct resource *resource)
{
	if (!resource->path || *resource->path != '/')
		fault_say(wiring, "has no path");
	if (resource->get && resource->read == UNSET)
		fault_say(wiring, "can be read without a permission");
	if (resource->get)
		query_wired(wiring, resource->get, NULL);
	if (resource->flow)
		flow_check(wiring, resource);
}

static void list_check(struct wiring *wiring, const struct route *route)
{
	const struct listing *list = route->list;
	bool paged = route->sql && query_has_slot(route->sql, "page");

	if (route->sql && paged != (list != NULL))
		fault_say(wiring,
			  paged ? "%s has pages, but the route no listing"
				: "%s has no {page}, but the route a listing",
			  query_texts[route->sql].name);
	if (!list)
		return;
	if (!list->sorts || !list->sorts->name || !list->id)
		fault_say(wiring, "its listing has no sort or no id");
	if (route->sql && (!query_has_slot(route->sql, "cursor") ||
			   !query_has_slot(route->sql, "filter")))
		fault_say(wiring, "%s has no {filter} or no {cursor}",
			  query_texts[route->sql].name);
	if (list->changed && route->handle)
		fault_say(wiring, "offers changed_since, but has a handler");
	for (const struct filter *f = list->filters; f && f->name; f++)
		if (f->type == LIST || f->type == OBJECTS || f->type == ANY ||
		    (f->type == ONE_OF && !f->one_of))
			fault_say(wiring, "filter %s has a type that cannot filter",
				  f->name);
}

static void method_check(struct wiring *wiring, const struct route *route)
{
	static const char *const methods[] = { "GET",	"POST",	  "PUT",
					       "PATCH", "DELETE", NULL };
	bool get = strcmp(route->method, "GET") == 0;

	if (!array_has(methods, route->method))
		fault_say(wiring, "has a method that no route may have");
	if (get && route->body)
		fault_say(wiring, "reads, but takes a body");
	if (!get && (route->list || route->whole))
		fault_say(wiring, "writes, but is a list");
	if (get ? route->binary : route->audited)
		fault_say(wiring,
			  get ? "reads, but takes bytes" : "writes, and is audited");
	/* what names no row has no version either */
	if (!get && strcmp(route->method, "POST") != 0 && !route->if_match &&
	    !route->binary && strpbrk(route->path, ":*"))
		fault_say(wiring, "is a %s without if_match", route->method);
}

void route_check(struct wiring *wiring, const struct route_entry *entry)
{
	const struct route *route = &entry->route;
	bool inner = strcmp(route->method, "GET") != 0 && !route->handle && !route->step;

	if (*route->path != '/')
		fault_say(wiring, "its path does not begin with /");
	if (route->permission <= UNSET || route->permission >= PERMISSION_COUNT)
		fault_say(wiring, "has no permission");
	if (!route->sql && !route->handle)
		fault_say(wiring, "has neither a query nor a handler");
	if (inner && !entry->resource->get)
		fault_say(wiring,
			  "writes, but its resource has no get query to show the row");
	method_check(wiring, route);
	list_check(wiring, route);
	fields_wired(wiring, route->query, "parameter");
	fields_wired(wiring, route->body, "field");
	if (route->sql)
		query_wired(wiring, route->sql, entry);
}
