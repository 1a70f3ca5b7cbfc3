/* Which characters a text may hold, and whether any of them can be seen. */
#pragma once
#include <stdbool.h>

/* What is wrong with valid UTF-8, as a sentence's end; NULL when nothing is. `breaks`:
 * line breaks and tabs are allowed. */
const char *text_fault(const char *text, bool breaks);
