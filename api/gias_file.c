/* A file of the register as it was downloaded: zlib unpacks it (and proves it whole),
 * libarchive reads a tar, libcsv the rows. */
#include "api/gias_file.h"
#include <archive.h>
#include <archive_entry.h>
#include <ctype.h>
#include <errno.h>
#include <sodium.h>
#include <string.h>
#include <zlib.h>
#include "base/encoding.h"

enum { CHUNK = 1 << 16, ENTRY_MAX = 1 << 16 };
static const long FILE_MAX = 1L << 30; /* unpacked: beyond it is a bomb, not a register */

static const char damaged[] = "The file is damaged, cut short, or larger than 1 GiB.";

struct source {
	gzFile gz;
	long bytes;
	unsigned char chunk[CHUNK];
};

static const struct problem *refuse(struct gias_rows *rows, const char *why)
{
	if (!rows->failed)
		rows->failed = problem(rows->arena, PROBLEM_INVALID, "%s", why);
	return rows->failed;
}

/* Bytes read; 0 at the end, -1 when the file is broken. */
static int source_read(struct source *source)
{
	int count = gzread(source->gz, source->chunk, CHUNK);

	source->bytes += count > 0 ? count : 0;
	return source->bytes > FILE_MAX ? -1 : count;
}

static void on_row(void *data, int line, const struct csv_cell *cells, int count)
{
	struct gias_rows *rows = data;
	char where[32];

	snprintf(where, sizeof(where), "line %d", line);
	if (rows->failed)
		return;
	if (!rows->form)
		gias_rows_header(rows, cells, count);
	else
		gias_rows_add(rows, where, cells, count);
}

static const struct problem *csv_all(struct gias_rows *rows, struct source *source)
{
	struct csv_rows csv;
	bool closed = true;
	int count;

	csv_rows_begin(&csv, on_row, rows);
	do {
		count = source_read(source);
		if (count < 0)
			refuse(rows, damaged);
		else if (count > 0)
			closed =
				csv_rows_feed(&csv, (char *)source->chunk, (size_t)count);
		else
			closed = csv_rows_end(&csv);
	} while (count > 0 && closed && !rows->failed);
	if (!closed)
		refuse(rows, arena_printf(rows->arena,
					  "Line %d has a quote out of place or one that "
					  "is never closed.",
					  csv.line));
	csv_rows_free(&csv);
	return rows->failed;
}

/* One JSON file of the archive as a row: its members in the order of the form. */
static void entry_add(struct gias_rows *rows, const char *name, const char *text,
		      size_t length)
{
	json_t *object = json_loadb(text, length, JSON_REJECT_DUPLICATES, NULL);
	struct csv_cell cells[GIAS_COLUMNS_MAX];
	char numbers[GIAS_COLUMNS_MAX][24];

	for (int i = 0; json_is_object(object) && i < rows->width; i++) {
		json_t *value = json_object_get(object, gias_archive.columns[i].header);

		snprintf(numbers[i], sizeof(numbers[i]), "%" JSON_INTEGER_FORMAT,
			 json_integer_value(value));
		cells[i].text = json_is_integer(value)	? numbers[i]
				: json_is_string(value) ? json_string_value(value)
							: "";
		cells[i].length = strlen(cells[i].text);
	}
	if (json_is_object(object))
		gias_rows_add(rows, name, cells, rows->width);
	else
		gias_rows_refuse(rows, name, "is no JSON object in UTF-8");
	json_decref(object);
}

static la_ssize_t tar_feed(struct archive *tar, void *data, const void **ret_bytes)
{
	struct source *source = data;
	int count = source_read(source);

	if (count < 0)
		archive_set_error(tar, EIO, "damaged");
	*ret_bytes = source->chunk;
	return count;
}

/* The name in an archive, without folders and without what could play tricks. */
static const char *entry_name(struct gias_rows *rows, struct archive_entry *entry)
{
	const char *path = archive_entry_pathname(entry), *slash;
	char *name;

	if (!path)
		return "a nameless entry";
	slash = strrchr(path, '/');
	name = arena_copy(rows->row_arena, slash ? slash + 1 : path);
	for (char *at = name; *at; at++)
		if (!isgraph((unsigned char)*at))
			*at = '?';
	return name;
}

static const struct problem *entry_read(struct gias_rows *rows, struct archive *tar,
					struct archive_entry *entry, char *text)
{
	autofree char *name = strdup(entry_name(rows, entry));
	la_ssize_t length;

