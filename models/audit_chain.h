/* Verifies a tenant's audit trail from nothing but its rows, a page at a time: whatever
 * its length, the memory is that of one page. */
#pragma once
#include <stdbool.h>
#include "sql/tx.h"

#define CHAIN_HEX 65 /* SHA-256 as hex digits and the NUL */

struct audit_fault {
	const char *code;
	const char *detail;
	long seal, event; /* 0: none in particular */
};

/* Where the rows come from, and who hears what is wrong. */
struct audit_source {
	void *data;
	/* Runs a query by these values (pairs of name and value, NULL at the end); its
	 * rows stay until the next call. NULL: it failed, and that was said. */
	const PGresult *(*run)(void *data, enum query query, const char *const *values);
	void (*say)(void *data, const struct audit_fault *fault);
};

struct audit_report {
	long seals, events; /* events under those seals */
	long unsealed;	    /* of the last moment: the sealer has not come to them yet */
	long faults;
	long seq; /* the newest seal, 0 when there is none */
	char chain[CHAIN_HEX], sealed_at[40];
};

/* False when the database failed; otherwise the report is whole. */
bool audit_verify(const struct audit_source *source, const char *tenant,
		  struct audit_report *ret_report);
