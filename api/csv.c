/* Rows as CSV (RFC 4180) that a spreadsheet cannot mistake for formulas. */
#include <string.h>
#include "api/reply.h"
#include "sql/array.h"
#include "sql/row_json.h"

/* A text that begins like a formula gets an apostrophe in front;
 * numbers cannot be one. */
static bool runs_as_formula(enum cell_form form, const char *bytes, size_t length)
{
	return length && form != CELL_RAW && form != CELL_DECIMAL &&
	       memchr("=+-@\t\r", *bytes, 6);
}

static void field_quote(struct buffer *out, enum cell_form form, const char *bytes,
			size_t length)
{
	bool formula = runs_as_formula(form, bytes, length);

	if (!formula && strcspn(bytes, "\",\r\n") >= length) {
		buffer_add(out, bytes, length);
		return;
	}
	buffer_text(out, formula ? "\"'" : "\"");
	for (size_t i = 0; i < length; i++) {
		if (bytes[i] == '"')
			buffer_char(out, '"');
		buffer_char(out, bytes[i]);
	}
	buffer_char(out, '"');
}

static void item_join(void *data, const char *bytes, size_t length)
{
	struct buffer *joined = data;

	if (joined->length)
		buffer_text(joined, "; ");
	buffer_add(joined, bytes ? bytes : "", length);
}

static void field_write(struct buffer *out, enum cell_form form, const char *bytes,
			size_t length)
{
	autobuffer text = { 0 };

	if (form == CELL_FLAG) {
		buffer_text(out, *bytes == 't' ? "true" : "false");
		return;
	}
	buffer_text(&text, "");
	if (form == CELL_TIME)
		cell_time(&text, bytes, length);
	else if (form == CELL_TEXTS || form == CELL_NUMBERS)
		array_each(bytes, length, item_join, &text);
	else
		buffer_add(&text, bytes, length);
	/* json comes raw, as numbers do, and yet may begin with a minus; only text can
	 * harm */
	field_quote(out, form, text.data, text.length);
}

static void header_write(struct buffer *out, const PGresult *rows,
			 const char *const *only)
{
	const char *between = "";

	for (int i = 0; i < PQnfields(rows); i++) {
		if (!cell_shown(PQfname(rows, i), only))
			continue;
		buffer_text(out, between);
		field_quote(out, CELL_TEXT, PQfname(rows, i), strlen(PQfname(rows, i)));
		between = ",";
	}
	buffer_text(out, "\r\n");
}

static void row_write(struct buffer *out, const PGresult *rows, int row,
		      const char *const *only)
{
	const char *between = "";

	for (int i = 0; i < PQnfields(rows); i++) {
		if (!cell_shown(PQfname(rows, i), only))
			continue;
		buffer_text(out, between);
		if (!PQgetisnull(rows, row, i))
			field_write(out, cell_form(rows, i), PQgetvalue(rows, row, i),
				    (size_t)PQgetlength(rows, row, i));
		between = ",";
	}
	buffer_text(out, "\r\n");
}

void reply_csv(struct answer *answer, const PGresult *rows, int limit,
	       const char *const *only)
{
	int count = PQntuples(rows);

	if (limit > 0 && count > limit)
		count = limit;
	if (!answer->begun)
		header_write(&answer->body, rows, only);
	for (int row = 0; row < count; row++)
		row_write(&answer->body, rows, row, only);
	answer->content_type = "text/csv; charset=utf-8; header=present";
	if (!answer->status)
		answer->status = 200;
}
