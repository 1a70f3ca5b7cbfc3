/* Boot: which names a query may use on a route, and which are the engine's own. */
#include <string.h>
#include "models/wiring.h"
#include "sql/array.h"

static bool me_known(const char *name)
{
	static const char *const names[] = { "me_tenant",
					     "me_person",
					     "me_identity",
					     "me_session",
					     "me_session_version",
					     "me_request_id",
					     "me_read_only",
					     "reach_tenant",
					     "reach_schools",
					     "reach_school",
					     "inside_schools",
					     "inside_school",
					     NULL };

	return array_has(names, name);
}

static bool path_names(const char *path, const char *name)
{
	size_t length = strlen(name);

	for (const char *at = strpbrk(path, ":*"); at; at = strpbrk(at + 1, ":*"))
		if (strcspn(at + 1, "/") == length && strncmp(at + 1, name, length) == 0)
			return true;
	return false;
}

static bool field_named(const struct field *fields, const char *name)
{
	for (; fields && fields->name; fields++)
		if (strcmp(fields->name, name) == 0)
			return true;
	return false;
}

/* What any step of the flow gives, the move query knows: NULL from the other steps. */
static bool flow_gives(const struct resource *resource, const char *name)
{
	for (const struct step *step = resource->flow; step && step->action; step++)
		if (field_named(step->body, name) || array_has(step->provides, name))
			return true;
	return array_has(
		(const char *const[]){ "id", "version", "from", "to", "action", NULL },
		name);
}

static bool route_gives(const struct route_entry *entry, const char *name)
{
	const struct route *route = &entry->route;
	bool post = strcmp(route->method, "POST") == 0;
	bool patch = strcmp(route->method, "PATCH") == 0;

	if (me_known(name))
		return route->permission != PUBLIC;
	if (path_names(route->path, name) || field_named(route->query, name) ||
	    field_named(route->body, name) || array_has(route->provides, name))
		return true;
	if (route->binary && strcmp(name, "bytes") == 0)
		return true;
	if (patch && strncmp(name, "has_", 4) == 0)
		return field_named(route->body, name + 4);
	if (route->step && flow_gives(entry->resource, name))
		return true;
	return (post && strcmp(name, "id") == 0) ||
	       (route->if_match && strcmp(name, "version") == 0);
}

bool name_given(const struct route_entry *entry, const char *name)
{
	if (entry)
		return route_gives(entry, name);
	return me_known(name) || strcmp(name, "id") == 0;
}

bool name_reserved(const char *name)
{
	static const char *const whole[] = {
		"id", "version", "from", "to", "action", NULL
	};
	static const char *const heads[] = { "me_",	"reach_",  "has_",
					     "filter_", "cursor_", "page_",
					     "idem_",	"inside_", NULL };

	if (array_has(whole, name))
		return true;
	for (const char *const *head = heads; *head; head++)
		if (strncmp(*head, name, strlen(*head)) == 0)
			return true;
	return false;
}
