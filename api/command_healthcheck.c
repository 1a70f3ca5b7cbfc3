/* chaperone healthcheck: GET /readyz of the service on this machine, for where no other
 * program can ask. */
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>
#include "api/command.h"
#include "base/config.h"

enum { WAIT_S = 5 };

static const char request[] = "GET /readyz HTTP/1.1\r\nHost: localhost\r\n"
			      "Connection: close\r\n\r\n";

/* Who listens everywhere is asked on loopback. */
static const char *address_asked(void)
{
	const char *listen = config_text(CONFIG_LISTEN);

	if (strcmp(listen, "0.0.0.0") == 0)
		return "127.0.0.1";
	return strcmp(listen, "::") == 0 ? "::1" : listen;
}

/* A socket that is connected and never waits long, or -1. */
static int service_connect(void)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				  .ai_socktype = SOCK_STREAM };
	struct timeval wait = { .tv_sec = WAIT_S };
	struct addrinfo *found = NULL;
	int fd = -1;

	if (getaddrinfo(address_asked(), config_text(CONFIG_PORT), &hints, &found) != 0)
		return -1;
	fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 &&
	    (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) < 0 ||
	     setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) < 0 ||
	     connect(fd, found->ai_addr, found->ai_addrlen) < 0)) {
		close(fd);
		fd = -1;
	}
	freeaddrinfo(found);
	return fd;
}

int command_healthcheck(int argc, char **argv)
{
	char answer[2048] = "";
	size_t length = 0;
	ssize_t got = 0;
	int fd;

	(void)argv;
	if (argc > 0) {
		fprintf(stderr, "chaperone healthcheck takes no arguments.\n");
		return 2;
	}
	if ((fd = service_connect()) < 0) {
		fprintf(stderr, "Nobody answers on %s port %s.\n", address_asked(),
			config_text(CONFIG_PORT));
		return 1;
	}
	if (send(fd, request, strlen(request), MSG_NOSIGNAL) > 0)
		while (length < sizeof(answer) - 1 &&
		       (got = recv(fd, answer + length, sizeof(answer) - 1 - length, 0)) >
			       0)
			length += (size_t)got;
	close(fd);
	if (strncmp(answer, "HTTP/1.1 200", strlen("HTTP/1.1 200")) == 0)
		return 0;
	fprintf(stderr, "Not ready: %.*s\n", (int)strcspn(answer, "\r\n"), answer);
	return 1;
}
