/* One request over HTTP: what came, through the engine, to what goes out and its log
 * line. */
#pragma once
#include <microhttpd.h>
#include <stdbool.h>
#include <ulfius.h>

/* Everything that is the same for each exchange; from the settings. */
void exchange_setup(void);
/* ulfius's callback for every request. */
int exchange_run(const struct _u_request *in, struct _u_response *out, void *data);
/* Hooks of libmicrohttpd: the request line was read; the answer is sent or given up. */
void *exchange_begin(void *data, const char *uri, struct MHD_Connection *connection);
void exchange_end(void *data, struct MHD_Connection *connection, void **request,
		  enum MHD_RequestTerminationCode code);
/* A connection was opened or closed. */
void exchange_connection(void *data, struct MHD_Connection *connection, void **context,
			 enum MHD_ConnectionNotificationCode code);
/* Requests between begin and end. */
int exchange_count(void);
