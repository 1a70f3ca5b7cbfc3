/* What an upload turns out to be, once all of it is there. */
#pragma once
#include "models/call.h"

/* Reads the bytes of upload :id, in many short transactions, and compares their SHA-256
 * with the announced one, their kind with what is taken, and lets clamd look at them.
 * Then settles it, in a transaction that is left open unless there is a problem:
 * complete, or discarded, which is then committed. Nothing when somebody else settles it
 * meanwhile. */
const struct problem *upload_settle(struct call *call, long size, const char *sha256);
extern const char *const upload_settle_provides[];
