/* SQLSTATE and constraint name to a problem: one table; what is not in it is our bug. */
#include "sql/sqlstate.h"
#include <string.h>
#include "base/log.h"

/* The first row whose prefix fits decides. */
static const struct {
	const char *prefix;
	enum problem_kind kind;
	int retry_after;
	const char *detail;
} states[] = {
	{ "23505", PROBLEM_ALREADY_EXISTS, 0,
	  "Something with the same values exists already." },
	{ "42501", PROBLEM_FORBIDDEN, 0, "This is outside of what you may do." },
	{ "57014", PROBLEM_UNAVAILABLE, 5,
	  "This took too long and was stopped; nothing was done." },
	{ "40001", PROBLEM_UNAVAILABLE, 1,
	  "Others were changing the same thing; try again." },
	{ "40P01", PROBLEM_UNAVAILABLE, 1,
	  "Others were changing the same thing; try again." },
	{ "55P03", PROBLEM_UNAVAILABLE, 1,
	  "Others were changing the same thing; try again." },
	{ "26000", PROBLEM_UNAVAILABLE, 1, "The database was reset; try again." },
	{ "42P05", PROBLEM_UNAVAILABLE, 1, "The database was reset; try again." },
	{ "25P03", PROBLEM_UNAVAILABLE, 1,
	  "This took too long and was stopped; nothing was done." },
	{ "53", PROBLEM_UNAVAILABLE, 5, "The database is out of resources." },
	{ "57P", PROBLEM_UNAVAILABLE, 2, "The database is restarting." },
	{ "08", PROBLEM_UNAVAILABLE, 2, "The connection to the database was lost." },
};

static const char *diagnosis(const PGresult *result, int field)
{
	const char *text = PQresultErrorField(result, field);

	return text ? text : "";
}

/* Never values: a message may quote them, except where it speaks of the statement's own
 * names (class 42). */
static void sqlstate_log(enum log_level level, const PGresult *result, const char *query)
{
	const char *state = diagnosis(result, PG_DIAG_SQLSTATE);
	bool plain = !strncmp(state, "42", 2);

	log_line(level, "database_error",
		 "query %s, sqlstate %s, table %s, column %s, constraint %s, in %s %s",
		 query, state, diagnosis(result, PG_DIAG_TABLE_NAME),
		 diagnosis(result, PG_DIAG_COLUMN_NAME),
		 diagnosis(result, PG_DIAG_CONSTRAINT_NAME),
		 diagnosis(result, PG_DIAG_SOURCE_FUNCTION),
		 plain ? diagnosis(result, PG_DIAG_MESSAGE_PRIMARY) : "");
}

static const struct problem *constraint_problem(struct arena *arena,
						const PGresult *result,
						const struct constraint *row)
{
	const char *name = diagnosis(result, PG_DIAG_CONSTRAINT_NAME);

	for (; row && row->name; row++) {
		if (strcmp(row->name, name))
			continue;
		if (row->kind == PROBLEM_INVALID && row->pointer)
			return problem_field(arena, row->pointer, "%s", row->detail);
		return problem(arena, row->kind, "%s", row->detail);
	}
	return NULL;
}

/* Raised by a function of ours: MESSAGE is for the caller, DETAIL is the problem's slug,
 * HINT the pointer of a field. */
static const struct problem *raised_problem(struct arena *arena, const PGresult *result)
{
	const char *slug = diagnosis(result, PG_DIAG_MESSAGE_DETAIL);
	const char *pointer = diagnosis(result, PG_DIAG_MESSAGE_HINT);
	const char *message = diagnosis(result, PG_DIAG_MESSAGE_PRIMARY);

	for (int kind = 0; kind < PROBLEM_KIND_COUNT; kind++) {
		if (strcmp(problem_texts[kind].slug, slug))
			continue;
		if (kind == PROBLEM_INVALID && *pointer)
			return problem_field(arena, pointer, "%s", message);
		return problem(arena, (enum problem_kind)kind, "%s", message);
	}
	return NULL;
}

const struct problem *sqlstate_lost(struct arena *arena, bool committing)
{
	struct problem *lost = problem(
		arena, PROBLEM_UNAVAILABLE, "%s",
		committing
			? "The connection to the database was lost before it confirmed; "
			  "look whether it was done before you try again."
			: "The connection to the database was lost; nothing was done.");

	lost->retry_after = 2;
	return lost;
}

const struct problem *sqlstate_report(struct arena *arena, const PGresult *result,
				      const struct constraint *constraints,
				      const char *query)
{
	const char *state = diagnosis(result, PG_DIAG_SQLSTATE);
	const struct problem *known = NULL;

	if (!*state) /* libpq itself says so: there is no server behind it */
		return sqlstate_lost(arena, false);
	if (!strncmp(state, "23", 2))
		known = constraint_problem(arena, result, constraints);
	else if (!strcmp(state, "P0001"))
		known = raised_problem(arena, result);
	if (known)
		return known;
	for (size_t i = 0; i < COUNT_OF(states); i++) {
		struct problem *mapped;

		if (strncmp(states[i].prefix, state, strlen(states[i].prefix)))
			continue;
		sqlstate_log(LOG_WARNING, result, query);
		mapped = problem(arena, states[i].kind, "%s", states[i].detail);
		mapped->retry_after = states[i].retry_after;
		return mapped;
	}
	sqlstate_log(LOG_ERROR, result, query);
	return problem(arena, PROBLEM_INTERNAL,
		       "This is a fault of ours and is in our log.");
}
