/* A CSV file with a header row, read whole (RFC 4180, UTF-8), by libcsv. */
#pragma once
#include <jansson.h>
#include "base/problem.h"

struct csv_row {
	int line;	   /* of the file, where the row begins; the header is line 1 */
	json_t *cells;	   /* {column: text}; empty cells are absent; NULL: faulty */
	const char *fault; /* the first of such a row */
};
struct csv_file {
	struct csv_row *rows;
	int count;
};

/* Faults carry "/line 3" as pointer. NULL file content: could not be read. */
const struct problem *csv_read(struct arena *arena, const char *path, size_t max_bytes,
			       struct csv_file *ret_file, const struct fault **faults);
/* The same of bytes at hand, rows_max of their rows; false: a quote that is out of place
 * or never closed, or a header that says a column twice. */
bool csv_read_bytes(struct arena *arena, const char *bytes, size_t size, int rows_max,
		    struct csv_file *ret_file, const struct fault **faults);
void csv_free_rows(struct csv_file *file);
