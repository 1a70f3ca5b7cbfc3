/* chaperone demo: loads the fictional tenants once, and prints who can sign in. */
#include <stdio.h>
#include <string.h>
#include "api/command.h"
#include "api/operator.h"
#include "auth/password.h"
#include "base/config.h"
#include "sql/migrate.h"

static const char demo_password[] = "plover-quarry-lantern-52";

static const enum query demo_queries[] = { q_demo_tenants, q_demo_people, Q_NONE };

static bool demo_load(struct operator* op)
{
	const char *settings[] = { "demo.password_hash", NULL, NULL };

	password_start(1);
	settings[1] = password_hash(op->arena, demo_password);
	return migrate_script(config_text(CONFIG_DATABASE), "demo", settings);
}

static void demo_print(const PGresult *people)
{
	const char *tenant = "";

	printf("Demo sign-ins, all with the password %s\n", demo_password);
	for (int row = 0; row < row_count(people); row++) {
		const char *of = row_text(people, row, "tenant_name");

		if (strcmp(of, tenant) != 0)
			printf("\n  %s\n", of);
		printf("    %-28s %-16s %s\n", row_text(people, row, "email"),
		       row_text(people, row, "name"), row_text(people, row, "holds"));
		tenant = of;
	}
}

int command_demo(int argc, char **argv)
{
	struct operator op;
	const PGresult *rows;
	bool good;

	(void)argv;
	if (argc > 0) {
		fprintf(stderr, "chaperone demo takes no arguments.\n");
		return 2;
	}
	operator_open(&op, "chaperone_operator", demo_queries);
	good = operator_run(&op, q_demo_tenants, &rows);
	if (good && row_number(rows, 0, "demo_tenants") == 0)
		good = demo_load(&op);
	if (good && (good = operator_run(&op, q_demo_people, &rows)))
		demo_print(rows);
	operator_close(&op);
	return good ? 0 : 1;
}
