/* The socket that the service listens on. */
#pragma once
#include <stdbool.h>

/* Is the setting listen an address at all? If not, one clear sentence on stderr. */
bool listen_is_address(void);
/* By the settings listen and port; -1 after one clear sentence on stderr. */
int listen_open(void);
/* Does the setting listen name this machine alone? */
bool listen_is_loopback(void);
