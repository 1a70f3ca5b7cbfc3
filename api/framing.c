/* Reads a request's headers as they came, and refuses what two readers could read in two
 * ways: a proxy in front that reads them otherwise lets one user's request end in
 * another's. */
#include "api/framing.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>
#include "api/server.h"

/* What the library keeps for each header, cookie and parameter; what an answer's headers
 * may need. */
enum { NODE_SIZE = 64, ANSWER_ROOM = 1536 };

/* A list may come in several lines, which mean the same as one; anything else may not. */
enum repeat { ONCE, JOIN_COMMA, JOIN_SEMICOLON };

static const struct wanted {
	const char *name;
	bool framing; /* in struct framing, else in struct request */
	size_t place;
	enum repeat repeat;
} wanted[] = {
#define FRAMING(name, member, repeat)                                                    \
	{                                                                                \
		name, true, offsetof(struct framing, member), repeat                     \
	}
#define REQUEST(name, member, repeat)                                                    \
	{                                                                                \
		name, false, offsetof(struct request, member), repeat                    \
	}
	FRAMING("Host", host, ONCE),
	FRAMING("Content-Length", content_length, ONCE),
	FRAMING("Transfer-Encoding", transfer_encoding, ONCE),
	FRAMING("X-Request-Id", request_id, ONCE),
	FRAMING("traceparent", traceparent, ONCE),
	FRAMING("X-Forwarded-For", forwarded_for, JOIN_COMMA),
	REQUEST("Access-Control-Request-Method", preflight_method, ONCE),
	REQUEST("Authorization", authorization, ONCE),
	REQUEST("Content-Type", content_type, ONCE),
	REQUEST("Idempotency-Key", idempotency_key, ONCE),
	REQUEST("Origin", origin, ONCE),
	REQUEST("Accept", accept, JOIN_COMMA),
	REQUEST("If-Match", if_match, JOIN_COMMA),
	REQUEST("If-None-Match", if_none_match, JOIN_COMMA),
	REQUEST("Cookie", cookie, JOIN_SEMICOLON),
#undef FRAMING
#undef REQUEST
};

struct reading {
	struct request *request;
	struct framing *framing;
	const struct problem *fault;
};

static const struct problem *refuse(struct request *request, const char *name,
				    const char *why)
{
	struct problem *bad =
		problem(request->arena, PROBLEM_BAD_REQUEST, "%s%s.", name, why);

	bad->close = true;
	return bad;
}

static bool token_valid(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (!isascii(text[i]) || (!isalnum((unsigned char)text[i]) &&
					  !strchr("!#$%&'*+-.^_`|~", text[i])))
			return false;
	return length > 0;
}

static bool value_valid(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if (((unsigned char)text[i] < ' ' && text[i] != '\t') || text[i] == 0x7f)
			return false;
	return true;
}

static const struct wanted *wanted_find(const char *name, size_t length)
{
	for (size_t i = 0; i < COUNT_OF(wanted); i++)
		if (strlen(wanted[i].name) == length &&
		    strncasecmp(wanted[i].name, name, length) == 0)
			return &wanted[i];
	return NULL;
}

static const struct problem *header_take(struct reading *reading,
					 const struct wanted *header, const char *text,
					 size_t length)
{
	struct arena *arena = reading->request->arena;
	void *base =
		header->framing ? (void *)reading->framing : (void *)reading->request;
	const char **place = (const char **)((char *)base + header->place);

	if (*place && header->repeat == ONCE)
		return refuse(reading->request, header->name, " is given more than once");
	text = arena_copy_n(arena, text, length);
	if (*place)
		text = arena_printf(arena, "%s%s%s", *place,
				    header->repeat == JOIN_COMMA ? ", " : "; ", text);
	*place = text;
	return NULL;
}

