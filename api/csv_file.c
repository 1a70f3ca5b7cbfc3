/* Reads a CSV file with a header row into objects, noting faults by line. */
#include "api/csv_file.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include "api/csv_rows.h"
#include "base/encoding.h"

enum { COLUMNS_MAX = 200 };

struct reader {
	struct arena *arena;
	struct csv_file *file;
	const struct fault **faults;
	const char *row_fault; /* the first of the row under way */
	const char *columns[COLUMNS_MAX];
	int column_count, capacity, rows_max;
	bool header_bad;
};

static void note(struct reader *reader, int line, const char *detail)
{
	if (!reader->row_fault)
		reader->row_fault = detail;
	fault_add(reader->arena, reader->faults,
		  arena_printf(reader->arena, "/line %d", line), "%s", detail);
}

/* Of two cells of one name one would be lost; without a name a spreadsheet leaves
 * several.
 */
static const char *column_fault(const struct reader *reader, int column,
				const struct csv_cell *cell)
{
	if (!utf8_valid(cell->text, cell->length))
		return "is not UTF-8";
	for (int i = 0; i < column && cell->length; i++)
		if (strcmp(reader->columns[i], reader->columns[column]) == 0)
			return "names a column twice";
	return NULL;
}

static void take_header(struct reader *reader, int line, const struct csv_cell *cells,
			int count)
{
	const char *fault = count > COLUMNS_MAX ? "has too many columns" : NULL;

	reader->column_count = count < COLUMNS_MAX ? count : COLUMNS_MAX;
	for (int i = 0; i < reader->column_count; i++) {
		reader->columns[i] =
			arena_copy_n(reader->arena, cells[i].text, cells[i].length);
		if (!fault)
			fault = column_fault(reader, i, &cells[i]);
	}
	reader->header_bad = fault;
	if (fault)
		note(reader, line, fault);
}

/* Every fault of a row is told. */
static bool cells_check(struct reader *reader, int line, const struct csv_cell *cells,
			int count)
{
	bool good = count == reader->column_count;

	if (count > reader->column_count)
		note(reader, line, "has more cells than the header has columns");
	for (int i = 0; i < count && i < reader->column_count; i++)
		if (!utf8_valid(cells[i].text, cells[i].length)) {
			note(reader, line, "is not UTF-8");
			good = false;
		}
	if (count < reader->column_count)
		note(reader, line, "has fewer cells than the header has columns");
	return good;
}

static json_t *cells_object(const struct reader *reader, const struct csv_cell *cells)
{
	json_t *row = json_object();

	for (int i = 0; i < reader->column_count; i++)
		if (cells[i].length > 0)
			json_object_set_new(row, reader->columns[i],
					    json_stringn(cells[i].text, cells[i].length));
	return row;
}

static void keep_row(struct reader *reader, int line, json_t *row)
{
	struct csv_file *file = reader->file;

	if (file->count == reader->capacity) {
		int capacity = reader->capacity ? reader->capacity * 2 : 64;
		struct csv_row *rows =
			arena_alloc(reader->arena, sizeof(*rows) * (size_t)capacity);

		if (file->count > 0)
			memcpy(rows, file->rows, sizeof(*rows) * (size_t)file->count);
		file->rows = rows;
		reader->capacity = capacity;
	}
	file->rows[file->count++] =
		(struct csv_row){ line, row, row ? NULL : reader->row_fault };
}

static void take_row(void *data, int line, const struct csv_cell *cells, int count)
{
	struct reader *reader = data;

	reader->row_fault = NULL;
	if (!reader->column_count)
		take_header(reader, line, cells, count);
	else if (reader->header_bad || reader->file->count == reader->rows_max)
		return;
	else if (cells_check(reader, line, cells, count))
		keep_row(reader, line, cells_object(reader, cells));
	else
		keep_row(reader, line, NULL);
}

static char *slurp(struct arena *arena, const char *path, size_t max_bytes,
		   size_t *ret_size)
{
	autofclose FILE *file = fopen(path, "rb");
	char *text;

	if (!file)
		return NULL;
	text = arena_alloc(arena, max_bytes + 1);
	*ret_size = fread(text, 1, max_bytes + 1, file);
	if (ferror(file))
		return NULL;
	if (*ret_size > max_bytes)
		errno = EFBIG;
	return *ret_size > max_bytes ? NULL : text;
}

bool csv_read_bytes(struct arena *arena, const char *bytes, size_t size, int rows_max,
		    struct csv_file *ret_file, const struct fault **faults)
{
	struct reader reader = {
		.arena = arena, .file = ret_file, .faults = faults, .rows_max = rows_max
	};
	size_t skip = size >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	struct csv_rows rows;
	bool whole;

	*ret_file = (struct csv_file){ 0 };
	csv_rows_begin(&rows, take_row, &reader);
	whole = csv_rows_feed(&rows, bytes + skip, size - skip) && csv_rows_end(&rows);
	if (!whole)
		note(&reader, rows.line,
		     "has a quote out of place or one that is never closed");
	csv_rows_free(&rows);
	return whole && !reader.header_bad;
}

const struct problem *csv_read(struct arena *arena, const char *path, size_t max_bytes,
			       struct csv_file *ret_file, const struct fault **faults)
{
	size_t size = 0;
	const char *text = slurp(arena, path, max_bytes, &size);

	*ret_file = (struct csv_file){ 0 };
	if (!text)
		return problem(arena, PROBLEM_BAD_REQUEST, "%s cannot be read: %s.", path,
			       strerror(errno));
	csv_read_bytes(arena, text, size, INT_MAX, ret_file, faults);
	return NULL;
}

void csv_free_rows(struct csv_file *file)
{
	for (int i = 0; i < file->count; i++)
		json_decref(file->rows[i].cells);
	file->count = 0;
}
