/* The register of channels (A1, A2). */
#include "models/channel_check.h"
#include "models/handle_claim.h"
#include "models/operators.h"
#include "models/words.h"

static const struct field recording[] = {
	{ "school_id", UUID },
	{ "platform", LINE, .required = true, .max = 40 },
	{ "handle", LINE, .max = 253 },
	{ "display_name", LINE, .max = 200 },
	{ "url", URL },
	{ "kind", ONE_OF, WORDS(words_channel_kind) },
	{ "visibility", ONE_OF, WORDS(words_visibility) },
	{ "audience", LINE, .max = 500 },
	{ "purpose", ONE_OF, WORDS(words_purpose) },
	{ "purpose_detail", TEXT, .max = 2000 },
	{ "declared", ONE_OF, WORDS(words_declared) },
	{ "involves_pupils", FLAG },
	{ "pre_moderated", FLAG },
	{ "reply_mode", ONE_OF, WORDS(words_reply_mode) },
	{ "website_linked_on", DATE, .past = true },
	{ "privacy_notice_on", DATE, .past = true },
	{ "account_created_on", DATE, .past = true },
	{ "owner_name", LINE, .max = 200 },
	{ "owner_contact", LINE, .max = 500 },
	{ "operators", OBJECTS, .fields = operator_fields, .max = 20 },
	{ "reason", LINE, .required = true, .min = 3, .max = 500 },
	{ 0 },
};

static const struct field changing[] = {
	{ "platform", LINE, .max = 40 },
	{ "handle", LINE, .clearable = true, .max = 253 },
	{ "display_name", LINE, .clearable = true, .max = 200 },
	{ "url", URL, .clearable = true },
	{ "kind", ONE_OF, .clearable = true, WORDS(words_channel_kind) },
	{ "visibility", ONE_OF, .clearable = true, WORDS(words_visibility) },
	{ "audience", LINE, .clearable = true, .max = 500 },
	{ "purpose", ONE_OF, .clearable = true, WORDS(words_purpose) },
	{ "purpose_detail", TEXT, .clearable = true, .max = 2000 },
	{ "declared", ONE_OF, WORDS(words_declared) },
	{ "owner_name", LINE, .clearable = true, .max = 200 },
	{ "owner_contact", LINE, .clearable = true, .max = 500 },
	{ "involves_pupils", FLAG },
	{ "pre_moderated", FLAG },
	{ "reply_mode", ONE_OF, WORDS(words_reply_mode) },
	{ "website_linked_on", DATE, .clearable = true, .past = true },
	{ "privacy_notice_on", DATE, .clearable = true, .past = true },
	{ 0 },
};

/* O8: what has been looked at on the account itself; each is a
 * statement of the caller. */
