/* A CSV file with a header row, read whole (RFC 4180, UTF-8), by libcsv. */
#pragma once
#include <jansson.h>
#include "base/problem.h"

struct csv_row {
	int line;      /* of the file, where the row begins; the header is line 1 */
	json_t *cells; /* {column: text}; empty cells are absent; NULL: faulty */
};
struct csv_file {
	struct csv_row *rows;
	int count;
};

/* Faults carry "/line 3" as pointer. NULL file content: could not be read. */
const struct problem *csv_read(struct arena *arena, const char *path, size_t max_bytes,
			       struct csv_file *ret_file, const struct fault **faults);
void csv_free_rows(struct csv_file *file);
