/* Texts with places to fill in, like {{school_name}}. */
#pragma once
#include "models/call.h"

/* What is wrong with the places of a text, in words; NULL: nothing. */
const char *template_fault(struct arena *arena, const char *text);
/* The text with its places filled from a row's columns of these names, once: what is put
 * in is not looked at again. *ret_missing: the first place that has no value, or NULL. */
const char *template_fill(struct arena *arena, const char *text, const PGresult *row,
			  const char **ret_missing);
