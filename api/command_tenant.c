/* chaperone tenant: the operator's way to make a tenant, to invite its first SLT, to say
 * which company it is, and to take all of it out. */
#include <stdio.h>
#include <string.h>
#include "api/command.h"
#include "api/operator.h"
#include "auth/opaque.h"
#include "base/config.h"
#include "base/id.h"

static const enum query tenant_queries[] = { q_tenant_create, q_tenant_invite,
					     q_tenant_company, Q_NONE };

static const char usage[] =
	"chaperone tenant create trust|school NAME --slt NAME --email ADDRESS\n"
	"chaperone tenant invite TENANT-ID --slt NAME --email ADDRESS   (only while no SLT of it can sign in)\n"
	"chaperone tenant company TENANT-ID NUMBER   (of Companies House: finds it in the register)\n"
	"chaperone tenant export ID-OR-NAME FOLDER\n";

static const char *option(int argc, char **argv, const char *name)
{
	for (int i = 0; i + 1 < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return argv[i + 1];
	return NULL;
}

static char *set_id(struct operator* op, const char *name)
{
	char id[ID_SIZE];
	char *text;

	id_new(id);
	text = arena_copy(op->arena, id);
	operator_set(op, name, text);
	return text;
}

/* The invitation's token is shown here and nowhere else; the database keeps its hash. */
static int invite(struct operator* op, enum query query, const char *tenant)
{
	char *hash, *token = opaque_make(op->arena, &hash);

	set_id(op, "person_id");
	set_id(op, "appointment_id");
	set_id(op, "invitation_id");
	operator_set(op, "invitation_hash", hash);
	operator_set(op, "days", "14");
	if (!operator_run(op, query, NULL))
		return 1;
	printf("tenant_id         %s\ninvitation_token  %s\n\n", tenant, token);
	printf("Valid for 14 days. The invited person accepts it with:\n"
	       "curl -X POST %s/v1/auth/accept-invitation -H 'Content-Type: application/json' \\\n"
	       "  -d '{\"invitation_token\": \"%s\", \"password\": \"...\"}'\n",
	       config_text(CONFIG_ISSUER), token);
	return 0;
}

static bool company_valid(const char *number)
{
	return strlen(number) == 8 &&
	       strspn(number, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 8;
}

static int company_set(const char *tenant, const char *number)
{
	struct operator op;
	const PGresult *rows;
	bool known;

	operator_open(&op, "chaperone_operator", tenant_queries);
	operator_set(&op, "tenant_id", tenant);
	operator_set(&op, "companies_house_number", number);
	known = operator_run(&op, q_tenant_company, &rows) && row_flag(rows, 0, "known");
	operator_close(&op);
	if (!known)
		fprintf(stderr, "No tenant has the id %s.\n", tenant);
	return known ? 0 : 1;
}

int command_tenant(int argc, char **argv)
{
	const char *slt = option(argc, argv, "--slt"),
		   *email = option(argc, argv, "--email");
	bool create = argc == 7 && strcmp(argv[0], "create") == 0 &&
		      (strcmp(argv[1], "trust") == 0 || strcmp(argv[1], "school") == 0);
	bool again = argc == 6 && strcmp(argv[0], "invite") == 0 && id_valid(argv[1]);
	struct operator op;
	const char *tenant;
	int status;

	if (argc == 3 && strcmp(argv[0], "company") == 0 && id_valid(argv[1]) &&
	    company_valid(argv[2]))
		return company_set(argv[1], argv[2]);
	if (argc == 3 && strcmp(argv[0], "export") == 0)
		return command_tenant_export(argv[1], argv[2]);
	if (!slt || !email || !strchr(email, '@') || (!create && !again)) {
		fputs(usage, stderr);
		return 2;
	}
	operator_open(&op, "chaperone_operator", tenant_queries);
	operator_set(&op, "person_name", slt);
	operator_set(&op, "email", email);
	if (create) {
		operator_set(&op, "kind", argv[1]);
		operator_set(&op, "name", argv[2]);
		set_id(&op, "school_id");
		tenant = set_id(&op, "tenant_id");
	} else {
		operator_set(&op, "tenant_id", tenant = argv[1]);
	}
	status = invite(&op, create ? q_tenant_create : q_tenant_invite, tenant);
	operator_close(&op);
	return status;
}
