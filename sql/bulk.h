/* Many rows at once: COPY into a temporary table, then a script over all of them, in one
 * transaction on a connection of its own. Nothing stays unless bulk_commit returned NULL.
 */
#pragma once
#include <libpq-fe.h>
#include "base/problem.h"

struct bulk {
	PGconn *pg; /* NULL when closed */
	struct arena *arena;
	bool copying;
};

/* Signs in as `role` and begins; nobody else holds `lock` meanwhile: 409 when they do. */
const struct problem *bulk_open(struct bulk *bulk, struct arena *arena,
				const char *database, const char *role, const char *lock);
/* A setting that the script reads by current_setting(). */
const struct problem *bulk_set(struct bulk *bulk, const char *name, const char *value);
const struct problem *bulk_run(struct bulk *bulk, const char *what, const char *text);
/* Between begin and end only bytes in COPY's text format. */
const struct problem *bulk_copy_begin(struct bulk *bulk, const char *command);
const struct problem *bulk_copy(struct bulk *bulk, const char *bytes, size_t length);
const struct problem *bulk_copy_end(struct bulk *bulk);
/* Runs sql/scripts/<name>.sql; gives the one value of its last statement. */
const struct problem *bulk_script(struct bulk *bulk, const char *name,
				  const char **ret_text);
const struct problem *bulk_commit(struct bulk *bulk);
void bulk_close(struct bulk *bulk); /* rolls back what was not committed */
