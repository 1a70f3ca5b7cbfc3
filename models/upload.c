/* Files in parts: announced, sent part by part, resumed where they broke off, completed.
 */
#include <stdlib.h>
#include <string.h>
#include "base/config.h"
#include "models/file_type.h"
#include "models/resource.h"
#include "models/upload_settle.h"
#include "models/words.h"

/* What one person has begun and not used yet has a limit as well: the database's disk is
 * everybody's. */
enum {
	PART_MAX = 1048576,
	FILE_MAX = 25 * PART_MAX,
	WAITING_MAX = 10 * FILE_MAX,
	DIGITS_MAX = 6
};

static const struct field beginning[] = {
	{ "kind", ONE_OF, .required = true, WORDS(words_upload_kind) },
	{ "size", NUMBER, .required = true, .min = 1, .max = 1L << 40 },
	{ "sha256", LINE, .required = true, .min = 64, .max = 64 },
	{ "media_type", LINE, .required = true, .max = 100 },
	{ 0 },
};

static const struct problem *upload_begin(struct call *call)
{
	const struct file_type *type = file_type_find(call_text(call, "media_type"));
	long part = config_number(CONFIG_MAX_BODY);

	if (strtol(call_text(call, "size"), NULL, 10) > FILE_MAX)
		return problem(call->arena, PROBLEM_FILE_TOO_LARGE,
			       "A file has at most %d bytes.", FILE_MAX);
	if (!type)
		return problem(call->arena, PROBLEM_FILE_REFUSED,
			       "Files of the type %s are not taken.",
			       call_text(call, "media_type"));
	call_set(call, "declared_type", type->media);
	call_set(call, "waiting_max", arena_printf(call->arena, "%d", WAITING_MAX));
	call_set(call, "part_size",
		 arena_printf(call->arena, "%ld", part < PART_MAX ? part : PART_MAX));
	return resource_create(call, q_upload_begin, Q_NONE);
}

static const struct problem *no_upload(struct call *call)
{
	return problem(call->arena, PROBLEM_NOT_FOUND,
		       "There is nothing with this id, or not for you.");
}

static bool number_good(const char *text)
{
	size_t digits = strspn(text, "0123456789");

	return digits && digits <= DIGITS_MAX && !text[digits] && *text != '0';
}

static const struct problem *part_judge(struct call *call, const PGresult *row)
{
	const char *state = row_text(row, 0, "state");

	if (!row_text(row, 0, "due"))
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "The file has no part of this number.");
	if (strcmp(state, "open") != 0)
		return problem(call->arena, PROBLEM_WRONG_STATE,
			       "The upload is %s: it takes no more parts.", state);
	if (!row_flag(row, 0, "fits"))
		return problem(call->arena, PROBLEM_INVALID,
			       "This part has %s bytes, not %zu.",
			       row_text(row, 0, "due"), call->request->body_length);
	return NULL;
}

/* The same bytes again are what a client sends that did not hear the answer. */
static const struct problem *part_again(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	if ((err = run(call, q_upload_part_same, &row)))
		return err;
	if (row_flag(row, 0, "same"))
		return NULL;
	return problem(call->arena, PROBLEM_WRONG_STATE,
		       "This part is there already, with other bytes.");
}

static const struct problem *upload_put(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	if (!number_good(call_text(call, "number")))
		return no_upload(call);
	if ((err = run(call, q_upload_put, &row)))
		return err;
	if (row_count(row) == 0)
		return no_upload(call);
	if ((err = part_judge(call, row)))
		return err;
	if (!row_flag(row, 0, "added") && (err = part_again(call)))
		return err;
	return resource_show(call);
}

static const struct problem *complete_judge(struct call *call, const PGresult *row)
{
	const char *state = row_text(row, 0, "state");
	int parts = array_count(array_items(call->arena, row_text(row, 0, "parts")));
	long due = row_number(row, 0, "part_count");

	if (strcmp(state, "discarded") == 0)
		return problem(call->arena, PROBLEM_WRONG_STATE,
			       "The upload was thrown away: %s",
			       row_text(row, 0, "discarded_because"));
	if (parts < due)
		return problem(call->arena, PROBLEM_WRONG_STATE,
			       "%ld of %ld parts are missing.", due - parts, due);
	return NULL;
}

/* Twice is as good as once: whoever did not hear the answer asks again. */
static const struct problem *upload_complete(struct call *call)
{
	const struct problem *err;
	const PGresult *row;
	const char *sha256;
	long size;

	if ((err = run(call, q_upload_get, &row)))
		return err;
	if (row_count(row) == 0)
		return no_upload(call);
	if (row_text(row, 0, "scan")) /* that it was complete, whatever uses it since */
		return resource_show_row(call, row);
	if ((err = complete_judge(call, row)))
		return err;
	sha256 = arena_copy(call->arena, row_text(row, 0, "sha256"));
	size = row_number(row, 0, "size");
	if ((err = call_commit(call)) || (err = upload_settle(call, size, sha256)))
		return err;
	if ((err = run(call, q_upload_get, &row)))
		return err;
	if (row_count(row) > 0 && (err = complete_judge(call, row)))
		return err;
	return resource_show_row(call, row);
}

static const struct route routes[] = {
	{ "POST", "/v1/uploads", UPLOAD, .handle = upload_begin, .sql = q_upload_begin,
	  .body = beginning, .status = 201,
	  .provides = (const char *const[]){ "declared_type", "part_size", "waiting_max",
					     NULL } },
	{ "GET", "/v1/uploads/:id", UPLOAD, .sql = q_upload_get },
	{ "PUT", "/v1/uploads/:id/parts/*number", UPLOAD, .handle = upload_put,
	  .sql = q_upload_put, .binary = true },
	{ "POST", "/v1/uploads/:id/complete", UPLOAD, .handle = upload_complete,
	  .sql = q_upload_settle, .provides = upload_settle_provides },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "upload_sha256", PROBLEM_INVALID, "/sha256",
	  "is 64 hexadecimal digits, in lower case" },
	{ 0 },
};

const struct resource upload = {
	.name = "upload",
	.path = "/v1/uploads",
	.read = UPLOAD,
	.get = q_upload_get,
	.routes = routes,
	.constraints = constraints,
};
