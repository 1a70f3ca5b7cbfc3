/* A file of the register as it was downloaded: CSV or a tar of JSON files, plain or gz.
 */
#pragma once
#include "api/gias_rows.h"

/* Feeds all rows of the file; NULL, or why it is refused as a whole. */
const struct problem *gias_file_read(struct gias_rows *rows, const char *path);
/* SHA-256 of its bytes as they lie there; NULL when it cannot be read. */
const char *gias_file_digest(struct arena *arena, const char *path);
/* The day that a name like edubasealldata20241101.csv speaks of; NULL: it names none. */
const char *gias_file_day(struct arena *arena, const char *path);
