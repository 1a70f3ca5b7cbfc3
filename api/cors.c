/* Cross-origin calls (Fetch standard): an allow-list of front ends, from the settings,
 * and the routes that are open to every page. */
#include "api/cors.h"
#include <string.h>
#include "api/reply.h"
#include "api/router.h"
#include "base/config.h"

static bool origin_allowed(const char *origin)
{
	const char *at = config_text(CONFIG_CORS_ORIGINS);

	while (origin && *(at += strspn(at, " "))) {
		size_t length = strcspn(at, " ");

		if (strlen(origin) == length && memcmp(origin, at, length) == 0)
			return true;
		at += length;
	}
	return false;
}

static void preflight(struct answer *answer, const char *methods)
{
	answer_header(answer, "Access-Control-Allow-Methods", methods);
	answer_header(
		answer, "Access-Control-Allow-Headers",
		"Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, "
		"X-Request-Id, traceparent");
	answer_header(answer, "Access-Control-Max-Age", "600");
}

void cors_options(const struct request *request, struct answer *answer)
{
	const char *methods = router_methods(request->arena, request->path);
	const struct route_entry *route;
	struct values values = { 0 };

	if (!methods) {
		reply_problem(answer,
			      router_find(request->arena, "OPTIONS", request->path,
					  &values, &route),
			      request);
		return;
	}
	answer->status = 204;
	answer_header(answer, "Allow", methods);
	answer->open =
		!router_find(request->arena, "GET", request->path, &values, &route) &&
		route->route.open;
	if (request->preflight_method &&
	    (answer->open || origin_allowed(request->origin)))
		preflight(answer, methods);
}

void cors_headers(const struct request *request, struct answer *answer)
{
	if (answer->open) {
		/* the same for everybody, so that caches may share it */
		answer_header(answer, "Access-Control-Allow-Origin", "*");
		answer_header(answer, "Access-Control-Expose-Headers",
			      "ETag, Retry-After, X-Request-Id");
		return;
	}
	if (!*config_text(CONFIG_CORS_ORIGINS))
		return;
	answer_header(answer, "Vary", "Origin");
	if (!origin_allowed(request->origin))
		return;
	answer_header(answer, "Access-Control-Allow-Origin", request->origin);
	answer_header(answer, "Access-Control-Allow-Credentials", "true");
	answer_header(answer, "Access-Control-Expose-Headers",
		      "ETag, Idempotency-Replayed, Link, Location, Retry-After, "
		      "X-Request-Id");
}
