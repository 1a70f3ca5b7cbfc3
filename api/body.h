/* A request's body as JSON or bytes, refused before it can do harm. */
#pragma once
#include "models/call.h"

enum { DEPTH_MAX = 32 };

/* Is this the media type, whatever its parameters? */
bool media_is(const char *content_type, const char *media);
/* 415 for another media type, 400 for what is no JSON object; no body is an empty object.
 * The caller owns *ret_body. */
const struct problem *body_read(const struct request *request, json_t **ret_body);
/* 415 for another media type than application/octet-stream, 422 for nothing. */
const struct problem *body_bytes(const struct request *request);
