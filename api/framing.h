/* Reads a request's headers as they came, and refuses what two readers could read in two
 * ways. */
#pragma once
#include <microhttpd.h>
#include "models/call.h"

/* What the headers say beside what struct request holds; texts are NULL when absent. */
struct framing {
	const char *host, *content_length, *transfer_encoding, *forwarded_for,
		*request_id;
	const char *traceparent;
};

/* Fills the texts of both. Everything refused here is 400 and closes the connection. */
const struct problem *framing_read(struct MHD_Connection *connection,
				   const char *protocol, struct request *request,
				   struct framing *framing);
/* Letters, digits and ._- only, 8 to 64 of them. */
bool request_id_good(const char *text);
/* W3C trace context: version 00, ids that are not zero. */
bool traceparent_good(const char *text);
