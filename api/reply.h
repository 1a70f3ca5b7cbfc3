/* Writes answers: rows as JSON or CSV straight from the PGresult, problems, ETags. */
#pragma once
#include "models/call.h"

/* The same with `removed`, where something can go, and where the next poll begins. */
void reply_changes(struct call *call);
/* One row as a JSON object: column name = key, type OID = how to write it; columns that
 * begin with an underscore are the engine's and stay out. `only` NULL is all. `more` is
 * NULL or text put before the closing brace (",\"actions\":[...]"). */
void reply_row(struct buffer *out, const PGresult *rows, int row, const char *const *only,
	       const char *more);
/* The cursor of the next page; NULL when there is none. */
const char *reply_cursor(struct arena *arena, const struct page *page,
			 const PGresult *rows);
/* The cursor of the next page, also as a Link header; NULL when there is none. */
const char *reply_next(struct arena *arena, struct answer *answer,
		       const struct page *page, const PGresult *rows, const char *path);
/* {"data": [...], "next_cursor": ...}; shows at most page->limit rows. */
void reply_list(struct arena *arena, struct answer *answer, const struct page *page,
		const PGresult *rows, const char *path);
/* RFC 4180, CRLF, header row from the columns, unless it was written before; cells that a
 * spreadsheet would run as a formula (= + - @ tab CR) get an apostrophe in front. */
void reply_csv(struct answer *answer, const PGresult *rows, int limit,
	       const char *const *only);
/* One JSON object a line. */
void reply_ndjson(struct answer *answer, const PGresult *rows, int limit,
		  const char *const *only);
void problem_json(struct buffer *out, const struct problem *problem,
		  const struct request *request);
void reply_problem(struct answer *answer, const struct problem *problem,
		   const struct request *request);
/* "<version>.<digest of this body>" */
char *reply_etag(struct arena *arena, const char *version, const struct buffer *body);
/* 400 when a name of fields= is no column of the result. */
const struct problem *reply_fields_known(struct arena *arena, const PGresult *rows,
					 const char *const *only);
