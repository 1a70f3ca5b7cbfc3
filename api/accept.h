/* Which of our media types the caller wants: RFC 9110 section 12.5.1. */
#pragma once

/* The best of `offers` (ends with NULL, ours first) for an Accept header; a missing
 * header takes the first. NULL: none is acceptable. */
const char *accept_choose(const char *accept, const char *const *offers);
