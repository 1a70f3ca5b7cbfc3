/* q=: words to look for, as a filter on the table of words of a list. */
#pragma once
#include "base/buffer.h"
#include "models/listing.h"

/* Adds a condition and a value for each word: a row matches when each of them begins one
 * of its own. false: there is no word in it, or too many. */
bool search_read(struct arena *arena, const struct listing *listing, const char *text,
		 struct values *values, struct buffer *filter);
