/* chaperone: one binary, a table of commands. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "api/command.h"
#include "base/cleanup.h"
#include "base/config.h"

static const struct command {
	const char *name, *arguments, *help;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "serve", "", "serve the API until SIGTERM or SIGINT", command_serve },
	{ "migrate", "", "bring the database to this program's schema", command_migrate },
	{ "demo", "", "load the fictional tenants and print their sign-ins",
	  command_demo },
	{ "tenant", "create|invite|company|export ...",
	  "make a tenant, invite its first SLT, take all of it out", command_tenant },
	{ "identity", "release ADDRESS",
	  "end a sign-in, so that its address can be invited anew", command_identity },
	{ "claims", "list|decide ...", "handles that two organisations call theirs",
	  command_claims },
	{ "import", "register|people|gias|bank-holidays FILE ...",
	  "load a register of channels, people, or what is public of England's schools",
	  command_import },
	{ "audit", "verify [--tenant ID-OR-NAME] [--heads FILE [--keys PEM-FILE]]",
	  "prove that the audit trail is what was written", command_audit },
	{ "keys", "list|rotate [--now]|public", "the keys that sign access tokens",
	  command_keys },
	{ "healthcheck", "", "ask the service on this machine whether it is ready",
	  command_healthcheck },
	{ "describe", "", "print routes, permissions, queries and problems as JSON",
	  command_describe },
	{ "config", "", "print every setting, its value and where it came from",
	  command_config },
};

static void usage(FILE *out)
{
	fprintf(out, "usage: chaperone COMMAND [ARGUMENT...]\n\n");
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		fprintf(out, "  %s %s\n      %s\n", commands[i].name,
			commands[i].arguments, commands[i].help);
	fprintf(out,
		"\nSettings are read from CHAPERONE_* in the environment, then from the file "
		"that\nCHAPERONE_CONFIG names; 'chaperone config' lists them.\n");
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(commands); i++)
		if (strcmp(commands[i].name, name) == 0)
			return &commands[i];
	return NULL;
}

int main(int argc, char **argv)
{
	const struct command *command = argc > 1 ? command_find(argv[1]) : NULL;

	if (argc == 2 &&
	    (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
		usage(stdout);
		return 0;
	}
	if (argc == 2 && strcmp(argv[1], "--version") == 0) {
		printf("chaperone %s\n", CHAPERONE_VERSION);
		return 0;
	}
	if (!command) {
		usage(stderr);
		return 2;
	}
	if (!config_load(getenv("CHAPERONE_CONFIG")))
		return 2;
	return command->run(argc - 2, argv + 2);
}
