/* A body of CSV as the objects that its rows stand for. */
#include "api/csv_body.h"
#include <string.h>
#include "api/body.h"
#include "api/csv_file.h"

bool csv_body_sent(const struct call *call)
{
	return call->route->csv && call->request->body_length > 0 &&
	       media_is(call->request->content_type, "text/csv");
}

static const struct field *rows_field(const struct route *route)
{
	const struct field *field = route->body;

	while (strcmp(field->name, route->csv) != 0)
		field++;
	return field;
}

static json_t *cell_list(struct arena *arena, const char *cell)
{
	char *rest, *text = arena_copy(arena, cell);
	json_t *list = json_array();

	for (char *item = strtok_r(text, "; ", &rest); item;
	     item = strtok_r(NULL, "; ", &rest))
		json_array_append_new(list, json_string(item));
	return list;
}

static void lists_split(struct arena *arena, const struct field *fields, json_t *row)
{
	for (; fields->name; fields++) {
		const char *cell = json_string_value(json_object_get(row, fields->name));

		if (cell && fields->type == LIST)
			json_object_set_new(row, fields->name, cell_list(arena, cell));
	}
}

const struct problem *csv_body_read(struct call *call, json_t **ret_body)
{
	const struct request *request = call->request;
	const struct field *field = rows_field(call->route);
	const struct fault *faults = NULL;
	json_t *rows = json_array();
	struct csv_place *places;
	struct csv_file file;

	*ret_body = json_pack("{s:o}", field->name, rows);
	/* one too many tells that there are too many */
	if (!csv_read_bytes(call->arena, request->body, request->body_length,
			    (int)field->max + 1, &file, &faults)) {
		csv_free_rows(&file);
		return problem_of_faults(call->arena, faults);
	}
	places = arena_alloc(call->arena, sizeof(*places) * (size_t)(file.count + 1));
	for (int i = 0; i < file.count; i++) {
		places[i] = (struct csv_place){ file.rows[i].line, file.rows[i].fault };
		if (file.rows[i].cells)
			lists_split(call->arena, field->fields, file.rows[i].cells);
		json_array_append(rows,
				  file.rows[i].cells ? file.rows[i].cells : json_null());
	}
	csv_free_rows(&file);
	call->csv = places;
	return NULL;
}
