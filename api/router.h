/* From method and raw path to a route: a trie built once, strict about what a path may
 * be. */
#pragma once
#include "models/resource.h"

bool router_build(const struct route_entry *routes,
		  int count); /* false: two routes clash */
/* 400 for %00, %zz, //, dot segments, invalid UTF-8; 404; 405 with the methods there are.
 * HEAD finds GET. Sets path values (":id" as "id", must be UUIDs, else 404). */
const struct problem *router_find(struct arena *arena, const char *method,
				  const char *path, struct values *values,
				  const struct route_entry **ret_route);
/* The methods of a path for OPTIONS and CORS, as "GET, HEAD, POST"; NULL when unknown. */
const char *router_methods(struct arena *arena, const char *path);
/* Decodes a query string strictly into ordered pairs; 400 naming the parameter. */
const struct problem *query_read(struct arena *arena, const char *query,
				 struct value **ret_params, int *ret_count);
