/* Strict base64url without padding (RFC 4648 section 5) and hex. */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include "arena.h"

char *base64url_encode(struct arena *arena, const void *bytes, size_t length);
/* Refuses padding, white space, other alphabets and non-zero trailing bits. */
bool base64url_decode(struct arena *arena, const char *text, size_t length,
		      unsigned char **ret_bytes, size_t *ret_length);
char *hex_encode(struct arena *arena, const void *bytes, size_t length);
bool hex_decode(const char *text, unsigned char *out, size_t out_length);
bool utf8_valid(const char *bytes, size_t length); /* RFC 3629; also refuses NUL */
size_t utf8_length(const char *text);		   /* characters, for valid text */
