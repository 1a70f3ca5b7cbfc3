/* The kinds of files that are taken: nothing that a browser or a computer would run. */
#include "models/file_type.h"
#include <string.h>
#include <strings.h>

static const struct file_type types[] = {
	{ "image/png", "png" },	      { "image/jpeg", "jpg" },
	{ "image/gif", "gif" },	      { "image/webp", "webp" },
	{ "application/pdf", "pdf" }, { "text/plain", "txt" },
	{ "video/mp4", "mp4" },	      { "video/webm", "webm" },
	{ "video/quicktime", "mov" }, { "audio/mpeg", "mp3" },
	{ "audio/mp4", "m4a" },	      { "audio/ogg", "ogg" },
};

/* The same by other names. */
static const struct {
	const char *name, *media;
} names[] = {
	{ "image/jpg", "image/jpeg" }, { "video/x-m4v", "video/mp4" },
	{ "audio/mp3", "audio/mpeg" }, { "audio/x-m4a", "audio/mp4" },
	{ "audio/m4a", "audio/mp4" },  { "application/ogg", "audio/ogg" },
};

static bool same(const char *media, size_t length, const char *name)
{
	return strlen(name) == length && strncasecmp(media, name, length) == 0;
}

const struct file_type *file_type_find(const char *media)
{
	size_t length = strcspn(media, "; \t");

	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (same(media, length, names[i].name))
			return file_type_find(names[i].media);
	for (size_t i = 0; i < COUNT_OF(types); i++)
		if (same(media, length, types[i].media))
			return &types[i];
	return NULL;
}

json_t *file_types_describe(void)
{
	json_t *all = json_array();

	for (size_t i = 0; i < COUNT_OF(types); i++)
		json_array_append_new(all, json_string(types[i].media));
	return all;
}
