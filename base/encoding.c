/* Strict base64url, hex and UTF-8: what is not exactly right is refused. */
#include "base/encoding.h"
#include <stdint.h>
#include <string.h>

static const char base64url_digits[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

char *base64url_encode(struct arena *arena, const void *bytes, size_t length)
{
	const unsigned char *in = bytes;
	char *text = arena_alloc(arena, length / 3 * 4 + 5);
	size_t at = 0;

	for (size_t i = 0; i < length; i += 3) {
		size_t left = length - i;
		uint32_t group = (uint32_t)in[i] << 16;

		group |= left > 1 ? (uint32_t)in[i + 1] << 8 : 0;
		group |= left > 2 ? in[i + 2] : 0;
		text[at++] = base64url_digits[group >> 18];
		text[at++] = base64url_digits[(group >> 12) & 63];
		if (left > 1)
			text[at++] = base64url_digits[(group >> 6) & 63];
		if (left > 2)
			text[at++] = base64url_digits[group & 63];
	}
	return text;
}

static int base64url_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '-' ? 62 : c == '_' ? 63 : -1;
}

bool base64url_decode(struct arena *arena, const char *text, size_t length,
		      unsigned char **ret_bytes, size_t *ret_length)
{
	unsigned char *out;
	uint32_t bits = 0;
	int held = 0;
	size_t at = 0;

	if (length % 4 == 1)
		return false;
	out = arena_alloc(arena, length / 4 * 3 + 3);
	for (size_t i = 0; i < length; i++) {
		int value = base64url_value(text[i]);

		if (value < 0)
			return false;
		bits = (bits << 6 | (uint32_t)value) & 0xffffff;
		held += 6;
		if (held < 8)
			continue;
		held -= 8;
		out[at++] = (unsigned char)(bits >> held);
	}
	if (bits & ((1u << held) - 1))
		return false;
	*ret_bytes = out;
	*ret_length = at;
	return true;
}

char *hex_encode(struct arena *arena, const void *bytes, size_t length)
{
	const unsigned char *in = bytes;
	char *text = arena_alloc(arena, length * 2 + 1);

	for (size_t i = 0; i < length; i++) {
		text[2 * i] = "0123456789abcdef"[in[i] >> 4];
		text[2 * i + 1] = "0123456789abcdef"[in[i] & 15];
	}
	return text;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool hex_decode(const char *text, unsigned char *out, size_t out_length)
{
	if (strlen(text) != out_length * 2)
		return false;
	for (size_t i = 0; i < out_length; i++) {
		int high = hex_value(text[2 * i]), low = hex_value(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (unsigned char)(high << 4 | low);
	}
	return true;
}

/* The length of the sequence at the front, 0 when it is not valid (RFC 3629: no overlong
 * forms, no surrogates, nothing above U+10FFFF). */
static size_t utf8_sequence(const unsigned char *at, size_t left)
{
	size_t length = at[0] < 0x80 ? 1 : at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	unsigned char low = 0x80, high = 0xbf;

	if (length == 1)
		return at[0] != 0;
	if (at[0] < 0xc2 || at[0] > 0xf4 || left < length)
		return 0;
	low = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : low;
	high = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : high;
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < length; i++)
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	return length;
}

bool utf8_valid(const char *bytes, size_t length)
{
	const unsigned char *at = (const unsigned char *)bytes;
	size_t step;

	for (; length; at += step, length -= step)
		if (!(step = utf8_sequence(at, length)))
			return false;
	return true;
}

size_t utf8_length(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += ((unsigned char)*text & 0xc0) != 0x80;
	return count;
}
