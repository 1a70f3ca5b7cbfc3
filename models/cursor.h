/* Keyset cursors: where a page of a list ended, as an opaque text. */
#pragma once
#include "models/listing.h"

/* Checks the cursor against the page's sort and fills the page's cursor and page slots;
 * `cursor` NULL is the first page. false: it is not one of this list in this order. */
bool cursor_read(struct arena *arena, const struct listing *listing, const char *cursor,
		 struct values *values, struct page *page);
