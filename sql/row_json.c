/* Rows of a PGresult as JSON objects: the one place where answers are made of rows. */
#include "sql/row_json.h"
#include <string.h>

bool cell_shown(const char *name, const char *const *only)
{
	if (*name == '_')
		return false;
	for (; only && *only; only++)
		if (strcmp(*only, name) == 0)
			return true;
	return !only;
}

void row_form_make(struct row_form *form, const PGresult *rows, const char *const *only)
{
	form->count = 0;
	for (int i = 0; i < PQnfields(rows) && form->count < COLUMNS_MAX; i++) {
		const char *name = PQfname(rows, i);

		if (!cell_shown(name, only))
			continue;
		form->columns[form->count].number = i;
		form->columns[form->count].form = cell_form(rows, i);
		form->columns[form->count].name = name;
		form->columns[form->count++].name_length = strlen(name);
	}
}

/* Names of columns are our own words: they need no escape. */
void row_form_write(struct buffer *out, const PGresult *rows, int row,
		    const struct row_form *form, const char *more)
{
	buffer_char(out, '{');
	for (int i = 0; i < form->count; i++) {
		int number = form->columns[i].number;

		buffer_add(out, i ? ",\"" : "\"", i ? 2 : 1);
		buffer_add(out, form->columns[i].name, form->columns[i].name_length);
		buffer_add(out, "\":", 2);
		if (PQgetisnull(rows, row, number))
			buffer_add(out, "null", 4);
		else
			cell_json(out, form->columns[i].form,
				  PQgetvalue(rows, row, number),
				  (size_t)PQgetlength(rows, row, number));
	}
	if (more)
		buffer_text(out, more + (form->count == 0 && *more == ','));
	buffer_char(out, '}');
}
