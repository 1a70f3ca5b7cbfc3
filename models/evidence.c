/* What shows that something was posted: kept as it came, every look written down (A14).
 */
#include <string.h>
#include "models/file_type.h"
#include "models/resource.h"
#include "models/words.h"
#include "sql/array.h"

static const struct field adding[] = {
	{ "message_id", UUID, .required = true },
	{ "kind", ONE_OF, .required = true, WORDS(words_evidence_kind) },
	{ "text", TEXT },
	{ "upload_id", UUID },
	{ "source_url", URL },
	{ "captured_at", TIME, .past = true },
	{ "platform", LINE, .max = 100 },
	{ "author_handle", LINE, .max = 200 },
	{ "author_identity", ONE_OF, WORDS(words_author_identity) },
	{ "reappearance_of", UUID },
	{ "moment", ONE_OF, WORDS(words_moment) },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "message_id", "e.message_id", UUID },
			{ "reappearance_of", "e.reappearance_of", UUID },
			{ "kind", "e.kind", ONE_OF, WORDS(words_evidence_kind) },
			{ "moment", "e.moment", ONE_OF, WORDS(words_moment) },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "e.created_at", TIME },
			{ 0 },
		},
	.id = "e.id",
};

/* Whoever polls the list adds a row each time: there may be very many. */
static const struct listing custody_listing = {
	.sorts =
		(const struct sort[]){
			{ "id", "c.id", NUMBER },
			{ 0 },
		},
	.id = "c.id",
	.id_type = NUMBER,
};

/* A file comes with its upload, words with no file. */
static const struct problem *evidence_add(struct call *call)
{
	const struct fault *faults = NULL;
	bool file = strcmp(call_text(call, "kind"), "file") == 0;
	const char *upload = call_text(call, "upload_id");

	if (file && !upload)
		fault_add(call->arena, &faults, "/upload_id", "is required for a file");
	if (!file && upload)
		fault_add(call->arena, &faults, "/upload_id", "goes with a file only");
	if (!file && !call_text(call, "text"))
		fault_add(call->arena, &faults, "/text", "is required");
	if (faults)
		return problem_of_faults(call->arena, faults);
	return resource_create(call, q_evidence_add, Q_NONE);
}

/* Whose ids the answer will show: one row beyond the page tells that there is a next. */
static const char *ids_shown(struct call *call)
{
	int count = row_count(call->rows), limit = call->page.limit;
	const char **ids;

	if (limit > 0 && count > limit)
		count = limit;
	ids = arena_alloc(call->arena, sizeof(*ids) * ((size_t)count + 1));
	for (int row = 0; row < count; row++)
		ids[row] = row_text(call->rows, row, "id");
	return array_text(call->arena, ids);
}

static const struct problem *evidence_list(struct call *call)
{
	const struct problem *err = resource_list(call, call->route->sql);

	if (err || row_count(call->rows) == 0)
		return err;
	call_set(call, "shown", ids_shown(call));
	return run(call, q_evidence_listed, NULL);
}

static const struct problem *evidence_view(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	err = run_last(call, call->route->sql, &row);
	return err ? err : resource_show_row(call, row);
}

static void file_headers(struct call *call, const PGresult *row)
{
	const char *media = row_text(row, 0, "media_type");
	struct answer *answer = call->answer;

	answer->status = 200;
	answer->content_type = arena_copy(call->arena, media);
	answer_header(answer, "Content-Disposition",
		      arena_printf(call->arena, "attachment; filename=\"evidence-%s.%s\"",
				   call_text(call, "id"), file_type_find(media)->ending));
	answer_header(
		answer, "Repr-Digest",
		arena_printf(call->arena, "sha-256=:%s:", row_text(row, 0, "digest")));
	answer_header(answer, "Cache-Control", "no-store");
}

/* That it was given out, or asked for in vain, is committed before the first byte. */
static const struct problem *evidence_file(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	if ((err = run_last(call, q_evidence_download, &row)))
		return err;
	if (row_count(row) == 0)
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "There is no file with this id, or not for you.");
	if (row_flag(row, 0, "locked")) {
		const char *advice = arena_copy(call->arena, row_text(row, 0, "advice"));

		err = call_commit(call);
		return err ? err
			   : problem(call->arena, PROBLEM_INTIMATE_IMAGERY, "%s", advice);
	}
	file_headers(call, row);
	call->piece = q_evidence_piece;
	call->file_size = row_number(row, 0, "size");
	return NULL;
}

static const struct route routes[] = {
	{ "GET", "/v1/evidence", EVIDENCE_READ, .sql = q_evidence_list, .list = &listing,
	  .handle = evidence_list, .audited = true },
	{ "GET", "/v1/evidence/:id", EVIDENCE_READ, .sql = q_evidence_view,
	  .handle = evidence_view, .audited = true },
	{ "GET", "/v1/evidence/:id/file", EVIDENCE_READ, .handle = evidence_file,
	  .media = MEDIA_TEXT, .audited = true },
	{ "GET", "/v1/evidence/:id/custody", EVIDENCE_READ, .sql = q_evidence_custody,
	  .list = &custody_listing },
	{ "POST", "/v1/evidence", EVIDENCE_ADD, .sql = q_evidence_add, .body = adding,
	  .handle = evidence_add, .status = 201 },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "evidence_platform_fkey", PROBLEM_INVALID, "/platform",
	  "is no platform of /v1/platforms" },
	{ "evidence_upload_once", PROBLEM_INVALID, "/upload_id",
	  "is the file of some evidence already" },
	{ 0 },
};

const struct resource evidence = {
	.name = "evidence",
	.path = "/v1/evidence",
	.read = EVIDENCE_READ,
	.get = q_evidence_get,
	.routes = routes,
	.constraints = constraints,
};
