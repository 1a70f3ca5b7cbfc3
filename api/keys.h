/* The signing keys of access tokens: sealed in the database, loaded at start and every
 * few seconds. */
#pragma once
#include <stdbool.h>

/* Loads them through the gate, making the first key and the next one when there is none;
 * false when the database or the master key is not right (said in a log line). */
bool keys_load(void);
/* Opens the vault with the configured master key and forgets that; keys_open is
 * keys_load. Both say on stderr what is wrong. */
bool keys_unlock(void);
bool keys_open(void);
