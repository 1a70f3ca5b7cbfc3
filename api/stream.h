/* Whole lists as CSV or NDJSON: page after page, each in a transaction of its own, none
 * of them open while bytes go out. */
#pragma once
#include <sys/types.h>
#include "models/resource.h"

enum { STREAM_PAGE = 500 }; /* rows held in memory at one time */

/* Is the whole list meant: CSV or NDJSON, no limit=, and a client that can tell an end
 * from a break? */
bool stream_wanted(const struct call *call);
/* Writes the rows of a page in the answer's media type. */
void rows_write(struct call *call);
/* What goes on behind the answer's body, from call->next on. */
struct stream *stream_begin(const struct call *call);
/* The next bytes, at most `room`; 0 at the end, -1 when it broke off: what was sent is
 * then not all. */
ssize_t stream_read(struct stream *stream, char *out, size_t room);
void stream_end(struct stream *stream);
