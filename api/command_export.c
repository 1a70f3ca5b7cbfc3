/* chaperone tenant export: all that is a tenant's, readable, with the proof of its trail.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "api/command.h"
#include "api/keys.h"
#include "api/operator.h"
#include "base/config.h"
#include "base/file.h"
#include "models/audit_head.h"
#include "sql/export.h"

static const enum query keys_queries[] = { q_signing_key_list, Q_NONE };

static bool file_put(struct arena *arena, const char *folder, const char *name,
		     const struct buffer *text)
{
	const char *path = arena_printf(arena, "%s/%s", folder, name);

	if (file_append(path, text->data, text->length))
		return true;
	fprintf(stderr, "chaperone: %s: %s\n", path, strerror(errno));
	return false;
}

/* The head of the exported trail, signed, and the keys that such a signature is checked
 * with. */
static bool proof_write(struct operator* op, const char *folder,
			const struct export_head *head)
{
	autobuffer line = { 0 }, pems = { 0 };
	const PGresult *rows;

	if (head->seq == 0)
		return true;
	if (!operator_run(op, q_signing_key_list, &rows) ||
	    !audit_head_write(op->arena, &line, head->tenant, head->seq, head->chain))
		return false;
	for (int row = 0; row < row_count(rows); row++)
		buffer_text(&pems, row_text(rows, row, "public_pem"));
	return file_put(op->arena, folder, "audit_head.ndjson", &line) &&
	       file_put(op->arena, folder, "public_keys.pem", &pems);
}

int command_tenant_export(const char *tenant, const char *folder)
{
	struct export_head head = { 0 };
	struct operator op;
	bool good;

	if (!keys_unlock() || !keys_open() ||
	    !export_tenant(config_text(CONFIG_DATABASE), tenant, folder, &head))
		return 1;
	operator_open(&op, "chaperone_operator", keys_queries);
	good = proof_write(&op, folder, &head);
	operator_close(&op);
	if (!good)
		return 1;
	printf("Tenant %s stands in %s: begin with manifest.json. It holds personal data and "
	       "is readable by you alone.\n",
	       head.tenant, folder);
	return 0;
}
