/* The signing keys of access tokens: sealed in the database, loaded at start and once a
 * minute. */
#pragma once
#include <stdbool.h>

/* Loads them through the gate, making the first key when there is none; false when the
 * database or the master key is not right (said in a log line). */
bool keys_load(void);
