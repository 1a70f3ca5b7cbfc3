/* What an upload turns out to be: its digest, its kind, and what the scanner says. */
#include "models/upload_settle.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/clamd.h"
#include "base/encoding.h"
#include "base/sniff.h"
#include "models/file_type.h"
#include "models/piece.h"

const char *const upload_settle_provides[] = { "at", "found_type", "scan", "because",
					       NULL };

/* What goes on while the bytes pass by. */
struct look {
	struct call *call;
	crypto_hash_sha256_state sha256;
	const struct file_type *type;
	long passed;
	int clamd; /* -1: not scanned */
	bool lost;
};

static const struct problem *discard(struct call *call, enum problem_kind kind,
				     const char *pointer, const char *because)
{
	const struct problem *err;

	call_set(call, "because", because);
	call_set(call, "found_type", NULL);
	call_set(call, "scan", NULL);
	if ((err = run(call, q_upload_settle, NULL)) || (err = call_commit(call)))
		return err;
	if (pointer)
		return problem_field(call->arena, pointer, "%s", because);
	return problem(call->arena, kind, "%s", because);
}

static const struct problem *kind_judge(struct look *look, const struct piece *first)
{
	struct call *call = look->call;
	const char *found = sniff(call->arena, first->bytes, first->length);

	if (!found)
		return problem(call->arena, PROBLEM_INTERNAL, "%s", "");
	if ((look->type = file_type_find(found)))
		return NULL;
	return discard(call, PROBLEM_FILE_REFUSED, NULL,
		       arena_printf(call->arena,
				    "By its bytes this is %s, which is not taken.",
				    found));
}

static const struct problem *scan_begin(struct look *look)
{
	struct problem *away;

	look->clamd = -1;
	if (!clamd_used() || (look->clamd = clamd_open()) >= 0)
		return NULL;
	away = problem(
		look->call->arena, PROBLEM_UNAVAILABLE,
		"The scanner for malware cannot be reached; the upload stays as it is.");
	away->retry_after = 30;
	return away;
}

static const struct problem *look_at(struct look *look, const struct piece *piece)
{
	const struct problem *err;

	if (!look->type && ((err = kind_judge(look, piece)) || (err = scan_begin(look))))
		return err;
	crypto_hash_sha256_update(&look->sha256, piece->bytes, piece->length);
	if (look->clamd >= 0 && !look->lost)
		look->lost = !clamd_send(look->clamd, piece->bytes, piece->length);
	return NULL;
}

/* One piece after the other, each in a transaction of its own: a slow scanner holds no
 * connection to the database. */
static const struct problem *look_through(struct look *look)
{
	const struct problem *err = NULL;
	struct piece *piece = piece_new();

	do {
		err = piece_read(look->call, q_upload_piece, look->passed, piece);
		if (!err && piece->length)
			err = look_at(look, piece);
		look->passed += (long)piece->length;
	} while (!err && piece->length);
	piece_free(piece);
	return err;
}

static const struct problem *digest_judge(struct look *look, const char *announced)
{
	struct call *call = look->call;
	unsigned char digest[crypto_hash_sha256_BYTES];
	const char *found;

	crypto_hash_sha256_final(&look->sha256, digest);
	found = hex_encode(call->arena, digest, sizeof(digest));
	if (strcmp(found, announced) == 0)
		return NULL;
	return discard(call, PROBLEM_INVALID, "/sha256",
		       arena_printf(call->arena, "is not that of the bytes that came: %s",
				    found));
}

/* No verdict leaves the upload as it is: it counts as nothing yet. */
static const struct problem *scan_judge(struct look *look)
{
	struct call *call = look->call;
	enum clamd_verdict verdict;
	char found[256] = "";
	struct problem *away;

	if (look->clamd < 0)
		return NULL;
	verdict = clamd_end(look->clamd, found, sizeof(found));
	look->clamd = -1;
	if (verdict == CLAMD_INFECTED)
		return discard(
			call, PROBLEM_FILE_INFECTED, NULL,
			arena_printf(call->arena, "The scanner found %s in it.", found));
	if (verdict == CLAMD_CLEAN)
		return NULL;
	away = problem(
		call->arena, PROBLEM_UNAVAILABLE,
		"The scanner for malware gave no verdict; the upload stays as it is.");
	away->retry_after = 30;
	return away;
}

const struct problem *upload_settle(struct call *call, long size, const char *sha256)
{
	struct look look = { .call = call, .clamd = -1 };
	const struct problem *err;
	bool whole;

	crypto_hash_sha256_init(&look.sha256);
	err = look_through(&look);
	/* else somebody has settled it meanwhile, and the bytes were gone */
	whole = look.passed == size;
	if (!err && whole)
		err = digest_judge(&look, sha256);
	if (!err && whole)
		err = scan_judge(&look);
	if (look.clamd >= 0)
		close(look.clamd);
	if (err || !whole)
		return err;
	call_set(call, "because", NULL);
	call_set(call, "found_type", look.type->media);
	call_set(call, "scan", clamd_used() ? "clean" : "not_scanned");
	return run(call, q_upload_settle, NULL);
}
