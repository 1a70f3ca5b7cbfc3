/* chaperone identity: the operator's way to take a sign-in from who should not have it.
 */
#include <stdio.h>
#include <string.h>
#include "api/command.h"
#include "api/operator.h"

static const enum query identity_queries[] = { q_identity_release, Q_NONE };

static int release_report(const char *login, const PGresult *persons)
{
	if (row_count(persons) == 0) {
		fprintf(stderr, "Nobody signs in as %s.\n", login);
		return 1;
	}
	printf("%s is released; sessions ended: %ld\n", login,
	       row_number(persons, 0, "sessions"));
	for (int row = 0; row < row_count(persons); row++)
		if (row_text(persons, row, "person_id"))
			printf("untied  tenant %s (%s)  person %s (%s)\n",
			       row_text(persons, row, "tenant_id"),
			       row_text(persons, row, "tenant_name"),
			       row_text(persons, row, "person_id"),
			       row_text(persons, row, "person_name"));
	return 0;
}

int command_identity(int argc, char **argv)
{
	const PGresult *persons;
	struct operator op;
	int status = 1;

	if (argc != 2 || strcmp(argv[0], "release") != 0 || !strchr(argv[1], '@')) {
		fputs("chaperone identity release ADDRESS\n", stderr);
		return 2;
	}
	operator_open(&op, "chaperone_operator", identity_queries);
	operator_set(&op, "login", argv[1]);
	if (operator_run(&op, q_identity_release, &persons))
		status = release_report(argv[1], persons);
	operator_close(&op);
	return status;
}
