/* Expands flow rows to routes and refuses to start on anything that is not wired. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include "models/wiring.h"

static const struct resource *const *wired; /* the registry that was booted */
static struct route_entry *entries;
static int entry_count, entry_room;
static struct arena *process; /* kept until the process ends */

char *step_path(struct arena *arena, const char *action)
{
	char *path = arena_copy(arena, action);

	for (char *at = path; *at; at++)
		if (*at == '_')
			*at = '-';
	return path;
}

static void entry_add(const struct resource *resource, struct route route)
{
	if (entry_count == entry_room) {
		entry_room = entry_room ? 2 * entry_room : 64;
		entries = realloc(entries, (size_t)entry_room * sizeof(*entries));
		if (!entries)
			abort();
	}
	entries[entry_count++] = (struct route_entry){ resource, route, NULL };
}

static void step_expand(const struct resource *resource, const struct step *step)
{
	struct route route = {
		.method = "POST",
		.path = arena_printf(process, "%s/:id/%s", resource->path,
				     step_path(process, step->action)),
		.permission = step->permission,
		.sql = resource->move,
		.body = step->body,
		.versioned = true,
		.recent = step->recent,
		.provides = step->provides,
		.step = step,
	};

	entry_add(resource, route);
}

static void resource_expand(const struct resource *resource)
{
	for (const struct route *route = resource->routes; route && route->method;
	     route++)
		entry_add(resource, *route);
	for (const struct step *step = resource->flow; step && step->action; step++)
		step_expand(resource, step);
}

/* Two paths are the same place when they differ only in the names of their values. */
static bool path_same(const char *a, const char *b)
{
	for (; *a && *b; a++, b++) {
		if ((*a == ':' || *a == '*') && *a == *b) {
			a += strcspn(a, "/");
			b += strcspn(b, "/");
			a--, b--;
		} else if (*a != *b) {
			return false;
		}
	}
	return *a == *b;
}

static void check_double(struct wiring *wiring, int at)
{
	for (int i = 0; i < at; i++)
		if (strcmp(entries[i].route.method, entries[at].route.method) == 0 &&
		    path_same(entries[i].route.path, entries[at].route.path))
			fault_say(wiring, "is there twice");
}

/* Once: every GET shows what its actions take. */
static void entry_describe(struct route_entry *entry)
{
	json_t *fields = fields_describe(entry->route.body, FIELD_CREATE);
	autofree char *text = json_dumps(fields, JSON_COMPACT);

	entry->fields = arena_copy(process, text);
	json_decref(fields);
}

const char *step_fields(const struct step *step)
{
	int at = 0;

	while (entries[at].route.step != step)
		at++;
	return entries[at].fields;
}

bool resources_boot(const struct resource *const *registry, boot_say say)
{
	struct wiring wiring = { .say = say };

	if (!process)
		process = arena_new();
	wiring.arena = process;
	entry_count = 0;
	wired = registry;
	for (const struct resource *const *each = registry; *each; each++)
		resource_expand(*each);
	for (const struct resource *const *each = registry; *each; each++) {
		wiring.where = (*each)->name;
		resource_check(&wiring, *each);
	}
	for (int i = 0; i < entry_count; i++) {
		wiring.where = arena_printf(process, "%s %s", entries[i].route.method,
					    entries[i].route.path);
		route_check(&wiring, &entries[i]);
		check_double(&wiring, i);
	}
	for (int i = 0; i < entry_count && !wiring.faults; i++)
		if (entries[i].route.step)
			entry_describe(&entries[i]);
	return wiring.faults == 0;
}

const struct route_entry *resource_routes(int *ret_count)
{
	*ret_count = entry_count;
	return entries;
}

const struct resource *const *resource_registry(void)
{
	return wired;
}
