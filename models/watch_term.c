/* What is looked for in public (R1): names and handles of the organisation, never of a
 * person. */
#include "models/resource.h"
#include "models/words.h"

static const struct field content[] = {
	{ "school_id", UUID },
	{ "kind", ONE_OF, .required = true, WORDS(words_watch_kind) },
	{ "text", LINE, .required = true, .min = 3, .max = 200 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "w.school_id", UUID },
			{ "kind", "w.kind", ONE_OF, WORDS(words_watch_kind) },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "w.created_at", TIME },
			{ 0 },
		},
	.id = "w.id",
};

static const struct problem *term_remove(struct call *call)
{
	return resource_update(call, call->route->sql);
}

static const struct route routes[] = {
	{ "GET", "/v1/watch-terms", WATCH_TERM_READ, .sql = q_watch_term_list,
	  .list = &listing },
	{ "GET", "/v1/watch-terms/:id", WATCH_TERM_READ, .sql = q_watch_term_get },
	{ "POST", "/v1/watch-terms", WATCH_TERM_WRITE, .sql = q_watch_term_add,
	  .body = content, .status = 201 },
	{ "DELETE", "/v1/watch-terms/:id", WATCH_TERM_WRITE, .sql = q_watch_term_remove,
	  .handle = term_remove, .if_match = true, .status = 204 },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "watch_term_once", PROBLEM_ALREADY_EXISTS, "/text",
	  "This is looked for here already." },
	{ 0 },
};

const struct resource watch_term = {
	.name = "watch_term",
	.path = "/v1/watch-terms",
	.read = WATCH_TERM_READ,
	.get = q_watch_term_get,
	.routes = routes,
	.constraints = constraints,
};
