/* Loads the signing keys, and makes the first one. */
#include "api/keys.h"
#include <string.h>
#include "api/operator.h"
#include "auth/token.h"
#include "auth/vault.h"
#include "base/id.h"
#include "base/log.h"

enum { KEYS_MAX = 16 };

static const enum query key_queries[] = { q_signing_keys, q_signing_key_add, Q_NONE };

static bool key_make(struct operator* op)
{
	char id[ID_SIZE], *private_pem, *public_pem;

	id_new(id);
	token_key_make(op->arena, &private_pem, &public_pem);
	operator_set(op, "key_id", arena_copy(op->arena, id));
	operator_set(op, "sealed",
		     vault_seal(op->arena, arena_printf(op->arena, "signing_key/%s", id),
				private_pem));
	operator_set(op, "public_pem", public_pem);
	return operator_run(op, q_signing_key_add, NULL);
}

static bool key_read(struct operator* op, const PGresult *rows, int row,
		     struct signing_key *key)
{
	const char *id = row_text(rows, row, "id");

	snprintf(key->kid, ID_SIZE, "%s", id);
	key->public_pem = row_text(rows, row, "public_pem");
	key->active = strcmp(row_text(rows, row, "state"), "active") == 0;
	if (!key->active)
		return true;
	key->private_pem =
		vault_unseal(op->arena, arena_printf(op->arena, "signing_key/%s", id),
			     row_text(rows, row, "sealed"));
	if (!key->private_pem)
		log_line(LOG_ERROR, "keys",
			 "signing key %s does not open: another master key?", id);
	return key->private_pem;
}

static bool keys_read(struct operator* op, const PGresult *rows)
{
	struct signing_key keys[KEYS_MAX] = { 0 };
	int count = row_count(rows) < KEYS_MAX ? row_count(rows) : KEYS_MAX;

	for (int row = 0; row < count; row++)
		if (!key_read(op, rows, row, &keys[row]))
			return false;
	token_keys_set(keys, count);
	return token_keys_ready();
}

bool keys_load(void)
{
	struct operator op;
	const PGresult *rows;
	bool good;

	operator_open(&op, "chaperone_gate", key_queries);
	good = operator_run(&op, q_signing_keys, &rows);
	if (good && row_count(rows) == 0)
		good = key_make(&op) && operator_run(&op, q_signing_keys, &rows);
	good = good && keys_read(&op, rows);
	operator_close(&op);
	return good;
}
