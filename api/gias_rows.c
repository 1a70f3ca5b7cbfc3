/* Rows of the register's files on their way into register_row. */
#include "api/gias_rows.h"
#include <stdio.h>
#include <string.h>

enum { COPY_AT = 1 << 16, REFUSED_MAX = 1000, PROGRESS = 10000 };

static const char register_row[] =
	"CREATE TEMP TABLE register_row (ord integer, place text, urn text, name text,"
	" status text, phase text, establishment_type text, establishment_type_group text,"
	" local_authority text, local_authority_code text, establishment_number text,"
	" ukprn text, opened_on date, closed_on date, town text, postcode text,"
	" website text, uid text, group_id text, trust_name text, company text, kind text,"
	" trust_status text, trust_opened_on date, trust_closed_on date, joined_on date,"
	" link_urn text, link_direction text, link_kind text, linked_on date)"
	" ON COMMIT DROP";

void gias_rows_begin(struct gias_rows *rows, struct arena *arena, struct bulk *bulk,
		     const char *file)
{
	*rows = (struct gias_rows){ .arena = arena,
				    .bulk = bulk,
				    .file = file,
				    .row_arena = arena_new(),
				    .refused = json_array() };
}

static void fail(struct gias_rows *rows, const struct problem *why)
{
	if (!rows->failed)
		rows->failed = why;
}

static void row_count(struct gias_rows *rows)
{
	if (++rows->rows % PROGRESS == 0)
		fprintf(stderr, "%s: %ld rows read\n", rows->file, rows->rows);
}

static void row_refuse(struct gias_rows *rows, const char *where, const char *detail)
{
	json_array_append_new(rows->refused,
			      json_pack("{s:s, s:s}", "where", where, "detail", detail));
	if (json_array_size(rows->refused) > REFUSED_MAX)
		fail(rows, problem(rows->arena, PROBLEM_INVALID,
				   "More than %d rows are faulty, the first at %s: %s.",
				   REFUSED_MAX,
				   json_string_value(json_object_get(
					   json_array_get(rows->refused, 0), "where")),
				   json_string_value(json_object_get(
					   json_array_get(rows->refused, 0), "detail"))));
}

/* The header's names as they would be read in a row; a byte order mark is no part. */
static const char *header_name(struct gias_rows *rows, const struct csv_cell *cell,
			       bool first)
{
	bool marked =
		first && cell->length >= 3 && memcmp(cell->text, "\xEF\xBB\xBF", 3) == 0;
	const char *name = NULL;

	gias_cell_read(rows->arena, GIAS_TEXT, cell->text + (marked ? 3 : 0),
		       cell->length - (marked ? 3 : 0), &name);
	return name ? name : "";
}

static void copy_begin(struct gias_rows *rows)
{
	autobuffer command = { 0 };
	const struct problem *err = bulk_run(rows->bulk, "register_row", register_row);

	buffer_text(&command, "COPY register_row (ord, place");
	for (int i = 0; rows->form->columns[i].column; i++)
		if (rows->places[i] >= 0)
			buffer_printf(&command, ", %s", rows->form->columns[i].column);
	buffer_text(&command, ") FROM STDIN");
	if (!err)
		err = bulk_copy_begin(rows->bulk, command.data);
	if (err)
		fail(rows, err);
}

void gias_rows_form(struct gias_rows *rows, const struct gias_form *form)
{
	rows->form = form;
	for (rows->width = 0; form->columns[rows->width].column; rows->width++)
		rows->places[rows->width] = rows->width;
	copy_begin(rows);
}

void gias_rows_header(struct gias_rows *rows, const struct csv_cell *cells, int count)
{
	const char *names[CSV_COLUMNS_MAX];
	const struct problem *err;

	if (count > CSV_COLUMNS_MAX)
		count = CSV_COLUMNS_MAX;
	for (int i = 0; i < count; i++)
		names[i] = header_name(rows, &cells[i], i == 0);
	err = gias_form_find(rows->arena, names, count, &rows->form, rows->places);
	rows->width = count;
	if (err)
		fail(rows, err);
	else
		copy_begin(rows);
}

static void copy_send(struct gias_rows *rows)
{
	const struct problem *err = NULL;

	if (rows->copy.length && !rows->failed)
		err = bulk_copy(rows->bulk, rows->copy.data, rows->copy.length);
	rows->copy.length = 0;
	if (err)
		fail(rows, err);
}

