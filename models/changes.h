/* changed_since=: the rows that changed since a cursor, in the order of their
 * transactions. */
#pragma once
#include "models/resource.h"

/* What to show of call->rows and of what went out of sight; ordered by transaction and
 * id. */
struct changes {
	const PGresult *gone; /* NULL: nothing can go from this list */
	int rows_shown, gone_shown;
	bool more;
	const char *since; /* where the next poll begins */
};

/* Turns a page into one of changes: reads the cursor, fills the slots. 400 for a cursor
 * of another list, person or sight. */
const struct problem *changes_read(struct call *call);
/* Runs the list's query below the horizon, with what is gone: call->rows and
 * call->changes. */
const struct problem *changes_list(struct call *call);
