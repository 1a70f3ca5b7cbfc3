/* chaperone audit verify: is every trail what was written, and what left the database? */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include "api/command.h"
#include "api/operator.h"
#include "base/file.h"
#include "models/audit_head.h"

enum { INTACT = 0, FAILED = 1, USAGE = 2, BROKEN = 3, KEYS_LIMIT = 1 << 20 };

static const char usage[] =
	"chaperone audit verify [--tenant ID-OR-NAME] [--heads FILE [--keys PEM-FILE]]\n"
	"exits with 0 when all is intact, 3 when a trail is not, 1 when it cannot tell\n";

static const enum query audit_queries[] = { q_audit_tenants,	q_audit_state,
					    q_audit_seals,	q_audit_events,
					    q_signing_key_list, Q_NONE };

struct verify {
	const char *tenant, *heads, *keys; /* as given */
	struct operator op;
	struct arena *arena; /* of what outlives a page */
	char *pems;	     /* of --keys */
	long faults, heads_read;
	int tenants;
};

static bool arguments_read(int argc, char **argv, struct verify *verify)
{
	if (argc < 1 || strcmp(argv[0], "verify") != 0 || argc % 2 == 0)
		return false;
	for (int i = 1; i < argc; i += 2) {
		const char **option = strcmp(argv[i], "--tenant") == 0	? &verify->tenant
				      : strcmp(argv[i], "--heads") == 0 ? &verify->heads
				      : strcmp(argv[i], "--keys") == 0	? &verify->keys
									: NULL;

		if (!option || *option)
			return false;
		*option = argv[i + 1];
	}
	return verify->heads || !verify->keys;
}

static const PGresult *page_run(void *data, enum query query, const char *const *values)
{
	struct verify *verify = data;
	const PGresult *rows;

	operator_reset(&verify->op);
	for (; values && *values; values += 2)
		operator_set(&verify->op, values[0], values[1]);
	return operator_run(&verify->op, query, &rows) ? rows : NULL;
}

static void fault_print(void *data, const struct audit_fault *fault)
{
	(void)data;
	printf("  %s: %s\n", fault->code, fault->detail);
}

struct tenant {
	const char *id, *name; /* name NULL: there are rows, but no such tenant */
};

static bool tenant_meant(const struct verify *verify, const struct tenant *tenant)
{
	return !verify->tenant || strcasecmp(tenant->id, verify->tenant) == 0 ||
	       (tenant->name && strcmp(tenant->name, verify->tenant) == 0);
}

static struct tenant *tenants_read(struct verify *verify)
{
	const PGresult *rows = page_run(verify, q_audit_tenants, NULL);
	struct tenant *tenants;

	if (!rows)
		return NULL;
	tenants = arena_alloc(verify->arena,
			      sizeof(*tenants) * ((size_t)row_count(rows) + 1));
	for (int row = 0; row < row_count(rows); row++) {
		struct tenant tenant = { row_text(rows, row, "id"),
					 row_text(rows, row, "name") };

		if (!tenant_meant(verify, &tenant))
			continue;
		tenants[verify->tenants].id = arena_copy(verify->arena, tenant.id);
		tenants[verify->tenants++].name = arena_copy(verify->arena, tenant.name);
	}
	return tenants;
}

static bool tenant_verify(struct verify *verify, const struct tenant *tenant)
{
	const struct audit_source source = { verify, page_run, fault_print };
	struct audit_report report;

	printf("%s (%s)\n", tenant->id, tenant->name ? tenant->name : "no such tenant");
	if (!audit_verify(&source, tenant->id, &report))
		return false;
	printf("  %ld events under %ld seals, %ld not sealed yet: ", report.events,
	       report.seals, report.unsealed);
	if (report.faults)
		printf("BROKEN, %ld faults\n", report.faults);
	else
		printf("intact\n");
	if (report.seq)
		printf("  head: seal %ld of %s, chain %s\n", report.seq, report.sealed_at,
		       report.chain);
	verify->faults += report.faults;
	return true;
}

