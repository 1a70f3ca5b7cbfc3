/* Rows of CSV as they stream in, by libcsv. */
#include "api/csv_rows.h"
#include <string.h>

static void on_cell(void *bytes, size_t length, void *data)
{
	struct csv_rows *rows = data;

	if (rows->count < CSV_COLUMNS_MAX) {
		rows->starts[rows->count] = rows->text.length;
		if (length)
			buffer_add(&rows->text, bytes, length);
		buffer_char(&rows->text, '\0');
	}
	rows->count++;
}

static void on_row(int separator, void *data)
{
	struct csv_rows *rows = data;
	struct csv_cell cells[CSV_COLUMNS_MAX];
	int kept = rows->count < CSV_COLUMNS_MAX ? rows->count : CSV_COLUMNS_MAX;

	(void)separator;
	for (int i = 0; i < kept; i++) {
		size_t end = i + 1 < kept ? rows->starts[i + 1] : rows->text.length;

		cells[i].text = rows->text.data + rows->starts[i];
		cells[i].length = end - rows->starts[i] - 1;
	}
	if (rows->count > 0)
		rows->take(rows->data, rows->row_line, cells, rows->count);
	rows->count = 0;
	rows->text.length = 0;
	rows->row_open = false;
}

void csv_rows_begin(struct csv_rows *rows, csv_row_taker take, void *data)
{
	*rows = (struct csv_rows){ .take = take, .data = data };
	csv_init(&rows->parser, CSV_STRICT | CSV_STRICT_FINI);
}

/* libcsv does not count lines: feeding it line by line does, quoted line breaks
 * included. */
bool csv_rows_feed(struct csv_rows *rows, const char *bytes, size_t size)
{
	for (const char *at = bytes, *end = bytes + size; at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = newline ? (size_t)(newline - at) + 1 : (size_t)(end - at);

		rows->line += !rows->line_open;
		rows->line_open = !newline;
		if (!rows->row_open)
			rows->row_line = rows->line;
		rows->row_open |= *at != '\r' && *at != '\n';
		if (csv_parse(&rows->parser, at, length, on_cell, on_row, rows) != length)
			return false;
		at += length;
	}
	return true;
}

bool csv_rows_end(struct csv_rows *rows)
{
	return csv_fini(&rows->parser, on_cell, on_row, rows) == 0;
}

void csv_rows_free(struct csv_rows *rows)
{
	csv_free(&rows->parser);
	buffer_free(&rows->text);
}
