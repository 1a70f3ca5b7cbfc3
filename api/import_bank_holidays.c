/* chaperone import bank-holidays: GOV.UK's file, an object keyed by division (B6). */
#include "api/import_bank_holidays.h"
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "api/operator.h"
#include "base/file.h"
#include "models/field_time.h"

enum { FILE_MAX = 1024 * 1024 };

static const enum query import_queries[] = { q_bank_holidays_import, Q_NONE };
static const char division[] = "england-and-wales";

/* [{"day": "2026-12-25", "title": "Christmas Day"}]; NULL when it is another kind of
 * file. */
static json_t *events_read(const json_t *file)
{
	json_t *from = json_object_get(json_object_get(file, division), "events");
	json_t *events = json_array(), *each;
	size_t i;

	json_array_foreach(from, i, each)
	{
		const char *day = json_string_value(json_object_get(each, "date"));
		const char *title = json_string_value(json_object_get(each, "title"));

		if (!day || !title || !*title || !date_valid(day)) {
			fprintf(stderr, "Event %zu of %s has no date or no title.\n",
				i + 1, division);
			json_decref(events);
			return NULL;
		}
		json_array_append_new(
			events, json_pack("{s:s, s:s}", "day", day, "title", title));
	}
	if (json_array_size(events) > 0)
		return events;
	fprintf(stderr, "It holds no \"%s\" with \"events\": is it GOV.UK's file?\n",
		division);
	json_decref(events);
	return NULL;
}

static const char *digest_of(struct arena *arena, const char *text, size_t length)
{
	unsigned char hash[crypto_hash_sha256_BYTES];
	char hex[2 * sizeof(hash) + 1];

	crypto_hash_sha256(hash, (const unsigned char *)text, length);
	return arena_copy(arena, sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
}

static int events_store(struct arena *arena, const char *path, const char *text,
			size_t length, const json_t *events)
{
	autofree char *json = json_dumps(events, JSON_COMPACT);
	const char *slash = strrchr(path, '/');
	const PGresult *rows;
	struct operator op;
	bool done;

	operator_open(&op, "chaperone_operator", import_queries);
	operator_set(&op, "events", json);
	operator_set(&op, "source", slash ? slash + 1 : path);
	operator_set(&op, "sha256", digest_of(arena, text, length));
	done = operator_run(&op, q_bank_holidays_import, &rows);
	if (done)
		printf("%s bank holidays, %s of them new or renamed, %s removed; known "
		       "until %s.\n",
		       row_text(rows, 0, "days"), row_text(rows, 0, "changed"),
		       row_text(rows, 0, "removed"), row_text(rows, 0, "known_until"));
	if (done && row_flag(rows, 0, "short"))
		printf("That is less than a year ahead: import the present file.\n");
	operator_close(&op);
	return done ? 0 : 1;
}

int import_bank_holidays(struct arena *arena, int argc, char **argv)
{
	autofree char *text = NULL;
	json_t *file, *events;
	size_t length;
	int status = 1;

	if (argc != 1)
		return 2;
	text = file_text(argv[0], FILE_MAX, &length);
	if (!text) {
		fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
		return 1;
	}
	file = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	events = file ? events_read(file) : NULL;
	if (!file)
		fprintf(stderr, "%s is no JSON.\n", argv[0]);
	if (events)
		status = events_store(arena, argv[0], text, length, events);
	json_decref(events);
	json_decref(file);
	return status;
}
