/* What is said about a school in public (R1), and what came of it (R2, R3). Nobody's mood
 * is measured, and nobody is looked at a second time without an authorisation (M9). */
#include "models/resource.h"
#include "models/words.h"

static const struct field recording[] = {
	{ "school_id", UUID },
	{ "url", URL, .required = true },
	{ "platform", LINE, .required = true, .max = 40 },
	{ "author_handle", LINE, .max = 253 },
	{ "excerpt", TEXT, .required = true, .max = 5000 },
	{ "public", FLAG, .required = true },
	{ "watch_term_id", UUID },
	{ "authorisation_id", UUID },
	{ "action_taken", ONE_OF, .required = true, WORDS(words_mention_action) },
	{ "playbook_reference", LINE, .max = 200 },
	{ "found_at", TIME },
	{ 0 },
};

static const struct field closing[] = {
	{ "action_taken", ONE_OF, WORDS(words_mention_action) },
	{ "playbook_reference", LINE, .max = 200 },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "m.school_id", UUID },
			{ "state", "m.state", ONE_OF, WORDS(words_mention_state) },
			{ "action_taken", "m.action_taken", ONE_OF,
			  WORDS(words_mention_action) },
			{ "platform", "m.platform", LINE },
			{ "watch_term_id", "m.watch_term_id", UUID },
			{ "found_at", "m.found_at", TIME, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "m.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "m.id",
};

static const struct route routes[] = {
	{ "GET", "/v1/mentions", MENTION_READ, .sql = q_mention_list, .list = &listing },
	{ "GET", "/v1/mentions/:id", MENTION_READ, .sql = q_mention_get },
	{ "GET", "/v1/mentions/:id/history", MENTION_READ, .sql = q_mention_history,
	  .whole = true },
	{ "POST", "/v1/mentions", MENTION_RECORD, .sql = q_mention_record,
	  .body = recording, .status = 201 },
	{ 0 },
};

static const struct step flow[] = {
	{ "close", "{open}", "closed", MENTION_CLOSE, "Close", .body = closing },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "mention_playbook", PROBLEM_INVALID, "/playbook_reference",
	  "says by which line of the playbook it is answered" },
	{ "mention_platform_fkey", PROBLEM_INVALID, "/platform",
	  "is no platform of /v1/platforms" },
	{ "mention_second_look", PROBLEM_WRONG_STATE, NULL,
	  "Somebody has recorded this author before: a second look at one person needs a "
	  "recorded authorisation with an expiry (/v1/monitoring-authorisations), named "
	  "as authorisation_id." },
	{ 0 },
};

const struct resource mention = {
	.name = "mention",
	.path = "/v1/mentions",
	.read = MENTION_READ,
	.get = q_mention_get,
	.move = q_mention_move,
	.routes = routes,
	.flow = flow,
	.constraints = constraints,
};