/* Of --keys, or else every key that the database has ever had. */
static bool keys_read(struct verify *verify)
{
	autobuffer pems = { 0 };
	const PGresult *rows;
	size_t length;

	if (verify->keys) {
		verify->pems = file_text(verify->keys, KEYS_LIMIT, &length);
		if (!verify->pems)
			fprintf(stderr, "%s: %s\n", verify->keys, strerror(errno));
		return verify->pems;
	}
	if (!(rows = page_run(verify, q_signing_key_list, NULL)))
		return false;
	for (int row = 0; row < row_count(rows); row++)
		buffer_text(&pems, row_text(rows, row, "public_pem"));
	verify->pems = buffer_take(&pems);
	return verify->pems;
}

static bool head_meant(const struct verify *verify, const struct tenant *tenants,
		       const struct audit_head *head)
{
	if (!verify->tenant)
		return true;
	for (int i = 0; i < verify->tenants; i++)
		if (strcasecmp(tenants[i].id, head->tenant) == 0)
			return true;
	return false;
}

/* One line of the file; what is no head may be another line of the log. */
static bool head_verify(struct verify *verify, const struct tenant *tenants,
			struct arena *arena, const char *line)
{
	const struct audit_source source = { verify, page_run, fault_print };
	struct audit_head head;

	if (!audit_head_read(arena, line, &head) || !head_meant(verify, tenants, &head))
		return true;
	verify->heads_read++;
	if (!audit_head_signed(arena, &head, verify->pems)) {
		printf("  head_unsigned: The head of seal %ld of %s at %s has no signature of "
		       "a known key.\n",
		       head.seq, head.tenant, head.time);
		verify->faults++;
		return true;
	}
	return audit_head_check(&source, &head, &verify->faults);
}

static bool heads_verify(struct verify *verify, const struct tenant *tenants)
{
	autofclose FILE *file = fopen(verify->heads, "re");
	struct arena *arena = arena_new();
	autofree char *line = NULL;
	size_t room = 0;
	bool good = file && keys_read(verify);

	if (!file)
		fprintf(stderr, "%s: %s\n", verify->heads, strerror(errno));
	else if (good)
		printf("Heads in %s\n", verify->heads);
	while (good && getline(&line, &room, file) >= 0) {
		good = head_verify(verify, tenants, arena, line);
		arena_reset(arena);
	}
	arena_free(arena);
	if (good && verify->heads_read == 0)
		fprintf(stderr, "There is no head to compare in %s.\n", verify->heads);
	else if (good)
		printf("  %ld heads were compared\n", verify->heads_read);
	return good && verify->heads_read > 0;
}

static int verify_all(struct verify *verify)
{
	struct tenant *tenants = tenants_read(verify);

	if (!tenants)
		return FAILED;
	if (verify->tenant && verify->tenants == 0) {
		fprintf(stderr, "There is no tenant %s.\n", verify->tenant);
		return FAILED;
	}
	for (int i = 0; i < verify->tenants; i++)
		if (!tenant_verify(verify, &tenants[i]))
			return FAILED;
	if (verify->heads && !heads_verify(verify, tenants))
		return FAILED;
	if (verify->faults == 0)
		return INTACT;
	printf("The audit trail is NOT intact: %ld faults.\n", verify->faults);
	return BROKEN;
}

int command_audit(int argc, char **argv)
{
	struct verify verify = { 0 };
	int status;

	if (!arguments_read(argc, argv, &verify)) {
		fputs(usage, stderr);
		return USAGE;
	}
	if (sodium_init() < 0)
		return FAILED;
	verify.arena = arena_new();
	operator_open(&verify.op, "chaperone_operator", audit_queries);
	status = verify_all(&verify);
	operator_close(&verify.op);
	arena_free(verify.arena);
	free(verify.pems);
	return status;
}
