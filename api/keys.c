/* Loads the signing keys, and makes what is missing: the first one, and always a next
 * one, which is published long before it signs. */
#include "api/keys.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include "api/operator.h"
#include "auth/token.h"
#include "auth/vault.h"
#include "base/config.h"
#include "base/id.h"
#include "base/log.h"

enum { KEYS_MAX = 16 };

static const enum query key_queries[] = { q_signing_keys, q_signing_key_add,
					  q_signing_key_next, Q_NONE };

static bool key_make(struct operator* op, enum query add)
{
	char id[ID_SIZE], *private_pem, *public_pem;

	id_new(id);
	token_key_make(op->arena, &private_pem, &public_pem);
	operator_set(op, "key_id", arena_copy(op->arena, id));
	operator_set(op, "sealed",
		     vault_seal(op->arena, arena_printf(op->arena, "signing_key/%s", id),
				private_pem));
	operator_set(op, "public_pem", public_pem);
	return operator_run(op, add, NULL);
}

static bool key_read(struct operator* op, const PGresult *rows, int row,
		     struct signing_key *key)
{
	const char *id = row_text(rows, row, "id");

	snprintf(key->kid, ID_SIZE, "%s", id);
	key->public_pem = row_text(rows, row, "public_pem");
	if (strcmp(row_text(rows, row, "state"), "retired") == 0)
		return true;
	key->active = strcmp(row_text(rows, row, "state"), "active") == 0;
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

static bool state_there(const PGresult *rows, const char *state)
{
	for (int row = 0; row < row_count(rows); row++)
		if (strcmp(row_text(rows, row, "state"), state) == 0)
			return true;
	return false;
}

/* Whoever comes first makes it; the others find it. */
static bool keys_complete(struct operator* op, const PGresult **rows)
{
	bool active = state_there(*rows, "active"), next = state_there(*rows, "next");

	if (active && next)
		return true;
	return (active || key_make(op, q_signing_key_add)) &&
	       (next || key_make(op, q_signing_key_next)) &&
	       operator_run(op, q_signing_keys, rows);
}

bool keys_load(void)
{
	struct operator op;
	const PGresult *rows;
	bool good;

	operator_open(&op, "chaperone_gate", key_queries);
	good = operator_run(&op, q_signing_keys, &rows) && keys_complete(&op, &rows) &&
	       keys_read(&op, rows);
	operator_close(&op);
	return good;
}

static bool complain(const char *sentence)
{
	fprintf(stderr, "%s\n", sentence);
	return false;
}

bool keys_unlock(void)
{
	bool good = sodium_init() >= 0 && vault_open(config_text(CONFIG_MASTER_KEY));

	config_forget(CONFIG_MASTER_KEY);
	return good ||
	       complain(
		       "CHAPERONE_MASTER_KEY is no master key: expected 64 hex digits, best "
		       "in a file named by CHAPERONE_MASTER_KEY_FILE.");
}

bool keys_open(void)
{
	return keys_load() ||
	       complain(
		       "The signing keys cannot be loaded: is it the master key that sealed "
		       "them?");
}
