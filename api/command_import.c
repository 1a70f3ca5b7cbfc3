/* chaperone import: takes a file in, all of it or none; what is public of England's
 * schools is import_gias.c's. */
#include <stdio.h>
#include <string.h>
#include "api/command.h"
#include "api/csv_file.h"
#include "api/import_bank_holidays.h"
#include "api/import_gias.h"
#include "api/operator.h"
#include "api/principal.h"
#include "base/config.h"
#include "base/id.h"
#include "models/import.h"

enum { FILE_MAX = 16 * 1024 * 1024, RESULTS_MAX = 8 };

static const char usage[] =
	"chaperone import register|people FILE --tenant NAME-OR-ID --as EMAIL\n"
	"                 [--skip-bad] [--dry-run]\n"
	"chaperone import gias FILE... [--dry-run] [--json] [--skip-bad] [--many-left]\n"
	"                              [--as-of YYYY-MM-DD]\n"
	"chaperone import bank-holidays FILE\n";

static const struct import_kind *const kinds[] = { &register_import, &people_import };

static const enum query session_queries[] = { q_operator_session, Q_NONE };

struct import {
	const struct import_kind *kind;
	const char *path, *tenant, *as;
	bool skip_bad, dry_run;
	struct csv_file file;
	const struct fault *faults;
	json_t *keys;		 /* line by key */
	int counts[RESULTS_MAX]; /* by result */
	int refused;
};

static bool arguments_read(int argc, char **argv, struct import *import)
{
	for (size_t i = 0; i < COUNT_OF(kinds) && argc >= 2; i++)
		if (strcmp(argv[0], kinds[i]->name) == 0)
			import->kind = kinds[i];
	if (!import->kind)
		return false;
	import->path = argv[1];
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "--skip-bad") == 0)
			import->skip_bad = true;
		else if (strcmp(argv[i], "--dry-run") == 0)
			import->dry_run = true;
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

/* A second row of the same key would undo what the first one did. */
static const struct problem *key_claim(struct call *call, struct import *import, int line)
{
	const char *name = import->kind->key, *key = name ? call_text(call, name) : NULL;
	json_t *first = key ? json_object_get(import->keys, key) : NULL;

	if (first)
		return problem_field(call->arena, arena_printf(call->arena, "/%s", name),
				     "stands in line %d already",
				     (int)json_integer_value(first));
	if (key)
		json_object_set_new(import->keys, key, json_integer(line));
	return NULL;
}

/* One row in the open transaction; only a lost database ends it all. */
static const struct problem *import_row(struct call *call, struct import *import,
					struct csv_row *row)
{
	const struct import_kind *kind = import->kind;
	const struct problem *err = NULL, *fault;
	const char *note = NULL;
	int result = 0;

	call->values = (struct values){ 0 };
	fault = fields_check(call->arena, kind->columns, FIELD_CREATE, row->cells,
			     &call->values);
	if (!fault)
		fault = key_claim(call, import, row->line);
	if (!fault)
		err = kind->row(call, row->cells, &result, &fault, &note);
	if (err)
		return err;
	if (fault)
		refuse_line(call, import, row->line, fault);
	else
		import->counts[result]++;
	if (!fault && note)
		printf("line %d: %s\n", row->line, note);
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
	if (!err && !import->dry_run && (!import->faults || import->skip_bad))
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
	for (int i = 0; import->kind->results[i]; i++)
		printf("%d %s, ", import->counts[i], import->kind->results[i]);
	printf("%d refused\n", import->refused);
	if (import->dry_run)
		printf("Nothing was imported: this was a dry run.\n");
	return 0;
}

static bool permitted(struct call *call, const struct import *import)
{
	const struct import_kind *kind = import->kind;

	if (call->me)
		call_reach(call, kind->permission);
	if (call->me &&
	    (kind->tenant_wide ? call->reach.tenant : !reach_none(&call->reach)))
		return true;
	fprintf(stderr, "%s may not import %s%s.\n", import->as, kind->name,
		kind->tenant_wide ? " for the whole tenant" : "");
	return false;
}

static int import_as(struct call *call, struct import *import, char *session)
{
	struct principal *me;
	const struct problem *err = principal_load(call->arena, call->pool, session, &me);

	call->me = me;
	if (!err && !permitted(call, import))
		return 1;
	if (!err)
		err = import_rows(call, import);
	if (err)
		fprintf(stderr, "%s\n", err->detail);
	return err ? 1 : report(import);
}

static int import_run(struct arena *arena, struct import *import)
{
	struct pool_options options = { config_text(CONFIG_DATABASE), "chaperone_app", 1,
					5000, 60000 };
	struct request request = { .arena = arena, .id = "import" };
	struct answer answer = { 0 };
	struct call call = { .arena = arena,
			     .request = &request,
			     .answer = &answer,
			     .resource = import->kind->resource };
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

static int import_file(struct arena *arena, struct import *import)
{
	const struct problem *err =
		csv_read(arena, import->path, FILE_MAX, &import->file, &import->faults);
	int status = 1;

	import->keys = json_object();
	if (err)
		fprintf(stderr, "%s\n", err->detail);
	else
		status = import_run(arena, import);
	json_decref(import->keys);
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
	else if (argc > 0 && strcmp(argv[0], "bank-holidays") == 0)
		status = import_bank_holidays(arena, argc - 1, argv + 1);
	else if (arguments_read(argc, argv, &import))
		status = import_file(arena, &import);
	if (status == 2)
		fputs(usage, stderr);
	arena_free(arena);
	return status;
}
