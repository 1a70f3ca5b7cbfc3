/* Heads of audit trails that left the database, one JSON line each: who rewrites the
 * whole chain inside cannot reach them. */
#pragma once
#include "base/buffer.h"
#include "models/audit_chain.h"

struct audit_head {
	const char *tenant, *chain, *time, *kid, *signature;
	long seq;
};

/* Signs the head of now and writes its line; false when no key signs. */
bool audit_head_write(struct arena *arena, struct buffer *out, const char *tenant,
		      long seq, const char *chain);
/* False: the line holds no head. */
bool audit_head_read(struct arena *arena, const char *line, struct audit_head *ret_head);
/* Did one of these public keys sign it? */
bool audit_head_signed(struct arena *arena, const struct audit_head *head,
		       const char *pems);
/* Whether the chain still says the same at its place; false when the database failed. */
bool audit_head_check(const struct audit_source *source, const struct audit_head *head,
		      long *faults);
