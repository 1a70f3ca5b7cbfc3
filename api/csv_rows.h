/* Rows of CSV (RFC 4180) as they stream in, by libcsv, with the lines they stand on. */
#pragma once
#include <csv.h>
#include <stdbool.h>
#include "base/buffer.h"

struct csv_cell {
	const char *text; /* NUL-terminated; may hold NULs of its own */
	size_t length;
};

enum { CSV_COLUMNS_MAX = 400 };

/* One row, the header included; `cells` hold until it returns. */
typedef void (*csv_row_taker)(void *data, int line, const struct csv_cell *cells,
			      int count);

struct csv_rows {
	csv_row_taker take;
	void *data;
	struct csv_parser parser;
	struct buffer text; /* of the row under way */
	size_t starts[CSV_COLUMNS_MAX];
	int count; /* of its cells; those beyond the most are counted, not kept */
	int line, row_line;
	bool line_open, row_open; /* not at their ends yet */
};

void csv_rows_begin(struct csv_rows *rows, csv_row_taker take, void *data);
/* The next bytes of the file; false: a quote out of place, at rows->line. */
bool csv_rows_feed(struct csv_rows *rows, const char *bytes, size_t size);
/* The end of the file; false: a quote that is never closed. */
bool csv_rows_end(struct csv_rows *rows);
void csv_rows_free(struct csv_rows *rows);
