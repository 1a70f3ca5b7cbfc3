/* Files that the build made part of the executable: the contract and the page that shows
 * it. */
#pragma once
#include <stddef.h>

struct embedded {
	const char *path; /* "/docs/swagger-ui.css" */
	const char *type;
	const char *etag;
	const char *bytes;
	size_t length;
};
extern const struct embedded embedded_files[]; /* generated; ends with { 0 } */
