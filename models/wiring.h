/* The checks that boot makes of every resource and route. */
#pragma once
#include "models/resource.h"

struct wiring {
	struct arena *arena;
	boot_say say;
	const char *where; /* what is being checked: begins each fault */
	int faults;
};

void fault_say(struct wiring *wiring, const char *fmt, ...) printf_like(2, 3);
void resource_check(struct wiring *wiring, const struct resource *resource);
void route_check(struct wiring *wiring, const struct route_entry *entry);
/* A field table: names, types, words. */
void fields_wired(struct wiring *wiring, const struct field *fields, const char *what);
/* Every parameter of a query, its slots' expressions included, must be given by the route
 * it belongs to. entry NULL: a row's own query (get, gates) knows the row and the caller,
 * no body. */
void query_wired(struct wiring *wiring, enum query query,
		 const struct route_entry *entry);
bool name_given(const struct route_entry *entry, const char *name);
/* Is the name one the engine sets, which no table may use? */
bool name_reserved(const char *name);
