/* Files that come in row by row: what each kind of them is made of. */
#pragma once
#include "models/resource.h"

struct import_kind {
	const char *name; /* "register" in `chaperone import register` */
	const struct resource *resource;
	enum permission permission;
	bool tenant_wide;	     /* a file that speaks of the whole tenant */
	const struct field *columns; /* the first row names them, in any order */
	const char *key; /* a column whose cells differ within a file, or NULL */
	const char *const *results; /* words for what a row did; ends with NULL */
	/* Takes in one row that fields_check has accepted into call->values; `cells` is
	 * the row as it came. *ret_fault: why this row is refused, with nothing of it
	 * done; *ret_note: what else there is to say of it, or NULL. Other problems end
	 * the import. */
	const struct problem *(*row)(struct call *call, json_t *cells, int *ret_result,
				     const struct problem **ret_fault,
				     const char **ret_note);
};

extern const struct import_kind register_import, people_import;
