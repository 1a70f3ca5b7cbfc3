/* Rows of a PGresult as JSON objects: the one place where answers are made of rows. */
#pragma once
#include "sql/cell.h"

enum { COLUMNS_MAX = 128 };

/* What is the same for every row of a result: looked up once. */
struct row_form {
	struct {
		int number;
		enum cell_form form;
		const char *name;
		size_t name_length;
	} columns[COLUMNS_MAX];
	int count;
};

/* Does the column belong in an answer? Those that begin with an underscore are the
 * engine's; `only` NULL is all. */
bool cell_shown(const char *name, const char *const *only);
void row_form_make(struct row_form *form, const PGresult *rows, const char *const *only);
/* more: further members, ",\"a\":1", or NULL. */
void row_form_write(struct buffer *out, const PGresult *rows, int row,
		    const struct row_form *form, const char *more);
