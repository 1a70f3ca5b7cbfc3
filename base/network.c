/* Whose an address is, where callers are told apart by theirs. */
#include "base/network.h"
#include <arpa/inet.h>
#include <string.h>

void network_key(const char *address, unsigned char key[NETWORK_SIZE])
{
	memset(key, 0, NETWORK_SIZE);
	if (inet_pton(AF_INET, address, key + 12) == 1)
		memset(key + 10, 0xff, 2);
	else if (inet_pton(AF_INET6, address, key) == 1)
		memset(key + 8, 0, 8);
}

char *network_text(struct arena *arena, const char *address)
{
	unsigned char key[NETWORK_SIZE];
	char text[INET6_ADDRSTRLEN];

	network_key(address, key);
	if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)key))
		inet_ntop(AF_INET, key + 12, text, sizeof(text));
	else
		inet_ntop(AF_INET6, key, text, sizeof(text));
	return arena_copy(arena, text);
}
