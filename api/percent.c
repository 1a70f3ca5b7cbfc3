/* Decodes percent-encoded text; what could be read in two ways is refused. */
#include "api/percent.h"
#include "base/encoding.h"

/* -1: no hex digit. */
static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

const char *percent_decode(struct arena *arena, const char *raw, size_t length, bool plus,
			   char **ret_text)
{
	char *out = arena_alloc(arena, length + 1), *at = out;

	*ret_text = NULL;
	for (size_t i = 0; i < length; i++) {
		int high, low;

		if ((unsigned char)raw[i] <= ' ' || raw[i] == 0x7f)
			return "holds a space or a control character";
		if (raw[i] != '%') {
			*at++ = plus && raw[i] == '+' ? ' ' : raw[i];
			continue;
		}
		if (length - i < 3 || (high = hex_digit(raw[i + 1])) < 0 ||
		    (low = hex_digit(raw[i + 2])) < 0)
			return "holds a % that is not followed by two hex digits";
		if (high == 0 && low == 0)
			return "holds %00";
		*at++ = (char)(high << 4 | low);
		i += 2;
	}
	if (!utf8_valid(out, (size_t)(at - out)))
		return "is not valid UTF-8";
	*ret_text = out;
	return NULL;
}
