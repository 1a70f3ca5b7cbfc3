/* The forms in which England's register of schools (GIAS) is published: which columns
 * each has, and which of them are taken. What no form names is never read: neither the
 * names of heads nor of governors. */
#pragma once
#include <stdbool.h>
#include "api/gias_cell.h"
#include "base/problem.h"

enum { GIAS_COLUMNS_MAX = 24 };

struct gias_column {
	const char *column;	   /* of register_row */
	const char *header, *also; /* its name in the file, and another one */
	enum gias_type type;
	bool needed; /* the header has to name it */
	bool filled; /* and each row to fill it */
};

struct gias_form {
	const char *name;
	const struct gias_column *columns; /* ends with { 0 } */
	/* Cells that a row may lack at its end: the header of the group links has one
	 * name more than their rows have cells. */
	int spare;
};

/* One JSON file each, in a tar; its columns are the members of each. */
extern const struct gias_form gias_archive;

/* The form with this header; places[i] is where its column i stands, -1 nowhere. */
const struct problem *gias_form_find(struct arena *arena, const char *const *names,
				     int count, const struct gias_form **ret_form,
				     int *places);
/* Which of its columns goes to this one of register_row; -1: none. */
int gias_column_find(const struct gias_form *form, const char *column);
