/* SQLSTATE and constraint name to a problem, with the query's name for the log. */
#pragma once
#include "sql/tx.h"

const struct problem *sqlstate_report(struct arena *arena, const PGresult *result,
				      const struct constraint *constraints,
				      const char *query);
/* The connection was lost; `committing`: after the Sync, so nobody knows whether it was
 * done. */
const struct problem *sqlstate_lost(struct arena *arena, bool committing);
