/* Text that grows, and the one place that escapes JSON. */
#include "base/buffer.h"
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include "base/log.h"

static void buffer_grow(struct buffer *buffer, size_t more)
{
	size_t capacity = buffer->capacity ? buffer->capacity : 256;
	char *data = NULL;

	if (more < SIZE_MAX / 4 - buffer->length) {
		while (capacity <= buffer->length + more)
			capacity *= 2;
		data = realloc(buffer->data, capacity);
	}
	if (!data) {
		log_line(LOG_ERROR, "out_of_memory", "no memory for an answer");
		abort();
	}
	buffer->data = data;
	buffer->capacity = capacity;
}

/* Room for `more` bytes and the NUL: nearly always it is there. */
static inline void buffer_room(struct buffer *buffer, size_t more)
{
	if (more >= buffer->capacity - buffer->length)
		buffer_grow(buffer, more);
}

void buffer_add(struct buffer *buffer, const char *bytes, size_t length)
{
	buffer_room(buffer, length);
	if (length)
		memcpy(buffer->data + buffer->length, bytes, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
}

void buffer_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

void buffer_char(struct buffer *buffer, char c)
{
	buffer_room(buffer, 1);
	buffer->data[buffer->length++] = c;
	buffer->data[buffer->length] = '\0';
}

void buffer_printf(struct buffer *buffer, const char *fmt, ...)
{
	size_t room = buffer->capacity - buffer->length;
	va_list args;
	int length;

	va_start(args, fmt);
	length = vsnprintf(room ? buffer->data + buffer->length : NULL, room, fmt, args);
	va_end(args);
	if (length < 0)
		return;
	if ((size_t)length >= room) { /* it did not fit */
		buffer_grow(buffer, (size_t)length);
		va_start(args, fmt);
		vsnprintf(buffer->data + buffer->length, (size_t)length + 1, fmt, args);
		va_end(args);
	}
	buffer->length += (size_t)length;
}

static void buffer_escape(struct buffer *buffer, unsigned char c)
{
	static const char letters[] = {
		['\b'] = 'b', ['\t'] = 't', ['\n'] = 'n', ['\f'] = 'f',
		['\r'] = 'r', ['"'] = '"',  ['\\'] = '\\'
	};
	char escape[7] = { '\\', 0 };

	if (c < sizeof(letters) && letters[c]) {
		escape[1] = letters[c];
		buffer_add(buffer, escape, 2);
		return;
	}
	snprintf(escape, sizeof(escape), "\\u%04x", c);
	buffer_add(buffer, escape, 6);
}

void buffer_json_n(struct buffer *buffer, const char *bytes, size_t length)
{
	size_t start = 0;

	if (!bytes) {
		buffer_text(buffer, "null");
		return;
	}
	buffer_room(buffer, length + 2);
	buffer_char(buffer, '"');
	for (size_t i = 0; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		if (c >= 0x20 && c != '"' && c != '\\' && c != 0x7f)
			continue;
		buffer_add(buffer, bytes + start, i - start);
		buffer_escape(buffer, c);
		start = i + 1;
	}
	buffer_add(buffer, bytes + start, length - start);
	buffer_char(buffer, '"');
}

void buffer_json(struct buffer *buffer, const char *text)
{
	buffer_json_n(buffer, text, text ? strlen(text) : 0);
}

char *buffer_take(struct buffer *buffer)
{
	char *data;

	buffer_add(buffer, "", 0); /* an empty buffer gives "", not NULL */
	data = buffer->data;
	*buffer = (struct buffer){ 0 };
	return data;
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){ 0 };
}
