/* The one error type: NULL is success, anything else is passed up untouched and
 * written once, as RFC 9457 application/problem+json. */
#pragma once
#include <stdbool.h>
#include "arena.h"

/* Every kind of problem the service can answer: X(NAME, slug, status, title).
 * The slug is the stable end of the `type` URI and is part of the contract. */
#define PROBLEM_KINDS(X)                                                                 \
	X(BAD_REQUEST, "bad-request", 400, "The request cannot be read")                 \
	X(BAD_JSON, "bad-json", 400, "The body is not acceptable JSON")                  \
	X(BAD_QUERY, "bad-query", 400, "The query string is not acceptable")             \
	X(UNAUTHENTICATED, "unauthenticated", 401, "Sign in first")                      \
	X(SIGN_IN_FAILED, "sign-in-failed", 401, "The sign-in was refused")              \
	X(SIGN_IN_AGAIN, "sign-in-again", 401, "A recent sign-in is needed")             \
	X(FORBIDDEN, "forbidden", 403, "You may see this, but not do it")                \
	X(NOT_FOUND, "not-found", 404, "There is nothing here")                          \
	X(METHOD_NOT_ALLOWED, "method-not-allowed", 405,                                 \
	  "This address has other methods")                                              \
	X(NOT_ACCEPTABLE, "not-acceptable", 406, "This answer has no such media type")   \
	X(WRONG_STATE, "wrong-state", 409, "The current state does not allow this")      \
	X(BLOCKED, "blocked", 409, "Something is missing first")                         \
	X(CONFLICTED, "conflicted", 409, "A conflict of interest")                       \
	X(ALREADY_EXISTS, "already-exists", 409, "This exists already")                  \
	X(INTIMATE_IMAGERY, "intimate-imagery", 409,                                     \
	  "Nobody may look at this or keep it")                                          \
	X(IN_PROGRESS, "in-progress", 409, "The same request is being worked on")        \
	X(STANDING_CHANGED, "standing-changed", 409, "What you hold has changed since")  \
	X(VERSION_CHANGED, "version-changed", 412, "Someone changed it first")           \
	X(BODY_TOO_LARGE, "body-too-large", 413, "The body is too large")                \
	X(FILE_TOO_LARGE, "file-too-large", 413, "The file is too large")                \
	X(UNSUPPORTED_MEDIA, "unsupported-media-type", 415,                              \
	  "The body is of another media type")                                           \
	X(FILE_REFUSED, "file-refused", 415, "Files of this kind are not taken")         \
	X(FILE_INFECTED, "file-infected", 422, "Malware was found in the file")          \
	X(INVALID, "invalid", 422, "Some fields are not acceptable")                     \
	X(KEY_REUSED, "idempotency-key-reused", 422,                                     \
	  "This key belongs to another request")                                         \
	X(VERSION_REQUIRED, "version-required", 428, "Say which version you change")     \
	X(TOO_MANY, "too-many-requests", 429, "Slow down")                               \
	X(INTERNAL, "internal", 500, "Something went wrong on our side")                 \
	X(UNAVAILABLE, "unavailable", 503, "Not available for a moment")

enum problem_kind {
#define X(name, slug, status, title) PROBLEM_##name,
	PROBLEM_KINDS(X)
#undef X
		PROBLEM_KIND_COUNT
};

struct problem_text {
	const char *slug;
	int status;
	const char *title;
};
extern const struct problem_text problem_texts[PROBLEM_KIND_COUNT];

/* One fault of the input: where (JSON pointer, or a parameter's name) and what to do. */
struct fault {
	const char *pointer;
	const char *detail;
	const struct fault *next;
	struct fault *last; /* of the first one of a list: its end, to add to */
};

struct problem {
	enum problem_kind kind;
	const char *detail;	    /* what happened, in words a user may read */
	const struct fault *errors; /* NULL, or every fault of the input */
	const char *blockers;	    /* NULL, or a JSON array of {action, code, detail} */
	const char *allow;	    /* 405: the methods there are */
	const char *challenge;	    /* 401: WWW-Authenticate when not the plain one */
	int retry_after;	    /* seconds; 0 is none */
	bool close;		    /* the connection cannot be trusted any further */
};

struct problem *problem(struct arena *arena, enum problem_kind kind, const char *fmt, ...)
	printf_like(3, 4);
/* The answer to a fault of one field: 422 with one pointer. */
const struct problem *problem_field(struct arena *arena, const char *pointer,
				    const char *fmt, ...) printf_like(3, 4);
/* Adds a fault at the end of a list being collected. */
void fault_add(struct arena *arena, const struct fault **list, const char *pointer,
	       const char *fmt, ...) printf_like(4, 5);
/* NULL when the list is empty, else the 422 that carries all of it. */
const struct problem *problem_of_faults(struct arena *arena, const struct fault *list);
