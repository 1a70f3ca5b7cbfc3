/* Whose an address is, where callers are told apart by theirs. */
#pragma once
#include "arena.h"

enum { NETWORK_SIZE = 16 };

/* An IPv4 address as it is, an IPv6 address by its /64: whoever holds that network holds
 * 2^64 addresses in it. No address at all is a network of its own. */
void network_key(const char *address, unsigned char key[NETWORK_SIZE]);
char *network_text(struct arena *arena, const char *address);
