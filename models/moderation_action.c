/* What was done to a post or its author, shown by a snapshot, explained to the audience,
 * and judged again when somebody objects (A9). */
#include "models/moderation_done.h"
#include "models/words.h"

static const struct field taking[] = {
	{ "taken_at", TIME, .past = true },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field snapping[] = {
	{ "snapshot_id", UUID },
	{ "no_snapshot_reason", ONE_OF, WORDS(words_no_snapshot) },
	{ "no_snapshot_words", LINE, .max = 500 },
	{ 0 },
};

static const struct field telling[] = {
	{ "public_reason", TEXT, .max = 2000 },
	{ "moderation_reason_id", UUID },
	{ "posted_at", TIME, .past = true },
	{ "public_reason_url", URL },
	{ 0 },
};

static const struct field explaining[] = {
	{ "reason", LINE, .required = true, .min = 3, .max = 500 },
	{ 0 },
};

static const struct field completing[] = {
	{ "close_message", FLAG },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field appealing[] = {
	{ "by", LINE, .required = true, .max = 200 },
	{ "text", TEXT, .required = true, .max = 5000 },
	{ "received_at", TIME, .required = true, .past = true },
	{ 0 },
};

static const struct field deciding[] = {
	{ "outcome", ONE_OF, .required = true, WORDS(words_appeal_outcome) },
	{ "reason", LINE, .required = true, .min = 3, .max = 500 },
	{ 0 },
};

static const struct field reporting[] = {
	{ "platform_reference", LINE, .max = 200 },
	{ "status", ONE_OF, .required = true, WORDS(words_report_status) },
	{ "reported_at", TIME, .required = true, .past = true },
	{ "chase_on", DATE, .required = true },
	{ 0 },
};

static const struct field report_changing[] = {
	{ "platform_reference", LINE, .max = 200 },
	{ "status", ONE_OF, WORDS(words_report_status) },
	{ "chase_on", DATE },
	{ "note", LINE, .max = 500 },
	{ 0 },
};

#define PLACES                                                                           \
	{ "school_id", "x.school_id", UUID }, { "channel_id", "x.channel_id", UUID },    \
		{ "message_id", "x.message_id", UUID },                                  \
		{ "ordering_body", "x.ordering_body", ONE_OF,                            \
		  WORDS(words_removal_body) },                                           \
	{                                                                                \
		"kind", "x.kind", ONE_OF, WORDS(words_moderation_kind)                   \
	}

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			PLACES,
			{ "state", "x.state", ONE_OF, WORDS(words_moderation_state) },
			{ "reason", "moderation_told(x)", ONE_OF,
			  WORDS(words_moderation_told) },
			{ "taken_at", "x.taken_at", TIME, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "x.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "x.id",
};

static const struct listing chase_listing = {
	.filters =
		(const struct filter[]){
			PLACES,
			{ "status", "r.status", ONE_OF, WORDS(words_report_status) },
			{ "due_on", "r.chase_on", DATE, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "chase_on", "r.chase_on", DATE },
			{ 0 },
		},
	.id = "r.id",
};

static const struct route routes[] = {
	{ "GET", "/v1/moderation-actions", MODERATION_READ, .sql = q_moderation_list,
	  .list = &listing },
	{ "GET", "/v1/moderation-actions/chase", MODERATION_READ,
	  .sql = q_moderation_chase, .list = &chase_listing },
	{ "GET", "/v1/moderation-actions/:id", MODERATION_READ, .sql = q_moderation_get },
	{ "GET", "/v1/moderation-actions/:id/history", MODERATION_READ,
	  .sql = q_moderation_history, .whole = true },
	{ "POST", "/v1/moderation-actions", MODERATE, .sql = q_moderation_add,
	  .body = moderation_recording, .handle = moderation_record, .status = 201 },
	{ "POST", "/v1/moderation-actions/:id/reports", MODERATE,
	  .sql = q_moderation_report_add, .handle = resource_part, .body = reporting,
	  .provides = part_provides },
	{ "POST", "/v1/moderation-actions/:id/reports/:report_id/update", MODERATE,
	  .sql = q_moderation_report_update, .handle = resource_part,
	  .body = report_changing, .provides = part_provides },
	{ 0 },
};

static const char *const gives_courtesy[] = { "courtesy", NULL };
static const char *const gives_appeal[] = { "appeal_id", NULL };

static const struct step flow[] = {
	{ "take", "{open}", "taken", MODERATE, "It was done", .body = taking,
	  .handle = moderation_take },
	{ "record_snapshot", "{open,taken,appealed}", NULL, MODERATE,
	  "Name its snapshot, or why there is none", .body = snapping,
	  .handle = moderation_snapshot },
	{ "post_reason", "{open,taken,complete,appealed}", NULL, MODERATE,
	  "The audience was told why", .body = telling, .handle = moderation_tell },
	{ "waive", "{open,taken,appealed}", NULL, MODERATION_WAIVE,
	  "Tell the audience nothing", .body = explaining },
	{ "complete", "{taken}", "complete", MODERATE, "Complete",
	  .gate = q_moderation_unfinished, .body = completing,
	  .handle = moderation_complete, .provides = gives_courtesy },
	{ "withdraw", "{open}", "withdrawn", MODERATE, "It will not be done",
	  .body = explaining },
	{ "appeal", "{taken,complete}", "appealed", MODERATE, "Record an appeal",
	  .body = appealing, .handle = moderation_appeal, .provides = gives_appeal },
	{ "decide_appeal", "{appealed}", NULL, MODERATION_APPEAL, "Decide the appeal",
	  .gate = q_moderation_partial, .body = deciding, .handle = moderation_decide },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "moderation_action_not_personal", PROBLEM_CONFLICTED, NULL,
	  "Nobody moderates what is aimed at themselves: somebody else does." },
	{ "moderation_action_safety", PROBLEM_INVALID, "/no_snapshot_words",
	  "say what safety asks for" },
	{ "moderation_action_past", PROBLEM_INVALID, "/taken_at", "is now or earlier" },
	{ "moderation_report_past", PROBLEM_INVALID, "/reported_at",
	  "is now or earlier" },
	{ "moderation_appeal_past", PROBLEM_INVALID, "/received_at",
	  "is now or earlier" },
	{ "moderation_appeal_open", PROBLEM_WRONG_STATE, NULL,
	  "Somebody has just recorded an appeal." },
	{ 0 },
};

const struct resource moderation_action = {
	.name = "moderation_action",
	.path = "/v1/moderation-actions",
	.read = MODERATION_READ,
	.get = q_moderation_get,
	.move = q_moderation_move,
	.routes = routes,
	.flow = flow,
	.constraints = constraints,
};
