/* Digests of events and links of the audit trail. */
#include "models/audit_digest.h"
#include <arpa/inet.h>
#include <endian.h>
#include <sodium.h>
#include <string.h>
#include "base/encoding.h"

/* Each part behind its length, as audit_row() hashes it; what is NULL is empty. */
void audit_event_digest(const PGresult *rows, int row, unsigned char digest[AUDIT_HASH])
{
	static const char *const parts[] = { "tenant_id", "epoch",     "actor_id",
					     "request",	  "operation", "table_name",
					     "row_id",	  "changed",   "ordinary",
					     "commitment" };
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	for (size_t i = 0; i < COUNT_OF(parts); i++) {
		const char *text = row_text(rows, row, parts[i]);
		size_t length = text ? strlen(text) : 0;
		uint32_t size = htonl((uint32_t)length);

		crypto_hash_sha256_update(&state, (unsigned char *)&size, sizeof(size));
		crypto_hash_sha256_update(&state, (const unsigned char *)text, length);
	}
	crypto_hash_sha256_final(&state, digest);
}

static void uuid_bytes(const char *uuid, unsigned char out[16])
{
	char hex[33];
	size_t used = 0;

	for (; *uuid && used < sizeof(hex) - 1; uuid++)
		if (*uuid != '-')
			hex[used++] = *uuid;
	hex[used] = '\0';
	hex_decode(hex, out, 16);
}

void audit_link_digest(const struct audit_link *link, unsigned char chain[AUDIT_HASH])
{
	crypto_hash_sha256_state state;
	uint64_t numbers[] = { htobe64((uint64_t)link->seq),
			       htobe64((uint64_t)link->events) };
	unsigned char tenant[16];

	uuid_bytes(link->tenant, tenant);
	crypto_hash_sha256_init(&state);
	if (link->before)
		crypto_hash_sha256_update(&state, link->before, AUDIT_HASH);
	crypto_hash_sha256_update(&state, tenant, sizeof(tenant));
	crypto_hash_sha256_update(&state, (unsigned char *)numbers, sizeof(numbers));
	crypto_hash_sha256_update(&state, link->batch, AUDIT_HASH);
	crypto_hash_sha256_final(&state, chain);
}
