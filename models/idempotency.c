/* Idempotency-Key: the same POST sent twice is done once, and answered twice alike. */
#include "models/idempotency.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include "auth/vault.h"
#include "base/encoding.h"
#include "base/log.h"
#include "models/resource.h"

enum { KEY_MAX = 255 };

static const char *digest(struct arena *arena, const char *bytes, size_t length)
{
	unsigned char out[crypto_hash_sha256_BYTES];

	crypto_hash_sha256(out, (const unsigned char *)(length ? bytes : ""), length);
	return hex_encode(arena, out, sizeof(out));
}

static bool key_valid(const char *key)
{
	size_t length = strlen(key);

	for (const char *at = key; *at; at++)
		if (*at < ' ' || *at > '~')
			return false;
	return length >= 1 && length <= KEY_MAX;
}

static int line_order(const void *one, const void *two)
{
	return strcmp(*(const char *const *)one, *(const char *const *)two);
}

/* A digest of what the caller holds: role, duties and place of each appointment, in an
 * order of their own. */
static const char *standing(struct call *call)
{
	const struct principal *me = call->me;
	size_t count = (size_t)me->appointment_count;
	char **lines = arena_alloc(call->arena, (count + 1) * sizeof(*lines));
	autobuffer all = { 0 };

	for (size_t i = 0; i < count; i++) {
		const struct appointment *held = &me->appointments[i];

		lines[i] = arena_printf(call->arena, "%s %s %s\n", held->role,
					array_text(call->arena, held->duties),
					held->tenant_wide
						? "tenant"
						: array_text(call->arena, held->schools));
	}
	qsort(lines, count, sizeof(*lines), line_order);
	for (size_t i = 0; i < count; i++)
		buffer_text(&all, lines[i]);
	return digest(call->arena, all.data, all.length);
}

/* A digest of what is asked for: the body, and the parameters that shape the answer. */
static const char *sent(struct call *call)
{
	const struct request *request = call->request;
	autobuffer all = { 0 };

	buffer_text(&all, request->query ? request->query : "");
	buffer_char(&all, '\n'); /* no query string holds one */
	buffer_add(&all, request->body, request->body_length);
	return digest(call->arena, all.data, all.length);
}

const struct problem *idempotency_read(struct call *call)
{
	const struct request *request = call->request;
	const char *key = request->idempotency_key, *whole;

	if (!key || !call->me || call->route->anew ||
	    strcmp(request->method, "POST") != 0)
		return NULL;
	if (!key_valid(key))
		return problem(
			call->arena, PROBLEM_BAD_REQUEST,
			"Idempotency-Key has 1 to 255 printable ASCII characters.");
	/* the key comes last and no part before it can hold a line break */
	whole = arena_printf(call->arena, "%s\n%s\n%s\n%s\n%s", call->me->identity,
			     call->me->tenant, request->method, request->path, key);
	call->idem_key = digest(call->arena, whole, strlen(whole));
	call->idem_digest = sent(call);
	call_set(call, "idem_key", call->idem_key);
	call_set(call, "idem_digest", call->idem_digest);
	call_set(call, "idem_standing", standing(call));
	return NULL;
}

static const struct problem *in_progress(struct call *call)
{
	struct problem *err =
		problem(call->arena, PROBLEM_IN_PROGRESS,
			"A request with this Idempotency-Key is being worked on.");

	err->retry_after = 1;
	return err;
}

/* Answers may hold what is secret (an invitation's token): they are sealed at rest, each
 * for its own place. */
static char *place(struct call *call)
{
	return arena_printf(call->arena, "idempotency.body %s", call->idem_key);
}

static void replay_header(struct call *call, const char *name, const char *value)
{
	if (value)
		answer_header(call->answer, name, arena_copy(call->arena, value));
}

static const struct problem *replay(struct call *call, const PGresult *row)
{
	const char *body =
		vault_unseal(call->arena, place(call), row_text(row, 0, "body"));

	if (!body) {
		log_line(LOG_ERROR, "idempotency", "a kept answer cannot be opened");
		return problem(call->arena, PROBLEM_INTERNAL,
			       "The earlier answer can no longer be read.");
	}
	call->answer->status = (int)row_number(row, 0, "status");
	buffer_text(&call->answer->body, body);
	if (*body)
		call->answer->content_type = "application/json";
	replay_header(call, "Location", row_text(row, 0, "location"));
	replay_header(call, "ETag", row_text(row, 0, "etag"));
	answer_header(call->answer, "Idempotency-Replayed", "true");
	call->replayed = true;
	return NULL;
}

const struct problem *idempotency_queue(struct call *call)
{
	return call->idem_key ? call_queue(call, q_idempotency_claim) : NULL;
}

static const struct problem *standing_changed(struct call *call)
{
	return problem(call->arena, PROBLEM_STANDING_CHANGED,
		       "This was done before, but what you hold has changed since: "
		       "look whether it stands as you want it.");
}

const struct problem *idempotency_judge(struct call *call)
{
	const struct problem *err;
	const PGresult *row;

	if (!call->idem_key)
		return NULL;
	if ((err = call_read(call, &row)))
		return err;
	if (!row_flag(row, 0, "locked"))
		return in_progress(call);
	if (!row_flag(row, 0, "known"))
		return NULL;
	if (!row_flag(row, 0, "same"))
		return problem(call->arena, PROBLEM_KEY_REUSED,
			       "This Idempotency-Key came with another request before.");
	if (!row_flag(row, 0, "standing"))
		return standing_changed(call);
	return replay(call, row);
}

static const char *answer_find(const struct answer *answer, const char *name)
{
	for (int i = 0; i < answer->header_count; i++)
		if (strcmp(answer->headers[i].name, name) == 0)
			return answer->headers[i].value;
	return NULL;
}

/* The row that the earlier answer showed may be out of sight since: whoever is excluded
 * from it, or sees it in the compartment no more, is not shown it again. A flow has
 * looked already. */
static const struct problem *still_seen(struct call *call)
{
	const char *location = answer_find(call->answer, "Location");
	const struct problem *err;
	const PGresult *row;

	if (!call->replayed || !call->resource->get || !answer_find(call->answer, "ETag"))
		return NULL;
	if (location)
		call_set(call, "id", strrchr(location, '/') + 1);
	call_reach(call, call->resource->read);
	if ((err = run(call, call->resource->get, &row)))
		return err;
	return row_count(row) ? NULL : standing_changed(call);
}

const struct problem *idempotency_claim(struct call *call)
{
	const struct problem *err = idempotency_queue(call);

	if (!err)
		err = idempotency_judge(call);
	return err ? err : still_seen(call);
}

const struct problem *idempotency_store(struct call *call)
{
	static const struct constraint twice[] = {
		{ "idempotency_pkey", PROBLEM_IN_PROGRESS, NULL,
		  "A request with this Idempotency-Key has just been answered." },
		{ 0 },
	};
	const struct answer *answer = call->answer;
	const char *body = answer->body.length ? answer->body.data : "";
	const struct problem *err;

	if (!call->idem_key || call->replayed || answer->status > 299)
		return NULL;
	call_set(call, "idem_status", arena_printf(call->arena, "%d", answer->status));
	call_set(call, "idem_body", vault_seal(call->arena, place(call), body));
	call_set(call, "idem_location", answer_find(answer, "Location"));
	call_set(call, "idem_etag", answer_find(answer, "ETag"));
	if ((err = call_queue(call, q_idempotency_store)))
		return err;
	call->tx.constraints = twice;
	return call_read(call, NULL);
}
