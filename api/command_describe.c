/* chaperone describe, config, migrate: what the program is made of, set to, and needs. */
#include <stdio.h>
#include <string.h>
#include "api/command.h"
#include "api/resources.h"
#include "base/config.h"
#include "base/problem.h"
#include "models/file_type.h"
#include "models/resource.h"
#include "sql/migrate.h"

static int takes_nothing(const char *command)
{
	fprintf(stderr, "chaperone %s takes no arguments.\n", command);
	return 2;
}

static int print_json(json_t *value)
{
	bool good = value && json_dumpf(value, stdout, JSON_INDENT(2)) == 0 &&
		    putchar('\n') > 0;

	json_decref(value);
	return good && fflush(stdout) == 0 ? 0 : 1;
}

static const char *cell_name(enum cell cell)
{
	static const char *const names[] = {
		[NO] = "no", [OWN] = "own", [SCOPE] = "scope"
	};

	return names[cell];
}

/* permission -> column -> cell, as the matrix has it. */
static json_t *matrix_json(void)
{
	json_t *matrix = json_object();

	for (int p = SIGNED_IN + 1; p < PERMISSION_COUNT; p++) {
		json_t *row = json_object();

		for (int c = 0; c < COLUMN_COUNT; c++)
			json_object_set_new(row, column_name((enum column)c),
					    json_string(cell_name(policy_matrix[p][c])));
		json_object_set_new(matrix, permission_name((enum permission)p), row);
	}
	return matrix;
}

static json_t *queries_json(void)
{
	json_t *queries = json_array();

	for (int query = Q_NONE + 1; query < QUERY_COUNT; query++) {
		const struct query_text *text = &query_texts[query];

		json_array_append_new(
			queries,
			json_pack("{s:s, s:s, s:s, s:i, s:s?, s:s?}", "name", text->name,
				  "kind", text->kind, "file", text->file, "line",
				  text->line, "school", text->school, "own", text->own));
	}
	return queries;
}

static json_t *problems_json(void)
{
	json_t *problems = json_array();

	for (int kind = 0; kind < PROBLEM_KIND_COUNT; kind++)
		json_array_append_new(problems,
				      json_pack("{s:s, s:i, s:s}", "slug",
						problem_texts[kind].slug, "status",
						problem_texts[kind].status, "title",
						problem_texts[kind].title));
	return problems;
}

static json_t *settings_json(void)
{
	autofree char *text = config_json();

	return json_loads(text, 0, NULL);
}

int command_describe(int argc, char **argv)
{
	json_t *all;

	(void)argv;
	if (argc > 0)
		return takes_nothing("describe");
	if (!queries_compile() || !resources_start())
		return 1;
	all = resources_describe();
	json_object_set_new(all, "permissions", matrix_json());
	json_object_set_new(all, "queries", queries_json());
	json_object_set_new(all, "problems", problems_json());
	json_object_set_new(all, "files", file_types_describe());
	json_object_set_new(all, "settings", settings_json());
	return print_json(all);
}

int command_config(int argc, char **argv)
{
	(void)argv;
	return argc > 0 ? takes_nothing("config") : print_json(settings_json());
}

int command_migrate(int argc, char **argv)
{
	const char *database = config_text(CONFIG_DATABASE);

	(void)argv;
	if (argc > 0)
		return takes_nothing("migrate");
	return migrate(database) && migrate_resume(database) ? 0 : 1;
}
