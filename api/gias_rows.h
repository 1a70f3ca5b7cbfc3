/* Rows of the register's files on their way into register_row: each is checked cell by
 * cell, and kept or refused with its place. */
#pragma once
#include <jansson.h>
#include "api/csv_rows.h"
#include "api/gias_form.h"
#include "sql/bulk.h"

struct gias_rows {
	struct arena *arena;
	struct bulk *bulk;
	const char *file;	      /* its name, for the progress on stderr */
	const struct gias_form *form; /* NULL until the header has been read */
	int places[GIAS_COLUMNS_MAX]; /* where the form's columns stand; -1: nowhere */
	int width;		      /* of the header */
	struct arena *row_arena;
	struct buffer copy; /* COPY's text, not sent yet */
	long rows, passed_over;
	json_t *refused;	      /* [{where, detail}] */
	const struct problem *failed; /* the whole file is refused */
};

void gias_rows_begin(struct gias_rows *rows, struct arena *arena, struct bulk *bulk,
		     const char *file);
/* Finds the form and makes register_row ready for it. */
void gias_rows_header(struct gias_rows *rows, const struct csv_cell *cells, int count);
void gias_rows_form(struct gias_rows *rows, const struct gias_form *form);
/* `where` names the row to whoever has to mend it: "line 17". */
void gias_rows_add(struct gias_rows *rows, const char *where,
		   const struct csv_cell *cells, int count);
/* A row that cannot even be read. */
void gias_rows_refuse(struct gias_rows *rows, const char *where, const char *detail);
const struct problem *gias_rows_end(struct gias_rows *rows);
/* The columns that the file has, as a PostgreSQL array. */
const char *gias_rows_columns(const struct gias_rows *rows);
void gias_rows_free(struct gias_rows *rows);