	if (archive_entry_filetype(entry) != AE_IFREG)
		return NULL;
	length = archive_read_data(tar, text, ENTRY_MAX);
	if (length < 0)
		return refuse(rows, damaged);
	if (length == ENTRY_MAX)
		gias_rows_refuse(rows, name, "is larger than an establishment can be");
	else
		entry_add(rows, name, text, (size_t)length);
	return rows->failed;
}

static const struct problem *tar_all(struct gias_rows *rows, struct source *source)
{
	struct archive *tar = archive_read_new();
	autofree char *text = malloc(ENTRY_MAX);
	struct archive_entry *entry;
	int status = ARCHIVE_OK;

	archive_read_support_format_tar(tar);
	gias_rows_form(rows, &gias_archive);
	if (!text || archive_read_open(tar, source, NULL, tar_feed, NULL) != ARCHIVE_OK)
		refuse(rows, "The archive cannot be read.");
	/* a warning is about the entry's name or times, which nobody needs */
	while (!rows->failed &&
	       ((status = archive_read_next_header(tar, &entry)) == ARCHIVE_OK ||
		status == ARCHIVE_WARN))
		entry_read(rows, tar, entry, text);
	if (!rows->failed && status != ARCHIVE_EOF)
		refuse(rows, damaged);
	archive_read_free(tar);
	return rows->failed;
}

/* What the first bytes say. */
static const struct problem *content_read(struct gias_rows *rows, struct source *source)
{
	int count = gzread(source->gz, source->chunk, CHUNK);
	const unsigned char *first = source->chunk;

	if (count < 0)
		return refuse(rows, damaged);
	gzrewind(source->gz);
	if (count > 262 && memcmp(first + 257, "ustar", 5) == 0)
		return tar_all(rows, source);
	if (count >= 2 && ((first[0] == 0xff && first[1] == 0xfe) ||
			   (first[0] == 0xfe && first[1] == 0xff)))
		return refuse(rows,
			      "The file is UTF-16: save it as CSV in UTF-8, or take "
			      "it as it was downloaded.");
	if (memchr(first, '\0', (size_t)count))
		return refuse(rows, "This is no text: neither CSV nor an archive of "
				    "establishments, plain or gz.");
	return csv_all(rows, source);
}

const struct problem *gias_file_read(struct gias_rows *rows, const char *path)
{
	autofree struct source *source = calloc(1, sizeof(*source));
	int closed;

	errno = 0;
	source->gz = gzopen(path, "rb");
	if (!source->gz)
		return refuse(rows,
			      arena_printf(rows->arena, "The file cannot be read: %s.",
					   strerror(errno)));
	gzbuffer(source->gz, CHUNK);
	content_read(rows, source);
	closed = gzclose_r(source->gz);
	if (closed != Z_OK)
		refuse(rows, damaged);
	return gias_rows_end(rows);
}

const char *gias_file_digest(struct arena *arena, const char *path)
{
	autofclose FILE *file = fopen(path, "rb");
	unsigned char bytes[4096], digest[crypto_hash_sha256_BYTES];
	crypto_hash_sha256_state state;
	size_t count;

	if (!file)
		return NULL;
	crypto_hash_sha256_init(&state);
	while ((count = fread(bytes, 1, sizeof(bytes), file)) > 0)
		crypto_hash_sha256_update(&state, bytes, count);
	crypto_hash_sha256_final(&state, digest);
	return ferror(file) ? NULL : hex_encode(arena, digest, sizeof(digest));
}

/* yyyymmdd, yyyy-mm-dd or yyyy-mm, which is the first of it. */
static const char *day_read(struct arena *arena, const char *at, size_t digits)
{
	int year = 0, month = 0, date = 1, end = 0;
	const char *text, *day = NULL;

	if (digits == 8)
		sscanf(at, "%4d%2d%2d%n", &year, &month, &date, &end);
	else if (digits == 4)
		sscanf(at, "%4d-%2d%n-%2d", &year, &month, &end, &date);
	if (!end || year < 1900)
		return NULL;
	text = arena_printf(arena, "%02d-%02d-%d", date, month, year);
	if (gias_cell_read(arena, GIAS_DATE, text, strlen(text), &day))
		return NULL;
	return day;
}

const char *gias_file_day(struct arena *arena, const char *path)
{
	const char *slash = strrchr(path, '/'), *day = NULL;

	for (const char *at = slash ? slash + 1 : path; *at && !day; at++) {
		size_t digits = strspn(at, "0123456789");

		day = day_read(arena, at, digits);
		at += digits ? digits - 1 : 0;
	}
	return day;
}
