/* Reads a CSV file with a header row into objects, noting faults by line. */
#include "api/csv_file.h"
#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "base/encoding.h"

enum { COLUMNS_MAX = 200 };

struct reader {
	struct arena *arena;
	struct csv_file *file;
	const struct fault **faults;
	const char *columns[COLUMNS_MAX];
	int column_count, column, line, capacity, row_line;
	json_t *row; /* NULL while the header is read */
	bool header_done, row_bad;
};

static void note(struct reader *reader, const char *detail)
{
	fault_add(reader->arena, reader->faults,
		  arena_printf(reader->arena, "/line %d", reader->row_line), "%s",
		  detail);
	reader->row_bad = true;
}

static void on_cell(void *bytes, size_t length, void *data)
{
	struct reader *reader = data;
	const char *text = arena_copy_n(reader->arena, bytes ? bytes : "", length);

	if (!reader->header_done) {
		if (reader->column_count < COLUMNS_MAX)
			reader->columns[reader->column_count++] = text;
		return;
	}
	if (!reader->row)
		reader->row = json_object();
	if (reader->column >= reader->column_count)
		note(reader, "has more cells than the header has columns");
	else if (!utf8_valid(text, length))
		note(reader, "is not UTF-8");
	else if (length > 0)
		json_object_set_new(reader->row, reader->columns[reader->column],
				    json_stringn(text, length));
	reader->column++;
}

static void keep_row(struct reader *reader)
{
	struct csv_file *file = reader->file;

	if (reader->column < reader->column_count)
		note(reader, "has fewer cells than the header has columns");
	if (file->count == reader->capacity) {
		int capacity = reader->capacity ? reader->capacity * 2 : 64;
		struct csv_row *rows =
			arena_alloc(reader->arena, sizeof(*rows) * (size_t)capacity);

		if (file->count > 0)
			memcpy(rows, file->rows, sizeof(*rows) * (size_t)file->count);
		file->rows = rows;
		reader->capacity = capacity;
	}
	if (reader->row_bad) {
		json_decref(reader->row);
		reader->row = NULL;
	}
	file->rows[file->count++] = (struct csv_row){ reader->row_line, reader->row };
}

static void on_row(int separator, void *data)
{
	struct reader *reader = data;

	(void)separator;
	if (!reader->header_done)
		reader->header_done = true;
	else if (reader->row)
		keep_row(reader);
	reader->row = NULL;
	reader->row_bad = false;
	reader->column = 0;
}

/* libcsv does not count lines: feeding it line by line does,
 * quoted line breaks included. */
static bool feed(struct reader *reader, struct csv_parser *parser, const char *text,
		 size_t size)
{
	for (const char *at = text, *end = text + size; at < end;) {
		const char *newline = memchr(at, '\n', (size_t)(end - at));
		size_t length = newline ? (size_t)(newline - at) + 1 : (size_t)(end - at);

		reader->line++;
		if (reader->column == 0)
			reader->row_line = reader->line;
		if (csv_parse(parser, at, length, on_cell, on_row, reader) != length)
			return false;
		at += length;
	}
	return csv_fini(parser, on_cell, on_row, reader) == 0;
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

const struct problem *csv_read(struct arena *arena, const char *path, size_t max_bytes,
			       struct csv_file *ret_file, const struct fault **faults)
{
	struct reader reader = { .arena = arena, .file = ret_file, .faults = faults };
	struct csv_parser parser;
	size_t size = 0, skip;
	const char *text = slurp(arena, path, max_bytes, &size);
	bool whole;

	*ret_file = (struct csv_file){ 0 };
	if (!text)
		return problem(arena, PROBLEM_BAD_REQUEST, "%s cannot be read: %s.", path,
			       strerror(errno));
	skip = size >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
	csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
	whole = feed(&reader, &parser, text + skip, size - skip);
	csv_free(&parser);
	if (!whole) {
		reader.row_line = reader.line;
		note(&reader, "has a quote out of place or one that is never closed");
	}
	if (reader.row)
		json_decref(reader.row);
	return NULL;
}

void csv_free_rows(struct csv_file *file)
{
	for (int i = 0; i < file->count; i++)
		json_decref(file->rows[i].cells);
	file->count = 0;
}
