/* Takes a trust's register in as it is: cells verbatim, what they mean beside them. */
#include "models/import.h"
#include <string.h>
#include <strings.h>
#include "base/id.h"
#include "models/holder.h"

static const char *const levels[] = { "trust", "school", NULL };

static const struct field columns[] = {
	{ "owner", LINE, .required = true, .max = 200 },
	{ "owner_level", ONE_OF, .required = true, .one_of = levels },
	{ "platform", LINE, .max = 100 },
	{ "handle", LINE, .max = 253 },
	{ "display_name", LINE, .max = 200 },
	{ "visibility", LINE, .max = 100 },
	{ "audience", LINE, .max = 500 },
	{ "master_admin", LINE, .max = 500 },
	{ "approved_posters", LINE, .max = 500 },
	{ 0 },
};

/* Only what is said plainly; the cell keeps the rest. */
static const char *visibility_of(const char *cell)
{
	if (cell && (strcasecmp(cell, "open") == 0 || strcasecmp(cell, "private") == 0))
		return strcasecmp(cell, "open") == 0 ? "open" : "private";
	if (cell && strcasecmp(cell, "closed group") == 0)
		return "closed_group";
	return NULL;
}

static void read_cells(struct call *call, json_t *cells)
{
	json_t *holders = json_array();
	autofree char *cells_text = json_dumps(cells, JSON_COMPACT | JSON_SORT_KEYS);
	autofree char *holders_text = NULL;
	char id[ID_SIZE];

	holders_add(call->arena, holders, "admin", call_text(call, "master_admin"));
	holders_add(call->arena, holders, "poster", call_text(call, "approved_posters"));
	holders_text = json_dumps(holders, JSON_COMPACT);
	json_decref(holders);
	id_new(id);
	call_set(call, "id", arena_copy(call->arena, id));
	call_set(call, "cells", arena_copy(call->arena, cells_text));
	call_set(call, "holders", arena_copy(call->arena, holders_text));
	call_set(call, "visibility", visibility_of(call_text(call, "visibility")));
	call_set(call, "kind",
		 strcmp(call_text(call, "owner_level"), "trust") == 0 ? "trust" : NULL);
	call_set(call, "note", "Imported from the register.");
}

enum { ADDED, KNOWN };
static const char *const results[] = { "added", "known", NULL };

static const struct problem *take_row(struct call *call, json_t *cells, int *ret_result,
				      const struct problem **ret_fault,
				      const char **ret_note)
{
	const struct problem *err;
	const PGresult *made, *flags;

	read_cells(call, cells);
	if ((err = run(call, q_channel_import, &made)))
		return err;
	*ret_result = KNOWN;
	if (row_flag(made, 0, "known"))
		return NULL;
	if (!row_text(made, 0, "id")) {
		*ret_fault = problem(call->arena, PROBLEM_ALREADY_EXISTS,
				     "handle %s stands in the register already",
				     call_text(call, "handle"));
		return NULL;
	}
	*ret_result = ADDED;
	if ((err = run(call, q_channel_import_bodies, NULL)) ||
	    (err = run(call, q_channel_import_flags, &flags)))
		return err;
	if (strcmp(row_text(flags, 0, "flags"), "{}") != 0)
		*ret_note = row_text(flags, 0, "flags");
	return NULL;
}

extern const struct resource channel;
const struct import_kind register_import = {
	.name = "register",
	.resource = &channel,
	.permission = CHANNEL_IMPORT,
	.tenant_wide = true,
	.columns = columns,
	.results = results,
	.row = take_row,
};
