/* Listens, hands each request to an exchange, and stops without dropping any. */
#pragma once
#include <stdbool.h>

/* The library's buffer of one connection. It holds the address and all headers of a
 * request (a Cookie twice), 64 bytes for each of them and for each parameter, and then
 * the headers of the answer. Every idle connection keeps it. */
enum { CONNECTION_MEMORY = 16384 };

/* From the settings. On a fault says so in one sentence on stderr and returns false. */
bool server_start(void);
/* Accepts nobody any more and waits until all requests are answered, for drain_s seconds
 * at most; `hurry` may end the wait sooner. Then stops. */
void server_stop(bool (*hurry)(void));
unsigned server_connections(void);
/* Is it stopping? Answers then say Connection: close. */
bool server_draining(void);
