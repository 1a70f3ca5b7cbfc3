/* Sends each head that has moved to the log, and to a file when one is set. What was not
 * written is not noted as sent, and goes with the next ones. */
#include "api/heads.h"
#include <errno.h>
#include <string.h>
#include "base/config.h"
#include "base/file.h"
#include "base/log.h"
#include "models/audit_head.h"

static bool heads_write(struct operator* op, const PGresult *rows, struct buffer *out)
{
	for (int row = 0; row < row_count(rows); row++)
		if (!audit_head_write(op->arena, out, row_text(rows, row, "tenant_id"),
				      row_number(rows, row, "seq"),
				      row_text(rows, row, "chain")))
			return false;
	return true;
}

static bool heads_keep(const struct buffer *lines)
{
	const char *path = config_text(CONFIG_AUDIT_HEADS_FILE);

	if (*path && !file_append(path, lines->data, lines->length)) {
		log_line(LOG_ERROR, "audit_heads", "cannot add to %s: %s", path,
			 strerror(errno));
		return false;
	}
	log_json(lines->data, lines->length - 1); /* which adds the last newline itself */
	return true;
}

/* As an array of PostgreSQL; ids and numbers need no quotes. */
static char *column_array(struct operator* op, const PGresult *rows, const char *column)
{
	autobuffer text = { 0 };

	for (int row = 0; row < row_count(rows); row++)
		buffer_printf(&text, "%c%s", row ? ',' : '{',
			      row_text(rows, row, column));
	buffer_char(&text, '}');
	return arena_copy_n(op->arena, text.data, text.length);
}

void heads_send(struct operator* op)
{
	autobuffer lines = { 0 };
	const PGresult *rows;

	if (!operator_run(op, q_audit_heads, &rows) || row_count(rows) == 0)
		return;
	if (!heads_write(op, rows, &lines) || !heads_keep(&lines))
		return;
	operator_set(op, "head_tenants", column_array(op, rows, "tenant_id"));
	operator_set(op, "head_seqs", column_array(op, rows, "seq"));
	operator_run(op, q_audit_heads_sent, NULL);
}
