/* Writes answers: rows as JSON straight from the PGresult, problems, ETags. */
#include "api/reply.h"
#include <sodium.h>
#include <string.h>
#include "base/config.h"
#include "base/encoding.h"
#include "models/changes.h"
#include "sql/row_json.h"

enum { DIGEST = 16 };

void reply_row(struct buffer *out, const PGresult *rows, int row, const char *const *only,
	       const char *more)
{
	struct row_form form;

	row_form_make(&form, rows, only);
	row_form_write(out, rows, row, &form, more);
}

const char *reply_cursor(struct arena *arena, const struct page *page,
			 const PGresult *rows)
{
	int last = page->limit - 1;

	if (page->limit <= 0 || PQntuples(rows) <= page->limit)
		return NULL;
	return page_cursor(arena, page, row_text(rows, last, "_sort"),
			   row_text(rows, last, "_id"));
}

static void link_next(struct arena *arena, struct answer *answer, const struct page *page,
		      const char *path, const char *cursor)
{
	bool first = !page->query || !*page->query;

	answer_header(answer, "Link",
		      arena_printf(arena, "<%s?%s%scursor=%s>; rel=\"next\"", path,
				   first ? "" : page->query, first ? "" : "&", cursor));
}

static void rows_json(struct buffer *out, const PGresult *rows, int count,
		      const char *const *only)
{
	struct row_form form;

	row_form_make(&form, rows, only);
	buffer_char(out, '[');
	for (int row = 0; row < count; row++) {
		if (row)
			buffer_char(out, ',');
		row_form_write(out, rows, row, &form, NULL);
	}
	buffer_char(out, ']');
}

const char *reply_next(struct arena *arena, struct answer *answer,
		       const struct page *page, const PGresult *rows, const char *path)
{
	const char *cursor = reply_cursor(arena, page, rows);

	if (cursor)
		link_next(arena, answer, page, path, cursor);
	return cursor;
}

void reply_list(struct arena *arena, struct answer *answer, const struct page *page,
		const PGresult *rows, const char *path)
{
	struct buffer *out = &answer->body;
	const char *cursor = reply_next(arena, answer, page, rows, path);

	buffer_text(out, "{\"data\":");
	rows_json(out, rows, cursor ? page->limit : PQntuples(rows), page->only);
	buffer_text(out, ",\"next_cursor\":");
	buffer_json(out, cursor);
	buffer_char(out, '}');
	answer->content_type = "application/json";
	if (!answer->status)
		answer->status = 200;
}

void reply_changes(struct call *call)
{
	const struct changes *changes = call->changes;
	struct buffer *out = &call->answer->body;

	buffer_text(out, "{\"data\":");
	rows_json(out, call->rows, changes->rows_shown, call->page.only);
	if (changes->gone) {
		buffer_text(out, ",\"removed\":");
		rows_json(out, changes->gone, changes->gone_shown, NULL);
	}
	buffer_text(out, ",\"next_cursor\":");
	buffer_json(out, changes->more ? changes->since : NULL);
	buffer_text(out, ",\"changed_since\":");
	buffer_json(out, changes->since);
	buffer_char(out, '}');
	if (changes->more)
		link_next(call->arena, call->answer, &call->page, call->request->path,
			  changes->since);
}

void reply_ndjson(struct answer *answer, const PGresult *rows, int limit,
		  const char *const *only)
{
	int count = PQntuples(rows);
	struct row_form form;

	if (limit > 0 && count > limit)
		count = limit;
	row_form_make(&form, rows, only);
	for (int row = 0; row < count; row++) {
		row_form_write(&answer->body, rows, row, &form, NULL);
		buffer_char(&answer->body, '\n');
	}
	answer->content_type = "application/x-ndjson";
	if (!answer->status)
		answer->status = 200;
}

static void errors_json(struct buffer *out, const struct fault *fault)
{
	buffer_text(out, ",\"errors\":[");
	for (const char *between = ""; fault; fault = fault->next, between = ",") {
		buffer_text(out, between);
		buffer_text(out, "{\"pointer\":");
		buffer_json(out, fault->pointer);
		buffer_text(out, ",\"detail\":");
		buffer_json(out, fault->detail);
		buffer_char(out, '}');
	}
	buffer_char(out, ']');
}

void problem_json(struct buffer *out, const struct problem *problem,
		  const struct request *request)
{
	const struct problem_text *text = &problem_texts[problem->kind];
	const char *issuer = config_text(CONFIG_ISSUER);
	size_t length = strlen(issuer);

	while (length && issuer[length - 1] == '/')
		length--;
	buffer_printf(out,
		      "{\"type\":\"%.*s/problems/%s\",\"title\":\"%s\",\"status\":%d",
		      (int)length, issuer, text->slug, text->title, text->status);
	if (problem->detail) {
		buffer_text(out, ",\"detail\":");
		buffer_json(out, problem->detail);
	}
	if (problem->errors)
		errors_json(out, problem->errors);
	if (problem->blockers)
		buffer_printf(out, ",\"blockers\":%s", problem->blockers);
	buffer_text(out, ",\"request_id\":");
	buffer_json(out, request->id);
	buffer_char(out, '}');
}

void reply_problem(struct answer *answer, const struct problem *problem,
		   const struct request *request)
{
	int wait = problem->retry_after;

	/* What was prepared for success must not go out with a refusal. */
	answer->body.length = 0;
	answer->header_count = 0;
	answer->status = problem_texts[problem->kind].status;
	answer->content_type = "application/problem+json";
	answer->close = answer->close || problem->close;
	problem_json(&answer->body, problem, request);
	if (problem->allow)
		answer_header(answer, "Allow", problem->allow);
	if (answer->status == 401)
		answer_header(answer, "WWW-Authenticate",
			      problem->challenge ? problem->challenge
						 : "Bearer realm=\"chaperone\"");
	if (wait <= 0 && problem->kind == PROBLEM_UNAVAILABLE)
		wait = 1;
	if (wait > 0)
		answer_header(answer, "Retry-After",
			      arena_printf(request->arena, "%d", wait));
}

char *reply_etag(struct arena *arena, const char *version, const struct buffer *body)
{
	unsigned char digest[DIGEST];

	crypto_generichash(digest, sizeof(digest),
			   (const unsigned char *)(body->length ? body->data : ""),
			   body->length, NULL, 0);
	return arena_printf(arena, "\"%s.%s\"", version,
			    hex_encode(arena, digest, sizeof(digest)));
}

const struct problem *reply_fields_known(struct arena *arena, const PGresult *rows,
					 const char *const *only)
{
	const struct fault *faults = NULL;
	struct problem *bad;

	for (; only && *only; only++)
		if (**only == '_' ||
		    PQfnumber(rows, arena_printf(arena, "\"%s\"", *only)) < 0)
			fault_add(arena, &faults, "fields",
				  "There is no field '%s' here.", *only);
	if (!faults)
		return NULL;
	bad = problem(arena, PROBLEM_BAD_QUERY, "%s", faults->detail);
	bad->errors = faults;
	return bad;
}
