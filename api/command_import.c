/* chaperone import: takes a trust's register of channels in, all of it or none; what is
 * public of England's schools is import_gias.c's. */
#include <stdio.h>
#include <string.h>
#include "api/command.h"
#include "api/csv_file.h"
#include "api/import_gias.h"
#include "api/operator.h"
#include "api/principal.h"
#include "base/config.h"
#include "base/id.h"
#include "models/register.h"
#include "models/resource.h"

enum { FILE_MAX = 16 * 1024 * 1024 };

static const char usage[] =
	"chaperone import register FILE --tenant NAME-OR-ID --as EMAIL [--skip-bad]\n"
	"chaperone import gias FILE... [--dry-run] [--json] [--skip-bad] [--many-left]\n"
	"                              [--as-of YYYY-MM-DD]\n";

static const enum query session_queries[] = { q_operator_session, Q_NONE };

struct import {
	const char *path, *tenant, *as;
	bool skip_bad;
	struct csv_file file;
	const struct fault *faults;
	int added, known, refused;
};

static bool arguments_read(int argc, char **argv, struct import *import)
{
	if (argc < 2 || strcmp(argv[0], "register") != 0)
		return false;
	import->path = argv[1];
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--skip-bad") == 0)
			import->skip_bad = true;
		else if (i + 1 < argc && strcmp(argv[i], "--tenant") == 0)
			import->tenant = argv[++i];
		else if (i + 1 < argc && strcmp(argv[i], "--as") == 0)
			import->as = argv[++i];
		else
			return false;
	}
	return import->tenant && import->as;
}

/* A session in the name of --as: what is imported is theirs in history and audit. */
static char *session_open(struct arena *arena, const struct import *import)
{
	struct operator op;
	const PGresult *rows;
	char id[ID_SIZE], *session = NULL;

	id_new(id);
	operator_open(&op, "chaperone_operator", session_queries);
	operator_set(&op, "session_id", id);
	operator_set(&op, "tenant", import->tenant);
	operator_set(&op, "email", import->as);
	if (operator_run(&op, q_operator_session, &rows) && row_count(rows) > 0)
		session = arena_copy(arena, id);
	operator_close(&op);
	if (!session)
		fprintf(stderr, "Nobody who can sign in as %s is known in tenant %s.\n",
			import->as, import->tenant);
	return session;
}

static void refuse_line(struct call *call, struct import *import, int line,
			const struct problem *err)
{
	const struct fault *fault = err->errors;

	import->refused++;
	if (!fault)
		fault_add(call->arena, &import->faults,
			  arena_printf(call->arena, "/line %d", line), "%s", err->detail);
	for (; fault; fault = fault->next)
		fault_add(call->arena, &import->faults,
			  arena_printf(call->arena, "/line %d", line), "%s %s",
			  *fault->pointer == '/' ? fault->pointer + 1 : fault->pointer,
			  fault->detail);
}

static void report_line(struct import *import, int line, enum register_result result,
			const char *flags)
{
	if (result == REGISTER_ADDED)
		import->added++;
	else
		import->known++;
	if (result == REGISTER_ADDED && strcmp(flags, "{}") != 0)
		printf("line %d: %s\n", line, flags);
}

/* One row in the open transaction; only a lost database ends it all. */
static const struct problem *import_row(struct call *call, struct import *import,
					struct csv_row *row)
{
	const struct problem *err;
	enum register_result result;
	const char *flags;

	call->values = (struct values){ 0 };
	err = fields_check(call->arena, register_columns, FIELD_CREATE, row->cells,
			   &call->values);
	if (err) {
		refuse_line(call, import, row->line, err);
		return NULL;
	}
	if ((err = register_import(call, row->cells, &result, &flags)))
		return err;
	if (result == REGISTER_CLASH)
		refuse_line(call, import, row->line,
			    problem(call->arena, PROBLEM_ALREADY_EXISTS,
				    "handle %s stands in the register already",
				    call_text(call, "handle")));
	else
		report_line(import, row->line, result, flags);
	return NULL;
}

static const struct problem *import_rows(struct call *call, struct import *import)
{
	const struct problem *err = NULL;

	for (int i = 0; i < import->file.count && !err; i++) {
		if (import->file.rows[i].cells)
			err = import_row(call, import, &import->file.rows[i]);
		else
			import->refused++;
	}
	if (!err && (!import->faults || import->skip_bad))
		err = call_commit(call);
	return err;
}

static int report(const struct import *import)
{
	bool kept = !import->faults || import->skip_bad;

	for (const struct fault *fault = import->faults; fault; fault = fault->next)
		fprintf(kept ? stdout : stderr, "%s: %s\n", fault->pointer + 1,
			fault->detail);
	if (!kept) {
		fprintf(stderr,
			"Nothing was imported: mend these lines, or pass --skip-bad.\n");
		return 1;
	}
	printf("%d added, %d known, %d refused\n", import->added, import->known,
	       import->refused);
	return 0;
}

/* The register is the whole tenant's, so only who may import for all of it does. */
static int import_as(struct call *call, struct import *import, char *session)
{
	struct principal *me;
	const struct problem *err = principal_load(call->arena, call->pool, session, &me);

	call->me = me;
	if (!err && me)
		call_reach(call, CHANNEL_IMPORT);
	if (!err && (!me || !call->reach.tenant)) {
		fprintf(stderr, "%s may not import for the whole tenant.\n", import->as);
		return 1;
	}
	if (!err)
		err = import_rows(call, import);
	if (err)
		fprintf(stderr, "%s\n", err->detail);
	return err ? 1 : report(import);
}

static int import_run(struct arena *arena, struct import *import)
{
	extern const struct resource channel;
	struct pool_options options = { config_text(CONFIG_DATABASE), "chaperone_app", 1,
					5000, 60000 };
	struct request request = { .arena = arena, .id = "import" };
	struct answer answer = { 0 };
	struct call call = { .arena = arena,
			     .request = &request,
			     .answer = &answer,
			     .resource = &channel };
	char *session = session_open(arena, import);
	int status;

	if (!session)
		return 1;
	call.pool = pool_open(&options, NULL);
	status = import_as(&call, import, session);
	call_end(&call);
	pool_close(call.pool);
	return status;
}

static int import_register(struct arena *arena, struct import *import)
{
	const struct problem *err =
		csv_read(arena, import->path, FILE_MAX, &import->file, &import->faults);
	int status = 1;

	if (err)
		fprintf(stderr, "%s\n", err->detail);
	else
		status = import_run(arena, import);
	csv_free_rows(&import->file);
	return status;
}

int command_import(int argc, char **argv)
{
	struct arena *arena = arena_new();
	struct import import = { 0 };
	int status = 2;

	if (argc > 0 && strcmp(argv[0], "gias") == 0)
		status = import_gias(arena, argc - 1, argv + 1);
	else if (arguments_read(argc, argv, &import))
		status = import_register(arena, &import);
	if (status == 2)
		fputs(usage, stderr);
	arena_free(arena);
	return status;
}
