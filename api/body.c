/* A request's body as JSON, refused before it can do harm. */
#include "api/body.h"
#include <string.h>
#include <strings.h>
#include "base/cleanup.h"

bool media_is(const char *content_type, const char *media)
{
	size_t length = strlen(media);

	if (!content_type || strncasecmp(content_type, media, length) != 0)
		return false;
	return !content_type[length] || strchr("; \t", content_type[length]);
}

static const struct problem *media_check(const struct request *request)
{
	bool patch = strcmp(request->method, "PATCH") == 0;

	if (media_is(request->content_type, "application/json"))
		return NULL;
	if (patch && media_is(request->content_type, "application/merge-patch+json"))
		return NULL;
	return problem(request->arena, PROBLEM_UNSUPPORTED_MEDIA, "Send the body as %s.",
		       patch ? "application/merge-patch+json or application/json"
			     : "application/json");
}

/* Depth is counted before the parser sees it: it would recurse on our stack. */
static bool depth_good(const char *body, size_t length)
{
	bool quoted = false;
	int depth = 0;

	for (size_t i = 0; i < length; i++) {
		if (quoted && body[i] == '\\')
			i++;
		else if (body[i] == '"')
			quoted = !quoted;
		else if (!quoted && (body[i] == '[' || body[i] == '{')) {
			if (++depth > DEPTH_MAX)
				return false;
		} else if (!quoted && (body[i] == ']' || body[i] == '}'))
			depth--;
	}
	return true;
}

/* The parser's own words may quote the body, which can hold a password: only what kind of
 * fault and where. */
static const struct problem *unparsed(const struct request *request,
				      const json_error_t *error)
{
	bool twice = json_error_code(error) == json_error_duplicate_key;

	return problem(request->arena, PROBLEM_BAD_JSON, "%s at line %d, column %d.",
		       twice ? "A name is there twice in one object" : "This is no JSON",
		       error->line, error->column);
}

const struct problem *body_read(const struct request *request, json_t **ret_body)
{
	const struct problem *err;
	json_error_t error;

	*ret_body = NULL;
	if (request->body_length == 0) {
		*ret_body = json_object();
		return NULL;
	}
	if ((err = media_check(request)))
		return err;
	if (!depth_good(request->body, request->body_length))
		return problem(request->arena, PROBLEM_BAD_JSON,
			       "The body is nested deeper than %d levels.", DEPTH_MAX);
	*ret_body = json_loadb(request->body, request->body_length,
			       JSON_REJECT_DUPLICATES, &error);
	if (!*ret_body)
		return unparsed(request, &error);
	if (!json_is_object(*ret_body))
		return problem(request->arena, PROBLEM_BAD_JSON,
			       "The body is no JSON object.");
	return NULL;
}

const struct problem *body_bytes(const struct request *request)
{
	if (!media_is(request->content_type, "application/octet-stream"))
		return problem(request->arena, PROBLEM_UNSUPPORTED_MEDIA,
			       "Send the body as application/octet-stream.");
	if (request->body_length == 0)
		return problem(request->arena, PROBLEM_INVALID, "There is no body.");
	return NULL;
}
