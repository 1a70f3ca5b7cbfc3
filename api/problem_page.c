/* The page behind the `type` of a problem: what it means and what to do. */
#include "api/problem_page.h"
#include <string.h>

/* Plain text: nothing in it needs an escape in HTML. */
static const struct {
	const char *means, *remedy;
} helps[PROBLEM_KIND_COUNT] = {
	[PROBLEM_BAD_REQUEST] = { "The request breaks a rule of HTTP, or its address or a "
				  "header can be read in two ways.",
				  "Mend the call as the detail says. Repeating it as it is "
				  "gives the same answer." },
	[PROBLEM_BAD_JSON] = { "The body is no JSON object, holds a name twice, or nests too "
			       "deep.",
			       "Send one JSON object in UTF-8." },
	[PROBLEM_BAD_QUERY] = { "A parameter is unknown here, given twice, or has a value it "
				"cannot take. None is ever ignored: a filter that vanished "
				"would widen a list.",
				"The member errors names the parameter. The contract lists "
				"what each address takes." },
	[PROBLEM_UNAUTHENTICATED] = { "There is no access token, or it has run out, or what "
				      "its person holds has changed since.",
				      "Refresh once, then repeat the call; when the refresh "
				      "fails as well, sign in." },
	[PROBLEM_SIGN_IN_FAILED] = { "The e-mail address, the password or the refresh token "
				     "is wrong, used up or locked after too many tries. "
				     "Which of them is not told.",
				     "Let the person try again, or wait some minutes." },
	[PROBLEM_SIGN_IN_AGAIN] = { "This needs a proof of who you are from the last 15 "
				    "minutes.",
				    "Ask for the password, sign in, and repeat the call." },
	[PROBLEM_FORBIDDEN] = { "You are known and may see this, but what you hold does not "
				"let you do it.",
				"Do not repeat it. GET /v1/me lists what you may do and how "
				"far; the actions of a row list what you may do with it." },
	[PROBLEM_NOT_FOUND] = { "There is nothing at this address, or nothing that you may "
				"see: the two look the same on purpose.",
				"Check the id and the tenant you are signed in to." },
	[PROBLEM_METHOD_NOT_ALLOWED] = { "The address is there, but not with this method.",
					 "The header Allow names the methods it has." },
	[PROBLEM_NOT_ACCEPTABLE] = { "The header Accept names no media type that this "
				     "address can answer in.",
				     "Leave Accept out, or name one that the contract "
				     "lists." },
	[PROBLEM_WRONG_STATE] = { "The row is in a state that this action does not leave, or "
				  "somebody moved it first.",
				  "Read it again: its actions say what can be done now." },
	[PROBLEM_BLOCKED] = { "The action is yours to take, but something is missing first.",
			      "The member blockers names every reason. GET of the row shows "
			      "the same before you try." },
	[PROBLEM_CONFLICTED] = { "It would be a conflict of interest: nobody decides on, "
				 "attests or grants what is their own.",
				 "Somebody else has to do it; the detail says who may." },
	[PROBLEM_ALREADY_EXISTS] = { "There is one already of what may be there only once.",
				     "Use the one that is there, or choose another value "
				     "for the field that errors names." },
	[PROBLEM_INTIMATE_IMAGERY] = { "The message is about nude or nearly nude images of a "
				       "child. The service takes no file of it and gives "
				       "none out, to anybody.",
				       "Never view, copy, print, share, store or save such "
				       "images: it is illegal. Report to the designated "
				       "safeguarding lead at once; if an adult is involved, "
				       "call the police. Describe in words what was found. "
				       "Delete nothing before you were advised." },
	[PROBLEM_IN_PROGRESS] = { "A request with the same Idempotency-Key is still being "
				  "worked on.",
				  "Wait a moment and repeat it with the same key." },
	[PROBLEM_STANDING_CHANGED] = { "This Idempotency-Key was used and its request done, but "
				       "what you hold has changed since, so the first answer "
				       "is not told again.",
				       "Read the row: it shows whether it stands as you want "
				       "it." },
	[PROBLEM_VERSION_CHANGED] = { "Somebody changed the row since you read it, or "
				      "If-Match is no ETag of it.",
				      "Read it again, show what changed, and send the new "
				      "ETag." },
	[PROBLEM_BODY_TOO_LARGE] = { "The body is larger than the service takes.",
				     "Send less; the detail says how much there may be." },
	[PROBLEM_FILE_TOO_LARGE] = { "The file is larger than the service keeps.",
				     "Make it smaller, for example by cutting out what shows "
				     "the matter; the detail says how large it may be." },
	[PROBLEM_UNSUPPORTED_MEDIA] = { "The body is of a media type that is not read here.",
					"Send application/json, for PATCH "
					"application/merge-patch+json, for a part of a file "
					"application/octet-stream." },
	[PROBLEM_FILE_REFUSED] = { "The file is of a kind that is not taken: by the type it "
				   "was announced with, or by what its bytes say it is. What "
				   "was sent of it is thrown away.",
				   "Send a picture, a PDF, plain text, sound or film in one of "
				   "the forms that the contract lists." },
	[PROBLEM_FILE_INFECTED] = { "The scanner found malware in the file. What was sent of "
				    "it is thrown away.",
				    "Do not open the file. Tell whoever looks after your "
				    "computers its name, which the detail says." },
	[PROBLEM_INVALID] = { "The body can be read, but some of its fields cannot be "
			      "accepted.",
			      "The member errors names every faulty field with a JSON "
			      "pointer: show them beside the fields." },
	[PROBLEM_KEY_REUSED] = { "This Idempotency-Key came before with another body or for "
				 "another address.",
				 "Make a new key for a new request." },
	[PROBLEM_VERSION_REQUIRED] = { "A change has to say which version it was made on, so "
				       "that nobody overwrites what they have not seen.",
				       "Send If-Match with the ETag you read." },
	[PROBLEM_TOO_MANY] = { "Too many calls of a costly kind came from your address.",
			       "Wait as many seconds as Retry-After says." },
	[PROBLEM_INTERNAL] = { "The fault is ours. Nothing of the call was kept.",
			       "Quote request_id to whoever runs the service. With an "
			       "Idempotency-Key the call may be repeated." },
	[PROBLEM_UNAVAILABLE] = { "The service or its database cannot answer for a moment.",
				  "Wait as many seconds as Retry-After says and repeat the "
				  "call, a POST with the same Idempotency-Key." },
};

