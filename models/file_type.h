/* The kinds of files that are taken; all others are refused. */
#pragma once
#include <jansson.h>
#include <stdbool.h>
#include "base/arena.h"

struct file_type {
	const char *media;  /* as we send it */
	const char *ending; /* of a file's name */
};

/* By a media type as clients and libmagic write it, with or without parameters; NULL: not
 * taken. */
const struct file_type *file_type_find(const char *media);
/* All of them, for `chaperone describe`. */
json_t *file_types_describe(void);
