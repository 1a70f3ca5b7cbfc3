/* The signing keys in memory, shared by the files that make and check tokens. */
#pragma once
#include "auth/token.h"

/* Copies in the arena, so that a rotation never pulls a key from under a request. */
char *token_key_public(struct arena *arena, const char *kid); /* NULL: unknown kid */
/* The active private key; the caller wipes it after use. NULL: no key signs. */
char *token_key_private(struct arena *arena, char ret_kid[ID_SIZE]);
