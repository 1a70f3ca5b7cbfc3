/* chaperone keys: what signs access tokens, and the change to the next key. */
#include <stdio.h>
#include <string.h>
#include "api/command.h"
#include "api/keys.h"
#include "api/operator.h"

/* Gateways may keep the key set for five minutes: by then all know the next key. */
#define PUBLISHED_S "300"

static const char usage[] =
	"chaperone keys list     every key there ever was, with its state\n"
	"chaperone keys public   their public halves as PEM\n"
	"chaperone keys rotate [--now]\n";

static const enum query keys_queries[] = { q_signing_key_list, q_signing_key_rotate,
					   Q_NONE };

static void key_print(const PGresult *rows, int row)
{
	const char *retired = row_text(rows, row, "retired_at");

	printf("%s  %-7s  %-9s  made %.19s%s%.19s\n", row_text(rows, row, "id"),
	       row_text(rows, row, "state"),
	       row_flag(rows, row, "published") ? "published" : "withdrawn",
	       row_text(rows, row, "created_at"), retired ? ", retired " : "",
	       retired ? retired : "");
}

static int list(struct operator* op, bool pem)
{
	const PGresult *rows;

	if (!operator_run(op, q_signing_key_list, &rows))
		return 1;
	for (int row = 0; row < row_count(rows); row++)
		if (pem)
			fputs(row_text(rows, row, "public_pem"), stdout);
		else
			key_print(rows, row);
	return 0;
}

static int rotate(struct operator* op, bool now)
{
	const PGresult *rows;

	if (!keys_unlock() || !keys_open())
		return 1;
	operator_set(op, "wait", now ? "0" : PUBLISHED_S);
	if (!operator_run(op, q_signing_key_rotate, &rows))
		return 1;
	if (row_count(rows) == 0) {
		fprintf(stderr, "Somebody else is rotating the keys.\n");
		return 1;
	}
	if (row_number(rows, 0, "waiting") > 0) {
		fprintf(stderr,
			"The next key is not known to everybody yet: try again in %ld seconds. "
			"If the active key has leaked, --now does not wait; gateways may then "
			"refuse tokens for up to five minutes.\n",
			row_number(rows, 0, "waiting"));
		return 1;
	}
	printf("%s signs from now on; every instance hears of it within seconds.\n",
	       row_text(rows, 0, "id"));
	return keys_load() ? 0 : 1; /* which makes and publishes the key after it */
}

int command_keys(int argc, char **argv)
{
	bool public = argc == 1 && strcmp(argv[0], "public") == 0;
	bool listing = public || (argc == 1 && strcmp(argv[0], "list") == 0);
	bool now = argc == 2 && strcmp(argv[1], "--now") == 0;
	struct operator op;
	int status;

	if (!listing && (argc < 1 || strcmp(argv[0], "rotate") != 0 || argc != 1 + now)) {
		fputs(usage, stderr);
		return 2;
	}
	operator_open(&op, "chaperone_operator", keys_queries);
	status = listing ? list(&op, public) : rotate(&op, now);
	operator_close(&op);
	return status;
}
