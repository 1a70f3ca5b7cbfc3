/* E-mail and web addresses: what a school would call one, and nothing that hides
 * something. */
#include "models/field_url.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* Labels of letters, digits and inner hyphens, with single dots between them. */
static bool host_valid(const char *host, size_t length, int least_labels)
{
	size_t label = 0;
	int labels = 1;

	if (length < 1 || length > 253)
		return false;
	for (size_t i = 0; i < length; i++) {
		bool dot = host[i] == '.', hyphen = host[i] == '-';

		if (!dot && !hyphen && !strchr(letters, host[i]))
			return false;
		if ((dot || hyphen) && label == 0)
			return false;
		if (dot && host[i - 1] == '-')
			return false;
		label = dot ? 0 : label + 1;
		labels += dot;
		if (label > 63)
			return false;
	}
	return label > 0 && host[length - 1] != '-' && labels >= least_labels;
}

bool email_valid(const char *text)
{
	static const char marks[] = "!#$%&'*+-/=?^_`{|}~";
	const char *at = strchr(text, '@');
	size_t local = at ? (size_t)(at - text) : 0;

	if (!at || local < 1 || local > 64 || strlen(text) > EMAIL_MAX)
		return false;
	for (size_t i = 0; i < local; i++) {
		if (text[i] == '.' && (i == 0 || text[i - 1] == '.' || i == local - 1))
			return false;
		if (text[i] != '.' && !strchr(letters, text[i]) &&
		    !strchr(marks, text[i]))
			return false;
	}
	return host_valid(at + 1, strlen(at + 1), 2);
}

/* Printable ASCII without what a URL has to escape; % only before two hex digits. */
static bool characters_valid(const char *text)
{
	for (const char *at = text; *at; at++) {
		if (*at <= ' ' || *at > '~' || strchr("\"<>\\^`{|}", *at))
			return false;
		if (*at == '%' &&
		    (!isxdigit((unsigned char)at[1]) || !isxdigit((unsigned char)at[2])))
			return false;
	}
	return true;
}

static bool port_valid(const char *at, size_t length)
{
	long port = length > 1 && length < 7 ? strtol(at + 1, NULL, 10) : 0;

	if (length == 0)
		return true;
	return strspn(at + 1, "0123456789") == length - 1 && port > 0 && port < 65536;
}

/* An address in brackets: the characters of one, at least one colon. */
static bool literal_valid(const char *host, size_t length)
{
	size_t inner = strspn(host + 1, "0123456789abcdefABCDEF:.");

	return inner > 1 && inner + 2 == length && memchr(host, ':', length);
}

static bool authority_valid(const char *authority, size_t length)
{
	const char *bracket = *authority == '[' ? memchr(authority, ']', length) : NULL;
	const char *host_end = bracket ? bracket + 1 : memchr(authority, ':', length);
	size_t host = host_end ? (size_t)(host_end - authority) : length;

	if (host_end && host < length && *host_end != ':')
		return false;
	if (!port_valid(authority + host, length - host))
		return false;
	return bracket ? literal_valid(authority, host) : host_valid(authority, host, 1);
}

const char *url_fault(const char *text)
{
	size_t scheme = strncasecmp(text, "https://", 8) == 0  ? 8
			: strncasecmp(text, "http://", 7) == 0 ? 7
							       : 0;
	size_t length = scheme ? strcspn(text + scheme, "/?#") : 0;

	if (!scheme)
		return "is a web address that starts with https:// or http://";
	if (strlen(text) > URL_MAX)
		return "has at most 2000 characters";
	if (memchr(text + scheme, '@', length))
		return "holds no user name or password";
	if (!characters_valid(text))
		return "holds characters that a web address has to escape";
	if (!authority_valid(text + scheme, length))
		return "names no valid host";
	return NULL;
}
