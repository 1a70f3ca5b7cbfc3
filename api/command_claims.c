/* chaperone claims: handles that two organisations call theirs, for the operator to
 * decide. */
#include <stdio.h>
#include <string.h>
#include "api/command.h"
#include "api/operator.h"
#include "base/id.h"

static const enum query claims_queries[] = { q_handle_claims, q_handle_claim_decide,
					     Q_NONE };

static const char usage[] =
	"chaperone claims list\n"
	"chaperone claims decide CLAIM-ID grant|refuse REASON\n"
	"    grant: the claimant has the handle from now on; refuse: it stays as it is\n";

static const char *shown(const PGresult *rows, int row, const char *column)
{
	const char *text = row_text(rows, row, column);

	return text ? text : "nobody";
}

static int claims_list(struct operator* op)
{
	const PGresult *rows;

	if (!operator_run(op, q_handle_claims, &rows))
		return 1;
	for (int row = 0; row < row_count(rows); row++)
		printf("%s  %s  %s %s\n  claimed by %s (%s)%s\n  held by %s\n",
		       row_text(rows, row, "id"), row_text(rows, row, "claimed_at"),
		       row_text(rows, row, "platform"), row_text(rows, row, "handle"),
		       row_text(rows, row, "claimant"), shown(rows, row, "claimed_name"),
		       row_flag(rows, row, "recorded") ? ", in their register"
						       : ", refused with 409",
		       shown(rows, row, "holder"));
	printf("%d waiting\n", row_count(rows));
	return 0;
}

static int claims_decide(struct operator* op, const char *claim, bool granted,
			 const char *reason)
{
	const PGresult *rows;

	operator_set(op, "claim_id", claim);
	operator_set(op, "granted", granted ? "true" : "false");
	operator_set(op, "reason", reason);
	if (!operator_run(op, q_handle_claim_decide, &rows))
		return 1;
	if (row_count(rows) == 0) {
		fprintf(stderr, "No claim %s is waiting or was refused.\n", claim);
		return 1;
	}
	printf("%s %s %s %s\n", row_text(rows, 0, "platform"),
	       row_text(rows, 0, "handle"),
	       granted ? "belongs from now on to" : "is refused to",
	       row_text(rows, 0, "claimant"));
	if (row_text(rows, 0, "loser"))
		printf("%s has lost it; to turn this round decide claim %s\n",
		       row_text(rows, 0, "loser"), row_text(rows, 0, "loser_claim"));
	return 0;
}

int command_claims(int argc, char **argv)
{
	bool list = argc == 1 && strcmp(argv[0], "list") == 0;
	bool grant = argc == 4 && strcmp(argv[2], "grant") == 0;
	bool decide = argc == 4 && strcmp(argv[0], "decide") == 0 && id_valid(argv[1]) &&
		      *argv[3] && (grant || strcmp(argv[2], "refuse") == 0);
	struct operator op;
	int status;

	if (!list && !decide) {
		fputs(usage, stderr);
		return 2;
	}
	operator_open(&op, "chaperone_operator", claims_queries);
	status = list ? claims_list(&op) : claims_decide(&op, argv[1], grant, argv[3]);
	operator_close(&op);
	return status;
}