static enum MHD_Result header_read(void *data, enum MHD_ValueKind kind, const char *name,
				   size_t name_length, const char *text, size_t length)
{
	struct reading *reading = data;
	const struct wanted *header;

	(void)kind;
	if (!token_valid(name, name_length))
		reading->fault =
			refuse(reading->request, "", "A header has no proper name");
	else if (!value_valid(text ? text : "", length))
		reading->fault = refuse(reading->request, "",
					"A header holds a control character");
	else if ((header = wanted_find(name, name_length)))
		reading->fault = header_take(reading, header, text ? text : "", length);
	return reading->fault ? MHD_NO : MHD_YES;
}

static enum MHD_Result value_weigh(void *data, enum MHD_ValueKind kind, const char *name,
				   size_t name_length, const char *text, size_t length)
{
	size_t *weight = data;

	(void)name, (void)text;
	*weight += NODE_SIZE;
	if (kind != MHD_GET_ARGUMENT_KIND) /* it stands in the address */
		*weight += name_length + length + strlen(": \r\n");
	return MHD_YES;
}

/* A request is carried out only when there is room left to answer it: the library would
 * close the connection without a word afterwards. */
static bool answer_fits(struct MHD_Connection *connection, const struct request *request)
{
	size_t weight = strlen(request->path);

	if (request->query)
		weight += strlen(request->query);
	MHD_get_connection_values_n(
		connection, MHD_HEADER_KIND | MHD_COOKIE_KIND | MHD_GET_ARGUMENT_KIND,
		value_weigh, &weight);
	return weight <= CONNECTION_MEMORY - ANSWER_ROOM;
}

static bool host_valid(const char *host)
{
	static const char others[] = "-._~%:[]!$&'()*+,;="; /* RFC 3986, section 3.2.2 */

	for (const char *at = host; *at; at++)
		if (!isascii(*at) ||
		    (!isalnum((unsigned char)*at) && !strchr(others, *at)))
			return false;
	return *host && !strchr(host, ',');
}

const struct problem *framing_read(struct MHD_Connection *connection,
				   const char *protocol, struct request *request,
				   struct framing *framing)
{
	struct reading reading = { .request = request, .framing = framing };
	const char *length, *encoding;

	MHD_get_connection_values_n(connection, MHD_HEADER_KIND, header_read, &reading);
	if (reading.fault)
		return reading.fault;
	if (!answer_fits(connection, request))
		return refuse(request, "", "The address and the headers are too long");
	length = framing->content_length;
	encoding = framing->transfer_encoding;
	if (strcmp(protocol, "HTTP/1.1") != 0 && strcmp(protocol, "HTTP/1.0") != 0)
		return refuse(request, "", "Only HTTP/1.1 and HTTP/1.0 are spoken here");
	if (!framing->host || !host_valid(framing->host))
		return refuse(request, "", "Exactly one Host is needed");
	if (encoding && length)
		return refuse(request, "",
			      "Transfer-Encoding and Content-Length exclude each other");
	if (encoding && (strcasecmp(encoding, "chunked") != 0 || protocol[7] == '0'))
		return refuse(request, "Transfer-Encoding", " may only be chunked");
	if (length && (!*length || strspn(length, "0123456789") != strlen(length)))
		return refuse(request, "Content-Length", " is no number");
	return NULL;
}

bool request_id_good(const char *text)
{
	size_t length = text ? strlen(text) : 0;

	for (size_t i = 0; i < length; i++)
		if (!isascii(text[i]) ||
		    (!isalnum((unsigned char)text[i]) && !strchr("._-", text[i])))
			return false;
	return length >= 8 && length <= 64;
}

static bool hex_part(const char *text, size_t length, bool may_be_zero)
{
	return strspn(text, "0123456789abcdef") >= length &&
	       (may_be_zero || strspn(text, "0") < length);
}

bool traceparent_good(const char *text)
{
	return text && strlen(text) == 55 && memcmp(text, "00-", 3) == 0 &&
	       hex_part(text + 3, 32, false) && text[35] == '-' &&
	       hex_part(text + 36, 16, false) && text[52] == '-' &&
	       hex_part(text + 53, 2, true);
}
