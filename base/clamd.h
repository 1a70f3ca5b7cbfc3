/* A file on its way through clamd, the scanner for malware (INSTREAM, clamd(8)). */
#pragma once
#include <stdbool.h>
#include <stddef.h>

enum clamd_verdict { CLAMD_CLEAN, CLAMD_INFECTED, CLAMD_LOST };

/* Is the setting empty, or a path or host:port? Says on stderr when it is neither. */
bool clamd_is_place(void);
bool clamd_used(void);
/* A connection, on which nothing waits longer than the setting says; -1 after a log line.
 */
int clamd_open(void);
/* False when the connection is gone; clamd_end then says so as well. */
bool clamd_send(int fd, const void *bytes, size_t length);
/* Closes it. `found` gets the name of what was found, cut to its size. */
enum clamd_verdict clamd_end(int fd, char *found, size_t size);
