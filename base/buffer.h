/* Text that grows: what an answer, a log line or a CSV is written into. */
#pragma once
#include <stddef.h>
#include "cleanup.h"

/* Zero is a valid empty buffer. `data` is NUL-terminated once anything was added. */
struct buffer {
	char *data;
	size_t length;
	size_t capacity;
};

void buffer_add(struct buffer *buffer, const char *bytes, size_t length);
void buffer_text(struct buffer *buffer, const char *text);
void buffer_char(struct buffer *buffer, char c);
void buffer_printf(struct buffer *buffer, const char *fmt, ...) printf_like(2, 3);
void buffer_json(struct buffer *buffer,
		 const char *text); /* quoted, escaped; NULL is null */
void buffer_json_n(struct buffer *buffer, const char *bytes, size_t length);
char *buffer_take(
	struct buffer *buffer); /* the caller frees it; the buffer is empty again */
void buffer_free(struct buffer *buffer);

#define autobuffer __attribute__((cleanup(buffer_free))) struct buffer
