/* chaperone import gias: each file in one transaction, all of it or none. */
#include "api/import_gias.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "api/gias_file.h"
#include "api/gias_report.h"
#include "base/config.h"
#include "base/id.h"
#include "models/field.h"

struct asked {
	const char *as_of; /* NULL: each file's name says it */
	bool dry_run, json, skip_bad, many_left;
	char **files;
	int file_count;
};

/* Options may stand anywhere; what is left of argv are the files. */
static bool arguments_read(struct arena *arena, int argc, char **argv,
			   struct asked *asked)
{
	asked->files = argv;
	for (int i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--dry-run") == 0)
			asked->dry_run = true;
		else if (strcmp(argv[i], "--json") == 0)
			asked->json = true;
		else if (strcmp(argv[i], "--skip-bad") == 0)
			asked->skip_bad = true;
		else if (strcmp(argv[i], "--many-left") == 0)
			asked->many_left = true;
		else if (strcmp(argv[i], "--as-of") == 0 && i + 1 < argc &&
			 field_text_valid(DATE, NULL, argv[i + 1], arena, &asked->as_of))
			i++;
		else if (*argv[i] == '-')
			return false;
		else
			asked->files[asked->file_count++] = argv[i];
	}
	return asked->file_count > 0;
}

static const char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Which day the file speaks of; a later one than tomorrow would shut out what follows. */
static const struct problem *day_find(struct arena *arena, const struct asked *asked,
				      const char *path, const char **ret_day)
{
	time_t tomorrow = time(NULL) + 24 * 3600;
	char latest[11];
	struct tm utc;

	*ret_day = asked->as_of ? asked->as_of : gias_file_day(arena, path);
	if (!*ret_day)
		return problem(arena, PROBLEM_INVALID,
			       "Its name holds no date: say --as-of YYYY-MM-DD.");
	strftime(latest, sizeof(latest), "%Y-%m-%d", gmtime_r(&tomorrow, &utc));
	if (strcmp(*ret_day, latest) > 0)
		return problem(arena, PROBLEM_INVALID, "%s has not come yet.", *ret_day);
	return NULL;
}

/* What the script reads. */
static const struct problem *settings_send(struct gias_rows *rows,
					   const struct asked *asked, const char *day,
					   const char *digest)
{
	autofree char *refused = json_dumps(rows->refused, JSON_COMPACT);
	const struct problem *err = NULL;
	char id[ID_SIZE];

	id_new(id);
	const char *const settings[][2] = {
		{ "import.id", id },
		{ "import.form", rows->form->name },
		{ "import.file", rows->file },
		{ "import.sha256", digest },
		{ "import.as_of", day },
		{ "import.columns", gias_rows_columns(rows) },
		{ "import.rows", arena_printf(rows->arena, "%ld", rows->rows) },
		{ "import.passed_over",
		  arena_printf(rows->arena, "%ld", rows->passed_over) },
		{ "import.refused", refused },
		{ "import.many_left", asked->many_left ? "true" : "false" },
	};
	for (size_t i = 0; i < COUNT_OF(settings) && !err; i++)
		err = bulk_set(rows->bulk, settings[i][0], settings[i][1]);
	return err;
}

/* Everything but the end of the transaction; *ret_report is what was done in it. */
static const struct problem *file_apply(struct gias_rows *rows, const struct asked *asked,
					const char *path, json_t **ret_report)
{
	const char *day, *text, *digest = gias_file_digest(rows->arena, path);
	const struct problem *err = day_find(rows->arena, asked, path, &day);

	if (!err && !digest)
		err = problem(rows->arena, PROBLEM_INVALID, "The file cannot be read.");
	if (!err)
		err = gias_file_read(rows, path);
	if (!err)
		err = settings_send(rows, asked, day, digest);
	if (!err)
		err = bulk_script(rows->bulk, "register_apply", &text);
	if (!err)
		*ret_report = json_loads(text, 0, NULL);
	return err;
}

/* A refused row refuses the file, unless asked otherwise. */
static const struct problem *file_settle(struct bulk *bulk, const struct asked *asked,
					 json_t *report, bool *ret_kept)
{
	bool faulty = json_array_size(json_object_get(report, "refused")) > 0;

	*ret_kept = !asked->dry_run && (!faulty || asked->skip_bad);
	json_object_set_new(report, "dry_run", json_boolean(asked->dry_run));
	json_object_set_new(report, "imported", json_boolean(*ret_kept));
	return *ret_kept ? bulk_commit(bulk) : NULL;
}

static bool file_import(struct arena *arena, const struct asked *asked, const char *path)
{
	struct bulk bulk;
	struct gias_rows rows;
	json_t *report = NULL;
	bool kept = false;
	const struct problem *err =
		bulk_open(&bulk, arena, config_text(CONFIG_DATABASE),
			  "chaperone_operator", "an import of the register");

	gias_rows_begin(&rows, arena, &bulk, name_of(path));
	if (!err)
		err = file_apply(&rows, asked, path, &report);
	if (!err)
		err = file_settle(&bulk, asked, report, &kept);
	bulk_close(&bulk);
	if (err)
		fprintf(stderr, "%s: %s\nNothing was imported from it.\n", name_of(path),
			err->detail);
	else
		gias_report_print(report, asked->json);
	gias_rows_free(&rows);
	json_decref(report);
	return !err && (kept || asked->dry_run);
}

int import_gias(struct arena *arena, int argc, char **argv)
{
	struct asked asked = { 0 };
	bool good = true;

	if (!arguments_read(arena, argc, argv, &asked))
		return 2;
	for (int i = 0; i < asked.file_count && good; i++)
		good = file_import(arena, &asked, asked.files[i]);
	return good ? 0 : 1;
}
