/* Reading a whole file into memory. */
#pragma once
#include <stddef.h>

/* The caller frees it; NUL-terminated. NULL with errno set: EFBIG when larger than limit,
 * EILSEQ when it holds a NUL. */
char *file_text(const char *path, size_t limit, size_t *ret_length);
