/* What is hashed of the audit trail, the same as audit_row() and audit_seal() in SQL do.
 */
#pragma once
#include "sql/tx.h"

enum { AUDIT_HASH = 32 };

/* How the chain goes on: the link before, whose it is, its place, and what it covers. */
struct audit_link {
	const unsigned char *before; /* NULL: it is the first */
	const char *tenant;
	long seq, events;
	const unsigned char *batch; /* the hash of its events' digests */
};

void audit_event_digest(const PGresult *rows, int row, unsigned char digest[AUDIT_HASH]);
void audit_link_digest(const struct audit_link *link, unsigned char chain[AUDIT_HASH]);
