/* What follows from how a route is declared: the forms of its answer and of its body. */
#include <string.h>
#include "models/resource.h"

bool route_takes_fields(const struct route *route)
{
	/* the columns of a CSV of its own have names that fields= cannot say; no answer
	 * has none */
	if (route->media == MEDIA_CSV_ONLY || route->status == 204)
		return false;
	return route->sql || route->step || route->list;
}

const char *const *route_offers(const struct route *route)
{
	static const char *const json[] = { "application/json", NULL };
	static const char *const csv[] = { "text/csv", NULL };
	static const char *const page[] = { "application/json", "text/html", NULL };
	static const char *const words[] = { "application/json", "text/plain", NULL };
	static const char *const lists[] = { "application/json", "text/csv",
					     "application/x-ndjson", NULL };
	static const char *const own[] = { NULL };

	switch (route->media) {
	case MEDIA_CSV_ONLY:
		return csv;
	case MEDIA_PAGE:
		return page;
	case MEDIA_WORDS:
		return words;
	case MEDIA_TEXT:
		return own;
	case MEDIA_JSON:
		break;
	}
	return route->list || route->whole ? lists : json;
}

enum field_mode route_mode(const struct route *route)
{
	return strcmp(route->method, "PATCH") == 0 ? FIELD_PATCH : FIELD_CREATE;
}
