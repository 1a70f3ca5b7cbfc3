/* Whole files: read into memory, and lines that must not be lost. */
#include "base/file.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "base/cleanup.h"

static char *read_all(FILE *file, size_t limit, size_t *ret_length)
{
	size_t length = 0, room = 4096;
	char *text = malloc(room + 1), *larger;

	while (text && length <= limit) {
		size_t got = fread(text + length, 1, room - length, file);

		length += got;
		if (!got || !(larger = realloc(text, room * 2 + 1)))
			break;
		text = larger;
		room *= 2;
	}
	if (text)
		text[length] = '\0';
	*ret_length = length;
	return text;
}

char *file_text(const char *path, size_t limit, size_t *ret_length)
{
	autofclose FILE *file = fopen(path, "re");
	int wrong;
	char *text;

	if (!file || !(text = read_all(file, limit, ret_length)))
		return NULL;
	wrong = *ret_length > limit	      ? EFBIG
		: strlen(text) != *ret_length ? EILSEQ
		: ferror(file) || !feof(file) ? EIO
					      : 0;
	if (!wrong)
		return text;
	free(text);
	errno = wrong;
	return NULL;
}

bool file_append(const char *path, const char *bytes, size_t length)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640);
	bool good = fd >= 0;
	ssize_t done;
	int kept;

	while (good && length) {
		done = write(fd, bytes, length);
		good = done > 0 || (done < 0 && errno == EINTR);
		bytes += done > 0 ? done : 0;
		length -= done > 0 ? (size_t)done : 0;
	}
	good = good && fsync(fd) == 0;
	kept = errno;
	if (fd >= 0)
		close(fd);
	errno = kept;
	return good;
}
