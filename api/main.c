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
	{ "tenant", "create|invite ...", "make a tenant and invite its first SLT",
	  command_tenant },
	{ "identity", "release ADDRESS",
	  "end a sign-in, so that its address can be invited anew", command_identity },
	{ "claims", "list|decide ...", "handles that two organisations call theirs",
	  command_claims },
	{ "import", "register|people FILE --tenant NAME --as ADDRESS",
	  "load a register of channels, or people", command_import },
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