static void copy_cell(struct buffer *copy, const char *text)
{
	buffer_char(copy, '\t');
	if (!text)
		buffer_text(copy, "\\N");
	for (; text && *text; text++) {
		if (*text == '\\')
			buffer_char(copy, '\\');
		buffer_char(copy, *text);
	}
}

/* What belongs to the trust: of no use where the group is none. */
static bool of_trust(const char *column)
{
	return strncmp(column, "trust_", 6) == 0 || strcmp(column, "uid") == 0 ||
	       strcmp(column, "company") == 0 || strcmp(column, "group_id") == 0 ||
	       strcmp(column, "joined_on") == 0;
}

/* The group is an academy trust, with its number and name, or none at all. */
static const char *trust_check(struct gias_rows *rows, const char **texts)
{
	const struct gias_form *form = rows->form;
	int kind = gias_column_find(form, "kind"), uid = gias_column_find(form, "uid");

	if (kind < 0)
		return NULL;
	if (texts[kind])
		return texts[uid] && texts[gias_column_find(form, "trust_name")]
			       ? NULL
			       : "is of an academy trust, but does not say which";
	rows->passed_over += texts[uid] != NULL;
	for (int i = 0; form->columns[i].column; i++)
		if (of_trust(form->columns[i].column))
			texts[i] = NULL;
	return NULL;
}

/* All cells that the form takes, or what is wrong with the first that is. */
static const char *row_read(struct gias_rows *rows, const struct csv_cell *cells,
			    int count, const char **texts)
{
	const struct gias_column *c = rows->form->columns;
	const char *fault;

	if (count > rows->width)
		return "has more cells than the header has names";
	if (count < rows->width - rows->form->spare)
		return "has fewer cells than the header has names";
	for (int i = 0; c[i].column; i++) {
		int at = rows->places[i];

		texts[i] = NULL;
		if (at < 0 || at >= count)
			continue;
		fault = gias_cell_read(rows->row_arena, c[i].type, cells[at].text,
				       cells[at].length, &texts[i]);
		if (!fault && c[i].filled && !texts[i])
			fault = "is empty";
		if (fault)
			return arena_printf(rows->row_arena, "%s %s", c[i].header, fault);
	}
	return trust_check(rows, texts);
}

static void row_keep(struct gias_rows *rows, const char *where, const char **texts)
{
	int urn = gias_column_find(rows->form, "urn"),
	    kind = gias_column_find(rows->form, "kind");

	if (urn < 0 && !texts[kind])
		return; /* a group that is no academy trust */
	buffer_printf(&rows->copy, "%ld", rows->rows);
	copy_cell(&rows->copy, where);
	for (int i = 0; rows->form->columns[i].column; i++)
		if (rows->places[i] >= 0)
			copy_cell(&rows->copy, texts[i]);
	buffer_char(&rows->copy, '\n');
	if (rows->copy.length >= COPY_AT)
		copy_send(rows);
}

void gias_rows_add(struct gias_rows *rows, const char *where,
		   const struct csv_cell *cells, int count)
{
	const char *texts[GIAS_COLUMNS_MAX], *fault;

	if (rows->failed)
		return;
	row_count(rows);
	fault = row_read(rows, cells, count, texts);
	if (fault)
		row_refuse(rows, where, fault);
	else
		row_keep(rows, where, texts);
	arena_reset(rows->row_arena);
}

void gias_rows_refuse(struct gias_rows *rows, const char *where, const char *detail)
{
	row_count(rows);
	row_refuse(rows, where, detail);
}

const struct problem *gias_rows_end(struct gias_rows *rows)
{
	const struct problem *err;

	copy_send(rows);
	if (!rows->failed && !rows->form)
		fail(rows, problem(rows->arena, PROBLEM_INVALID, "The file is empty."));
	if (!rows->failed && (err = bulk_copy_end(rows->bulk)))
		fail(rows, err);
	if (!rows->failed && rows->rows == 0)
		fail(rows, problem(rows->arena, PROBLEM_INVALID,
				   "There is no row below the header."));
	return rows->failed;
}

const char *gias_rows_columns(const struct gias_rows *rows)
{
	autobuffer out = { 0 };

	for (int i = 0; rows->form->columns[i].column; i++)
		if (rows->places[i] >= 0)
			buffer_printf(&out, "%c%s", out.length ? ',' : '{',
				      rows->form->columns[i].column);
	buffer_char(&out, '}');
	return arena_copy(rows->arena, out.data);
}

void gias_rows_free(struct gias_rows *rows)
{
	arena_free(rows->row_arena);
	buffer_free(&rows->copy);
	json_decref(rows->refused);
}
