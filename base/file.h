/* Whole files: read into memory, and lines that must not be lost. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

/* The caller frees it; NUL-terminated. NULL with errno set: EFBIG when larger than limit,
 * EILSEQ when it holds a NUL. */
char *file_text(const char *path, size_t limit, size_t *ret_length);
/* Adds at the end, on disk when it returns; makes the file, for its owner and group, when
 * there is none. False with errno set; a part may then have been written. */
bool file_append(const char *path, const char *bytes, size_t length);
