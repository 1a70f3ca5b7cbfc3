/* Who is calling: the client's address, through the trusted proxy if there is one. */
#pragma once
#include <microhttpd.h>
#include "base/arena.h"

void address_setup(void); /* from the settings */
/* `forwarded_for` is believed only from the trusted proxy, and only its last entry: what
 * the proxy itself saw. */
const char *address_find(struct arena *arena, struct MHD_Connection *connection,
			 const char *forwarded_for);