static const struct field activating[] = {
	{ "settings_checked", LIST, .required = true, .of = ONE_OF,
	  WORDS(words_settings_checked), .min = 5 },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field closing[] = {
	{ "reason", LINE, .required = true, .min = 3, .max = 500 },
	{ 0 },
};

static const struct field reviewing[] = {
	{ "reviewed_on", DATE, .past = true },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

/* P11: to one of three; a new holder of a post or team inherits what it was given. */
static const struct field granting[] = {
	{ "access", ONE_OF, .required = true, WORDS(words_access) },
	{ "person_id", UUID },
	{ "post_id", UUID },
	{ "team_id", UUID },
	{ "from_on", DATE },
	{ "until_on", DATE },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field quality_of[] = {
	{ "school_id", UUID },
	{ "flag", LINE, .max = 100 },
	{ 0 },
};

static const struct field notice_of[] = {
	{ "school_id", UUID },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "c.school_id", UUID },
			{ "state", "c.state", ONE_OF, WORDS(words_channel_state) },
			{ "platform", "c.platform", LINE },
			{ "kind", "c.kind", ONE_OF, WORDS(words_channel_kind) },
			{ "visibility", "c.visibility", ONE_OF, WORDS(words_visibility) },
			{ "declared", "c.declared", ONE_OF, WORDS(words_declared) },
			{ "involves_pupils", "c.involves_pupils", FLAG },
			{ "handle", "c.handle_key", LINE },
			{ "flag", "r.flags", LINE, .within = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "c.created_at", TIME },
			{ 0 },
		},
	.id = "c.id",
	.changed = "c.changed_xid",
	.search = &(const struct search){ "channel_word", "channel_id" },
};

static const struct problem *record(struct call *call)
{
	const struct problem *err = resource_insert(call, q_channel_record);

	if (!err)
		err = handle_claim_judge(call, call_text(call, "id"));
	return err ? err : resource_created(call);
}

/* Only what makes a channel claim its handle can be refused because of it. */
static const struct problem *change(struct call *call)
{
	const struct problem *err = resource_update(call, q_channel_change);

	if (!err && (call_flag(call, "has_platform") || call_flag(call, "has_handle") ||
		     call_flag(call, "has_declared")))
		err = handle_claim_judge(call, call_text(call, "id"));
	return err ? err : resource_show(call);
}

static const struct problem *grant(struct call *call)
{
	int holders = !!call_text(call, "person_id") + !!call_text(call, "post_id") +
		      !!call_text(call, "team_id");

	if (holders != 1)
		return problem_field(call->arena, "/person_id",
				     "name one of person_id, post_id and team_id");
	return resource_part(call);
}

static const struct route routes[] = {
	{ "GET", "/v1/channels", CHANNEL_READ, .sql = q_channel_list, .list = &listing },
	{ "GET", "/v1/channels/register", CHANNEL_READ, .sql = q_channel_register,
	  .whole = true, .media = MEDIA_CSV_ONLY },
	{ "GET", "/v1/channels/quality", CHANNEL_READ, .sql = q_channel_quality,
	  .query = quality_of, .whole = true },
	{ "GET", "/v1/channels/privacy-notice", CHANNEL_READ,
	  .sql = q_channel_privacy_notice, .query = notice_of, .media = MEDIA_WORDS },
	{ "GET", "/v1/channels/:id", CHANNEL_READ, .sql = q_channel_get },
	{ "GET", "/v1/channels/:id/history", CHANNEL_READ, .sql = q_channel_history,
	  .whole = true },
	{ "GET", "/v1/channels/:id/grants", CHANNEL_READ, .sql = q_channel_grants,
	  .whole = true },
	{ "POST", "/v1/channels/:id/grants", CHANNEL_GRANT, .sql = q_channel_grant_add,
	  .handle = grant, .body = granting, .provides = part_provides },
	{ "POST", "/v1/channels/:id/grants/:grant_id/end", CHANNEL_GRANT,
	  .sql = q_channel_grant_end, .handle = resource_part, .body = part_ending },
	{ "GET", "/v1/channels/:id/checks", CHANNEL_CHECK_READ,
	  .sql = q_channel_check_list_of, .list = &channel_check_listing },
	{ "POST", "/v1/channels/:id/checks", CHANNEL_CHECK_RECORD,
	  .sql = q_channel_check_add, .handle = channel_check_add,
	  .body = channel_checking, .provides = channel_check_provides, .status = 201 },
	{ "POST", "/v1/channels", CHANNEL_RECORD, .sql = q_channel_record,
	  .body = recording, .handle = record, .status = 201 },
	{ "PATCH", "/v1/channels/:id", CHANNEL_WRITE, .sql = q_channel_change,
	  .body = changing, .handle = change, .if_match = true },
	{ 0 },
};

/* H16: SLT closes at any time; the operators have no veto. */
static const struct step flow[] = {
	{ "activate", "{approved}", "active", CHANNEL_ACTIVATE, "Activate",
	  .gate = q_channel_unlisted, .body = activating },
	{ "review", "{proposed,approved,active,suspended,handover}", NULL, CHANNEL_REVIEW,
	  "Record a review", .body = reviewing },
	{ "close", "{proposed,approved,active,suspended,handover}", "closed",
	  CHANNEL_CLOSE, "Close", .body = closing },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "channel_handle_said", PROBLEM_INVALID, "/handle", "holds nothing but @" },
	{ "channel_handle", PROBLEM_ALREADY_EXISTS, "/handle", HANDLE_TAKEN },
	{ "channel_grant_not_to_self", PROBLEM_CONFLICTED, NULL,
	  "Nobody grants access to themselves: ask a colleague." },
	{ "channel_platform_fkey", PROBLEM_INVALID, "/platform",
	  "is no platform of /v1/platforms" },
	{ 0 },
};

const struct resource channel = {
	.name = "channel",
	.path = "/v1/channels",
	.read = CHANNEL_READ,
	.get = q_channel_get,
	.move = q_channel_move,
	.routes = routes,
	.flow = flow,
	.constraints = constraints,
	.gates_rare = true, /* only a channel on its way to its first activation */
};
