/* Migrations: sql/migrations/NNNN_what.sql, in order, under an
 * advisory lock, each once. */
#pragma once
#include <stdbool.h>

struct migration_text {
	const char *name; /* "0001_roles" */
	const char *text;
	const char *sha256; /* a merged migration is never edited: a difference refuses */
};
extern const struct migration_text migration_texts[]; /* generated; ends with { 0 } */
/* The files of sql/functions as one text, applied whole when its digest is another. */
extern const struct migration_text function_texts[];
/* Other SQL scripts that are run whole: sql/scripts/<name>.sql; ends with { 0 }. */
extern const struct migration_text script_texts[];

/* Runs what has not run yet, as the owner, in one transaction each: NO FORCE on every
 * table first, FORCE again at the end. Prints what it did; false after printing what went
 * wrong. Then the functions, in one more. */
bool migrate(const char *database);
/* Runs one script in the same way, with settings (pairs of name and value, NULL at the
 * end) that the script reads through current_setting(). */
bool migrate_script(const char *database, const char *script,
		    const char *const *settings);
/* The newest migration known to this binary, for /readyz. */
const char *migration_newest(void);
