/* Writes one value of a PGresult as JSON: the inner loop of every answer. */
#include "sql/cell.h"
#include <stdint.h>
#include <string.h>
#include "sql/array.h"

enum cell_form cell_form(const PGresult *rows, int column)
{
	switch (PQftype(rows, column)) {
	case 16: /* bool */
		return CELL_FLAG;
	case 20: /* int8, int2, int4, oid, json, jsonb */
	case 21:
	case 23:
	case 26:
	case 114:
	case 3802:
		return CELL_RAW;
	case 700: /* float4, float8, numeric */
	case 701:
	case 1700:
		return CELL_DECIMAL;
	case 1082: /* date, uuid */
	case 2950:
		return CELL_PLAIN;
	case 1184: /* timestamptz */
		return CELL_TIME;
	case 1009: /* arrays of text, varchar, uuid, date */
	case 1015:
	case 2951:
	case 1182:
		return CELL_TEXTS;
	case 1005: /* arrays of int2, int4, int8 */
	case 1007:
	case 1016:
		return CELL_NUMBERS;
	default:
		return CELL_TEXT;
	}
}

/* Is there a byte below `limit` (at most 128) among these eight? Bytes
 * above 127 are not. */
static uint64_t below(uint64_t eight, unsigned limit)
{
	uint64_t ones = UINT64_MAX / 255;

	return (eight - ones * limit) & ~eight & (ones * 128);
}

/* Most text needs no escape: eight bytes at a time, against one byte at a time it takes a
 * quarter of the time. */
static bool needs_escape(const char *bytes, size_t length)
{
	const uint64_t ones = UINT64_MAX / 255;
	uint64_t eight, found = 0;
	size_t i = 0;

	for (; i + 8 <= length; i += 8) {
		memcpy(&eight, bytes + i, 8);
		found |= below(eight, 0x20) | below(eight ^ (ones * '"'), 1) |
			 below(eight ^ (ones * '\\'), 1) |
			 below(eight ^ (ones * 0x7f), 1);
	}
	for (; i < length; i++) {
		unsigned char c = (unsigned char)bytes[i];

		found |= c < 0x20 || c == '"' || c == '\\' || c == 0x7f;
	}
	return found;
}

static void quote(struct buffer *out, const char *bytes, size_t length)
{
	buffer_char(out, '"');
	buffer_add(out, bytes, length);
	buffer_char(out, '"');
}

static void text_json(struct buffer *out, const char *bytes, size_t length)
{
	if (needs_escape(bytes, length))
		buffer_json_n(out, bytes, length);
	else
		quote(out, bytes, length);
}

void cell_time(struct buffer *out, const char *bytes, size_t length)
{
	const char *zone = length > 19 ? memchr(bytes + 19, '+', length - 19) : NULL;

	if (!zone && length > 19)
		zone = memchr(bytes + 19, '-', length - 19);
	if (!zone || bytes[10] != ' ') {
		buffer_add(out, bytes, length);
		return;
	}
	buffer_add(out, bytes, 10);
	buffer_char(out, 'T');
	buffer_add(out, bytes + 11, (size_t)(zone - bytes) - 11);
	length -= (size_t)(zone - bytes);
	if (length == 3 && memcmp(zone, "+00", 3) == 0) {
		buffer_char(out, 'Z');
		return;
	}
	buffer_add(out, zone, length);
	if (length == 3)
		buffer_text(out, ":00");
}

static void item_json(void *data, const char *bytes, size_t length)
{
	struct buffer *out = data;

	if (out->data[out->length - 1] != '[')
		buffer_char(out, ',');
	if (bytes)
		text_json(out, bytes, length);
	else
		buffer_text(out, "null");
}

/* {1,2,NULL} becomes [1,2,null]. */
static void numbers_json(struct buffer *out, const char *bytes, size_t length)
{
	buffer_char(out, '[');
	for (size_t i = 1; i + 1 < length; i++) {
		if (bytes[i] == 'N') {
			buffer_text(out, "null");
			i += 3;
		} else {
			buffer_char(out, bytes[i]);
		}
	}
	buffer_char(out, ']');
}

static void time_json(struct buffer *out, const char *bytes, size_t length)
{
	buffer_char(out, '"');
	cell_time(out, bytes, length);
	buffer_char(out, '"');
}

void cell_json(struct buffer *out, enum cell_form form, const char *bytes, size_t length)
{
	switch (form) {
	case CELL_TEXT:
		text_json(out, bytes, length);
		break;
	case CELL_PLAIN:
		quote(out, bytes, length);
		break;
	case CELL_RAW:
		buffer_add(out, bytes, length);
		break;
	case CELL_DECIMAL:
		if (strspn(bytes, "0123456789+-.eE") == length)
			buffer_add(out, bytes, length);
		else
			buffer_text(out, "null");
		break;
	case CELL_FLAG:
		buffer_text(out, *bytes == 't' ? "true" : "false");
		break;
	case CELL_TIME:
		time_json(out, bytes, length);
		break;
	case CELL_TEXTS:
		buffer_char(out, '[');
		array_each(bytes, length, item_json, out);
		buffer_char(out, ']');
		break;
	case CELL_NUMBERS:
		numbers_json(out, bytes, length);
		break;
	}
}
