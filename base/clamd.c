/* A file on its way through clamd: pieces behind their lengths, then one line of answer.
 */
#include "base/clamd.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include "base/config.h"
#include "base/log.h"

static const char *place(void)
{
	return config_text(CONFIG_CLAMD);
}

bool clamd_used(void)
{
	return *place();
}

static bool place_is_path(void)
{
	return *place() == '/' &&
	       strlen(place()) < sizeof(((struct sockaddr_un *)0)->sun_path);
}

/* Of "host:port", also "[::1]:3310". */
static bool place_split(char *host, size_t size, const char **ret_port)
{
	const char *colon = strrchr(place(), ':'), *from = place();
	size_t length;

	if (!colon || strspn(colon + 1, "0123456789") != strlen(colon + 1) || !colon[1])
		return false;
	length = (size_t)(colon - from);
	if (*from == '[' && length > 2 && colon[-1] == ']') {
		from++;
		length -= 2;
	}
	if (length == 0 || length >= size)
		return false;
	memcpy(host, from, length);
	host[length] = '\0';
	*ret_port = colon + 1;
	return true;
}

bool clamd_is_place(void)
{
	const char *port;
	char host[256];

	if (!clamd_used() || place_is_path() ||
	    (*place() != '/' && place_split(host, sizeof(host), &port)))
		return true;
	fprintf(stderr,
		"CHAPERONE_CLAMD is '%s': expected a socket's path or host:port.\n",
		place());
	return false;
}

static void waits_bound(int fd)
{
	struct timeval wait = { .tv_sec = config_number(CONFIG_CLAMD_WAIT_S) };

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait,
		   sizeof(wait)); /* connect as well */
}

static int connect_to(int family, const void *address, socklen_t length)
{
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	waits_bound(fd);
	if (connect(fd, address, length) == 0)
		return fd;
	close(fd);
	return -1;
}

static int connect_path(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	strncpy(address.sun_path, place(), sizeof(address.sun_path) - 1);
	return connect_to(AF_UNIX, &address, sizeof(address));
}

static int connect_host(void)
{
	struct addrinfo wanted = { .ai_socktype = SOCK_STREAM }, *found = NULL;
	const char *port;
	char host[256];
	int fd = -1;

	if (!place_split(host, sizeof(host), &port) ||
	    getaddrinfo(host, port, &wanted, &found) != 0)
		return -1;
	for (struct addrinfo *each = found; each && fd < 0; each = each->ai_next)
		fd = connect_to(each->ai_family, each->ai_addr, each->ai_addrlen);
	freeaddrinfo(found);
	return fd;
}

static bool send_all(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length) {
		ssize_t sent = send(fd, at, length, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		at += sent;
		length -= (size_t)sent;
	}
	return true;
}

int clamd_open(void)
{
	int fd = *place() == '/' ? connect_path() : connect_host();

	if (fd >= 0 && send_all(fd, "zINSTREAM", sizeof("zINSTREAM")))
		return fd;
	log_line(LOG_WARNING, "clamd", "cannot be reached: %s", strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

bool clamd_send(int fd, const void *bytes, size_t length)
{
	uint32_t head = htonl((uint32_t)length);

	return send_all(fd, &head, sizeof(head)) && send_all(fd, bytes, length);
}

/* Up to the NUL that ends the answer. */
static bool answer_read(int fd, char *answer, size_t size)
{
	size_t length = 0;

	while (length < size - 1) {
		ssize_t got = recv(fd, answer + length, size - 1 - length, 0);

		if (got <= 0)
			return false;
		length += (size_t)got;
		answer[length] = '\0';
		if (!answer[length - 1])
			return true;
	}
	return false;
}

/* "stream: OK", "stream: Name FOUND", or an error. */
static enum clamd_verdict answer_judge(char *answer, char *found, size_t size)
{
	static const char head[] = "stream: ", tail[] = " FOUND";
	size_t length = strlen(answer);

	if (strcmp(answer, "stream: OK") == 0)
		return CLAMD_CLEAN;
	if (strncmp(answer, head, strlen(head)) == 0 && length > strlen(tail) &&
	    strcmp(answer + length - strlen(tail), tail) == 0) {
		snprintf(found, size, "%.*s", (int)(length - strlen(head) - strlen(tail)),
			 answer + strlen(head));
		return CLAMD_INFECTED;
	}
	log_line(LOG_WARNING, "clamd", "answered: %s", answer);
	return CLAMD_LOST;
}

enum clamd_verdict clamd_end(int fd, char *found, size_t size)
{
	static const uint32_t end = 0;
	enum clamd_verdict verdict = CLAMD_LOST;
	char answer[512];

	if (send_all(fd, &end, sizeof(end)) && answer_read(fd, answer, sizeof(answer)))
		verdict = answer_judge(answer, found, size);
	else
		log_line(LOG_WARNING, "clamd", "gave no answer: %s", strerror(errno));
	close(fd);
	return verdict;
}
