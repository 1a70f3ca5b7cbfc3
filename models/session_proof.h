/* Proving who one is by a password, and setting a new one. */
#pragma once
#include "models/call.h"

/* Checks a password against a hash. identity and hash NULL: nobody is known by this
 * address; costs the same and fails the same. Ends the transaction, which both texts have
 * to outlive; success begins another, which the caller ends. */
const struct problem *session_prove(struct call *call, const char *identity,
				    const char *hash, const char *password);
/* Sets `password_hash` to the hash of a new password. Ends the transaction. */
const struct problem *session_hash(struct call *call, const char *password);
/* 422 at the pointer when a new password, which stands there, can be guessed. */
const struct problem *session_weak(struct call *call, const char *pointer,
				   const char *name, const char *email);
