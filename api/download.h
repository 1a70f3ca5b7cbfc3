/* A file as the answer's body: piece after piece, each in a transaction of its own, none
 * of them open while bytes go out. */
#pragma once
#include <sys/types.h>
#include "models/call.h"

/* What call->piece and call->file_size say, for whoever may see it all the while. */
struct download *download_begin(const struct call *call);
long download_size(const struct download *download);
/* The next bytes, at most `room`; 0 at the end, -1 when it broke off. */
ssize_t download_read(struct download *download, char *out, size_t room);
void download_end(struct download *download);
