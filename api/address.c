/* Who is calling: the client's address, through the trusted proxy if there is one. */
#include "api/address.h"
#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>
#include "base/config.h"

enum { ADDRESS_SIZE = INET6_ADDRSTRLEN };

static char proxy[ADDRESS_SIZE]; /* empty: none is trusted */

/* One spelling for each address; IPv4 within IPv6 is IPv4. */
static bool address_spell(const char *text, char out[ADDRESS_SIZE])
{
	unsigned char bytes[16];

	if (inet_pton(AF_INET, text, bytes) == 1)
		return inet_ntop(AF_INET, bytes, out, ADDRESS_SIZE);
	if (inet_pton(AF_INET6, text, bytes) != 1)
		return false;
	if (IN6_IS_ADDR_V4MAPPED((const struct in6_addr *)bytes))
		return inet_ntop(AF_INET, bytes + 12, out, ADDRESS_SIZE);
	return inet_ntop(AF_INET6, bytes, out, ADDRESS_SIZE);
}

void address_setup(void)
{
	if (!address_spell(config_text(CONFIG_TRUSTED_PROXY), proxy))
		*proxy = '\0';
}

static void peer_find(struct MHD_Connection *connection, char out[ADDRESS_SIZE])
{
	const union MHD_ConnectionInfo *info =
		MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	char text[ADDRESS_SIZE] = "";

	if (info && info->client_addr->sa_family == AF_INET)
		inet_ntop(AF_INET,
			  &((const struct sockaddr_in *)info->client_addr)->sin_addr,
			  text, ADDRESS_SIZE);
	else if (info && info->client_addr->sa_family == AF_INET6)
		inet_ntop(AF_INET6,
			  &((const struct sockaddr_in6 *)info->client_addr)->sin6_addr,
			  text, ADDRESS_SIZE);
	if (!address_spell(text, out))
		*out = '\0';
}

const char *address_find(struct arena *arena, struct MHD_Connection *connection,
			 const char *forwarded_for)
{
	char peer[ADDRESS_SIZE], last[ADDRESS_SIZE];
	const char *comma;

	peer_find(connection, peer);
	if (!*proxy || !forwarded_for || strcmp(peer, proxy) != 0)
		return arena_copy(arena, peer);
	comma = strrchr(forwarded_for, ',');
	forwarded_for = comma ? comma + 1 : forwarded_for;
	forwarded_for += strspn(forwarded_for, " \t");
	return arena_copy(arena, address_spell(forwarded_for, last) ? last : peer);
}
