/* What a file is by its bytes: the only file with libmagic. */
#include "base/sniff.h"
#include <magic.h>
#include "base/log.h"

/* The parsers of whole formats stay off: the table of magic numbers is enough to know
 * what we take, and what they would tell apart (archives, programs) is refused either
 * way. */
enum {
	FLAGS = MAGIC_MIME_TYPE | MAGIC_NO_CHECK_COMPRESS | MAGIC_NO_CHECK_TAR |
		MAGIC_NO_CHECK_CDF | MAGIC_NO_CHECK_ELF | MAGIC_NO_CHECK_APPTYPE |
		MAGIC_NO_CHECK_JSON | MAGIC_NO_CHECK_CSV | MAGIC_NO_CHECK_TOKENS
};

static void close_magic(magic_t *magic)
{
	if (*magic)
		magic_close(*magic);
}

/* One of its own for each file: it is not for several threads, and its table is a map of
 * a file that all share. */
const char *sniff(struct arena *arena, const void *bytes, size_t length)
{
	__attribute__((cleanup(close_magic))) magic_t magic = magic_open(FLAGS);
	const char *type = NULL;

	if (magic && magic_load(magic, NULL) == 0)
		type = magic_buffer(magic, bytes, length);
	if (!type)
		log_line(LOG_ERROR, "sniff", "%s",
			 magic ? magic_error(magic) : "no memory");
	return arena_copy(arena, type);
}
