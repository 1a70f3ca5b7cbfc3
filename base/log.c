/* One JSON line an event on stderr, each by a single write so that lines never mix. */
#include "base/log.h"
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "base/buffer.h"
#include "base/encoding.h"

static void log_write(const char *bytes, size_t length)
{
	ssize_t done;

	do
		done = write(STDERR_FILENO, bytes, length);
	while (done < 0 && errno == EINTR);
	/* A log that cannot be written must not stop the service. */
}

static void log_now(char *out, size_t size)
{
	struct timespec now;
	struct tm utc;
	char day[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	snprintf(out, size, "%s.%03ldZ", day, now.tv_nsec / 1000000);
}

/* Out of memory is itself logged, so this uses only the stack: long messages are cut. A
 * message that is no UTF-8 (cut in a character, say) loses all beyond ASCII: a log line
 * is valid JSON or it is worth nothing. */
static void log_escape(char *out, size_t size, const char *text)
{
	bool ascii = !utf8_valid(text, strlen(text));
	size_t used = 0;

	for (; *text && used + 7 < size; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c == '"' || c == '\\' || c == 0x7f)
			used += (size_t)snprintf(out + used, 7, "\\u%04x", c);
		else
			out[used++] = ascii && c >= 0x80 ? '?' : (char)c;
	}
	out[used] = '\0';
}

void log_line(enum log_level level, const char *event, const char *fmt, ...)
{
	static const char *const levels[] = { "error", "warning", "info" };
	char message[1024], escaped[6200], now[64], line[6500];
	va_list args;
	int length;

	va_start(args, fmt);
	vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	log_escape(escaped, sizeof(escaped), message);
	log_now(now, sizeof(now));
	length = snprintf(line, sizeof(line),
			  "{\"time\":\"%s\",\"level\":\"%s\",\"event\":\"%.64s\","
			  "\"message\":\"%s\"}\n",
			  now, levels[level], event, escaped);
	if (length > 0 && (size_t)length < sizeof(line))
		log_write(line, (size_t)length);
}

void log_json(const char *object, unsigned long length)
{
	autobuffer line = { 0 };

	buffer_add(&line, object, length);
	buffer_char(&line, '\n');
	log_write(line.data, line.length);
}
