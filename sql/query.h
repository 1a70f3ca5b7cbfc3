/* Named queries: the blocks of sql/<resource>.sql, compiled once at start.
 *
 *   -- name: person_list :list          the enum q_person_list; :one :many :exec :list
 *   -- school: p.school_id              column that says which school a row belongs to
 *   -- own: p.id = :me_person::uuid     what OWN means for this query
 *   -- shared: p.school_id IS NULL      rows that reach any one school reaches too
 *   -- compartment: m.safeguarding      rows that another reach covers, and this one not
 *   -- handled: m.id = ANY (...)        what OWN means for those
 *   -- ways: message m WHERE ...        where each way of own: and handled: has its rows
 *   -- few: message m WHERE ...         where all of them have theirs, which are few
 *   SELECT p.id, p.name{cursor} FROM person p WHERE {reach}{filter} {page}
 *
 * Above the first query, `-- term: word = text` says a piece of SQL once: @word in the
 * queries of that file. `:word` is a parameter (not `::type`, nothing in quotes or
 * comments). The slots are filled from const tables and the caller's reach only, never
 * from input. */
#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/buffer.h"
#include "queries.h" /* generated: enum query { Q_NONE, q_..., QUERY_COUNT } */

enum { STATEMENT_PARAMS = 64 };

/* One of what own: or handled: join by OR: a test, or a column that is one of `each`. */
struct way {
	const char *test, *each;
};

/* As the build wrote it down; texts live in generated queries.c. */
struct query_text {
	const char *name, *kind, *text;
	/* may be NULL */
	const char *school, *own, *shared, *compartment, *handled, *ways, *few;
	const struct way *own_ways, *handled_ways; /* with ways:, end with { 0 } */
	const char *file;
	int line;
};
extern const struct query_text query_texts[QUERY_COUNT];

/* A text PostgreSQL can prepare: $n in place of names. */
struct statement {
	char name[40]; /* the query's name, or that and a hash of its shape */
	const char *text;
	int param_count;
	const char *params[STATEMENT_PARAMS];
};

/* Compiles text with :names. Returns false when it has too many parameters or an open
 * slot. */
bool statement_compile(struct arena *arena, const char *name, const char *text,
		       struct statement *ret_statement);
/* Replaces the slots of a text: pairs of slot name, text, ended by NULL. NULL, with a log
 * line, when {reach} is left open, a slot is unknown, or a text has no slot to go to. */
char *slots_fill(struct arena *arena, const char *name, const char *text,
		 const char *const *pairs);
/* Compiles every query without slots, once, at start; process memory. */
bool queries_compile(void);
const struct statement *query_statement(enum query query); /* NULL when it has slots */
bool query_has_slot(enum query query, const char *slot);   /* "reach", "filter", ... */
/* The query a statement of query_statement is; Q_NONE for a shape. */
enum query statement_query(const struct statement *statement);
/* Fills the slots of a query: pairs of slot name, text, ended by NULL; see slots_fill.
 * Slots but {reach} may be left out, which leaves them empty. A shape lives as long as
 * the arena at least. */
const struct statement *query_shape(struct arena *arena, enum query query, ...);
