/* Reading a result by column name: a name that is not there is a bug and ends the
 * process. */
#include <stdlib.h>
#include <string.h>
#include "base/log.h"
#include "sql/tx.h"

const char *row_text(const PGresult *result, int row, const char *column)
{
	int at = -1;

	for (int i = 0; i < PQnfields(result) && at < 0; i++)
		if (!strcmp(PQfname(result, i), column))
			at = i;
	if (at < 0 || row < 0 || row >= PQntuples(result)) {
		log_line(LOG_ERROR, "no_such_column", "row %d of %d has no column %s",
			 row, PQntuples(result), column);
		abort();
	}
	return PQgetisnull(result, row, at) ? NULL : PQgetvalue(result, row, at);
}

bool row_flag(const PGresult *result, int row, const char *column)
{
	const char *text = row_text(result, row, column);

	return text && text[0] == 't';
}

long row_number(const PGresult *result, int row, const char *column)
{
	const char *text = row_text(result, row, column);

	return text ? strtol(text, NULL, 10) : 0;
}
