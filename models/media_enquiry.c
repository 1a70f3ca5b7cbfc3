/* What the press asks (J1, J2): logged by anybody, answered by nobody before a leader has
 * approved the words. */
#include <string.h>
#include "models/flow.h"
#include "models/words.h"

static const struct field logging[] = {
	{ "school_id", UUID },
	{ "outlet", LINE, .required = true, .min = 2, .max = 200 },
	{ "journalist_name", LINE, .max = 200 },
	{ "contact", LINE, .max = 500 },
	{ "medium", ONE_OF, .required = true, WORDS(words_enquiry_medium) },
	{ "about", TEXT, .required = true, .min = 3, .max = 5000 },
	{ "about_url", URL },
	{ "channel_id", UUID },
	{ "deadline_at", TIME },
	{ "received_at", TIME },
	{ 0 },
};

static const struct field approving[] = {
	{ "approved_words", TEXT, .required = true, .min = 3, .max = 5000 },
	{ "spokesperson", LINE, .required = true, .min = 2, .max = 200 },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field explaining[] = {
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field declining[] = {
	{ "reason", LINE, .required = true, .min = 3, .max = 500 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "e.school_id", UUID },
			{ "state", "e.state", ONE_OF, WORDS(words_enquiry_state) },
			{ "medium", "e.medium", ONE_OF, WORDS(words_enquiry_medium) },
			{ "channel_id", "e.channel_id", UUID },
			{ "received_at", "e.received_at", TIME, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "e.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "e.id",
};

/* J2: where the rule is to report and not to answer, only who decides answers. */
static bool may_respond(struct call *call, const PGresult *row)
{
	struct reach decide = policy_reach(call->arena, call->me, MEDIA_ENQUIRY_DECIDE);

	return strcmp(row_text(row, 0, "journalist_rule"), "follow_media_policy") == 0 ||
	       row_covered(&decide, row, "_own");
}

static const struct route routes[] = {
	{ "GET", "/v1/media-enquiries", MEDIA_ENQUIRY_READ, .sql = q_media_enquiry_list,
	  .list = &listing },
	{ "GET", "/v1/media-enquiries/:id", MEDIA_ENQUIRY_READ,
	  .sql = q_media_enquiry_get },
	{ "GET", "/v1/media-enquiries/:id/history", MEDIA_ENQUIRY_READ,
	  .sql = q_media_enquiry_history, .whole = true },
	{ "POST", "/v1/media-enquiries", MEDIA_ENQUIRY_LOG, .sql = q_media_enquiry_log,
	  .body = logging, .status = 201 },
	{ 0 },
};

static const struct step flow[] = {
	{ "approve", "{received}", "approved", MEDIA_ENQUIRY_DECIDE, "Approve the words",
	  .gate = q_media_enquiry_second, .body = approving },
	{ "respond", "{received,approved}", "responded", MEDIA_ENQUIRY_RESPOND,
	  "Record the answer", .gate = q_media_enquiry_unapproved, .permits = may_respond,
	  .body = explaining },
	{ "decline", "{received,approved}", "declined", MEDIA_ENQUIRY_DECIDE,
	  "Decline to answer", .body = declining },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "media_enquiry_four_eyes", PROBLEM_CONFLICTED, NULL,
	  "Whoever logged an enquiry does not approve the words." },
	{ 0 },
};

const struct resource media_enquiry = {
	.name = "media_enquiry",
	.path = "/v1/media-enquiries",
	.read = MEDIA_ENQUIRY_READ,
	.get = q_media_enquiry_get,
	.move = q_media_enquiry_move,
	.routes = routes,
	.flow = flow,
	.constraints = constraints,
};
