/* The socket that the service listens on; opened here so that a fault gets a clear
 * sentence. */
#include "api/listen.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "base/config.h"

union place {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* The length of the address; 0 when the setting is none. */
static socklen_t place_read(union place *place)
{
	const char *text = config_text(CONFIG_LISTEN);
	in_port_t port = htons((in_port_t)config_number(CONFIG_PORT));

	memset(place, 0, sizeof(*place));
	if (inet_pton(AF_INET, text, &place->four.sin_addr) == 1) {
		place->four.sin_family = AF_INET;
		place->four.sin_port = port;
		return sizeof(place->four);
	}
	if (inet_pton(AF_INET6, text, &place->six.sin6_addr) != 1)
		return 0;
	place->six.sin6_family = AF_INET6;
	place->six.sin6_port = port;
	return sizeof(place->six);
}

bool listen_is_address(void)
{
	union place place;

	if (place_read(&place))
		return true;
	fprintf(stderr, "CHAPERONE_LISTEN is '%s': expected an IPv4 or IPv6 address.\n",
		config_text(CONFIG_LISTEN));
	return false;
}

bool listen_is_loopback(void)
{
	union place place;

	if (!place_read(&place))
		return false;
	if (place.any.sa_family == AF_INET6)
		return IN6_IS_ADDR_LOOPBACK(&place.six.sin6_addr);
	return ntohl(place.four.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
}

static int refuse(int fd)
{
	const char *address = config_text(CONFIG_LISTEN);
	long port = config_number(CONFIG_PORT);

	if (errno == EADDRINUSE)
		fprintf(stderr,
			"Port %ld on %s is in use: set CHAPERONE_PORT to another.\n",
			port, address);
	else if (errno == EACCES)
		fprintf(stderr,
			"Port %ld needs more rights: set CHAPERONE_PORT above 1023.\n",
			port);
	else if (errno == EADDRNOTAVAIL)
		fprintf(stderr,
			"%s is no address of this machine: set CHAPERONE_LISTEN.\n",
			address);
	else
		fprintf(stderr, "Port %ld on %s cannot be opened: %s.\n", port, address,
			strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

int listen_open(void)
{
	union place place;
	socklen_t length = place_read(&place);
	int fd, on = 1;

	fd = socket(place.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) < 0 ||
	    bind(fd, &place.any, length) < 0 || listen(fd, SOMAXCONN) < 0)
		return refuse(fd);
	return fd;
}
