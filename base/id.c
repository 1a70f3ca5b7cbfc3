/* UUIDv7: sorted by time, so that new rows land at the end of an index. */
#include "base/id.h"
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>
#include <time.h>
#include "base/log.h"

void random_bytes(void *out, size_t length)
{
	unsigned char *at = out;

	while (length) {
		ssize_t got = getrandom(at, length, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0) {
			log_line(LOG_ERROR, "no_randomness", "getrandom failed: %d",
				 errno);
			abort();
		}
		at += got;
		length -= (size_t)got;
	}
}

/* RFC 9562 section 6.2, method 3: the 12 bits after the milliseconds are a finer clock,
 * so ids made one after another by one process sort in that order too. */
static void id_stamp(unsigned char bytes[8])
{
	struct timespec now;
	uint64_t ms;
	unsigned fine;

	clock_gettime(CLOCK_REALTIME, &now);
	ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
	fine = (unsigned)(((uint64_t)now.tv_nsec % 1000000) * 4096 / 1000000);
	for (int i = 0; i < 6; i++)
		bytes[i] = (unsigned char)(ms >> (8 * (5 - i)));
	bytes[6] = (unsigned char)(0x70 | (fine >> 8));
	bytes[7] = (unsigned char)fine;
}

void id_new(char out[ID_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	unsigned char bytes[16];
	int at = 0;

	id_stamp(bytes);
	random_bytes(bytes + 8, 8);
	bytes[8] = (unsigned char)(0x80 | (bytes[8] & 0x3f));
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			out[at++] = '-';
		out[at++] = digits[bytes[i] >> 4];
		out[at++] = digits[bytes[i] & 15];
	}
	out[at] = '\0';
}

bool id_valid(const char *text)
{
	if (!text)
		return false;
	for (int i = 0; i < ID_SIZE - 1; i++) {
		char c = text[i];
		bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') ||
			   (c >= 'A' && c <= 'F');

		if (i == 8 || i == 13 || i == 18 || i == 23 ? c != '-' : !hex)
			return false;
	}
	return text[ID_SIZE - 1] == '\0';
}