static int kind_find(const char *slug)
{
	int kind = 0;

	while (kind < PROBLEM_KIND_COUNT && strcmp(problem_texts[kind].slug, slug) != 0)
		kind++;
	return kind;
}

static void page_html(struct answer *answer, int kind)
{
	const struct problem_text *text = &problem_texts[kind];

	buffer_printf(
		&answer->body,
		"<!DOCTYPE html>\n<html lang=\"en-GB\">\n<head><meta charset=\"utf-8\">"
		"<title>%s</title></head>\n<body>\n<h1>%s</h1>\n"
		"<p>HTTP status %d, <code>%s</code></p>\n"
		"<h2>What it means</h2>\n<p>%s</p>\n"
		"<h2>What to do</h2>\n<p>%s</p>\n</body>\n</html>\n",
		text->title, text->title, text->status, text->slug, helps[kind].means,
		helps[kind].remedy);
	answer->status = 200;
	answer->content_type = "text/html; charset=utf-8";
}

const struct problem *problem_page(struct call *call)
{
	int kind = kind_find(call_text(call, "slug"));

	if (kind == PROBLEM_KIND_COUNT || !helps[kind].means)
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "There is no problem of this name.");
	if (strcmp(call->answer->content_type, "text/html") == 0)
		page_html(call->answer, kind);
	else
		call_answer(call, 200,
			    json_pack("{s:s, s:s, s:i, s:s, s:s}", "slug",
				      problem_texts[kind].slug, "title",
				      problem_texts[kind].title, "status",
				      problem_texts[kind].status, "means",
				      helps[kind].means, "remedy", helps[kind].remedy));
	return NULL;
}
