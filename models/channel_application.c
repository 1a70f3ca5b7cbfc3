/* Account approval (A3): a business case, other eyes that decide, a recorded account. */
#include "base/id.h"
#include "models/handle_claim.h"
#include "models/operators.h"
#include "models/words.h"

static const struct field content[] = {
	{ "school_id", UUID, .fixed = true },
	{ "applicant_id", UUID, .fixed = true },
	{ "platform", LINE, .required = true, .max = 40 },
	{ "proposed_name", LINE, .required = true, .min = 2, .max = 200 },
	{ "proposed_handle", LINE, .clearable = true, .max = 253 },
	{ "kind", ONE_OF, .required = true, WORDS(words_channel_kind) },
	{ "aim", TEXT, .clearable = true, .max = 2000 },
	{ "audience", TEXT, .clearable = true, .max = 500 },
	{ "promotion", TEXT, .clearable = true, .max = 2000 },
	{ "visibility", ONE_OF, .clearable = true, WORDS(words_visibility) },
	{ "purpose", ONE_OF, .clearable = true, WORDS(words_purpose) },
	{ "purpose_detail", TEXT, .clearable = true, .max = 2000 },
	{ "other_communication_methods", TEXT, .clearable = true, .max = 2000 },
	{ "involves_pupils", FLAG },
	{ "pupils_justification", TEXT, .clearable = true, .max = 2000 },
	{ "assessment_id", UUID, .clearable = true },
	{ "operators", OBJECTS, .fields = operator_fields, .max = 20 },
	{ 0 },
};

static const struct field explaining[] = {
	{ "reason", TEXT, .max = 2000 },
	{ 0 },
};

static const struct field deciding[] = {
	{ "reason", TEXT, .required = true, .min = 3, .max = 2000 },
	{ 0 },
};

static const struct field excluding[] = {
	{ "person_id", UUID, .required = true },
	{ "reason", TEXT, .required = true, .min = 3, .max = 2000 },
	{ 0 },
};

static const struct field recording[] = {
	{ "handle", LINE, .required = true, .max = 253 },
	{ "url", URL, .required = true },
	{ "display_name", LINE, .max = 200 },
	{ "account_created_on", DATE, .required = true, .past = true },
	{ "privacy_notice_on", DATE, .past = true },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "a.school_id", UUID },
			{ "state", "a.state", ONE_OF, WORDS(words_application_state) },
			{ "applicant_id", "a.applicant_id", UUID },
			{ "platform", "a.platform", LINE },
			{ "kind", "a.kind", ONE_OF, WORDS(words_channel_kind) },
			{ "submitted_at", "a.submitted_at", TIME, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "a.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "a.id",
	.changed = "a.changed_xid",
};

/* Waiting longest first (P7). */
static const struct listing inbox_listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "a.school_id", UUID },
			{ "state", "a.state", ONE_OF, WORDS(words_application_state) },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "waiting_since", "a.waiting_since", TIME },
			{ 0 },
		},
	.id = "a.id",
};

static const struct problem *inbox(struct call *call)
{
	call_set_reach(call, "record", ACCOUNT_RECORD);
	return resource_list(call, call->route->sql);
}

static const struct problem *draft(struct call *call)
{
	return resource_create(call, q_application_draft,
			       call_text(call, "operators") ? q_application_operators_set
							    : Q_NONE);
}

static const struct problem *change(struct call *call)
{
	const struct problem *err = resource_update(call, q_application_change);

	if (!err && call_flag(call, "has_operators")) {
		err = run(call, q_application_operators_clear, NULL);
		if (!err)
			err = run(call, q_application_operators_set, NULL);
	}
	return err ? err : resource_show(call);
}

/* Files what is submitted as a revision of its own, then moves (P4). */
static const struct problem *file(struct call *call)
{
	const PGresult *filed;
	const struct problem *err = run(call, q_application_file, &filed);

	if (err)
		return err;
	if (row_count(filed) == 0)
		return changed_first(call);
	call_set(call, "to_revision", row_text(filed, 0, "revision"));
	return flow_move(call);
}

/* The chain, not the caller, says whether an approval is the last one. That nobody
 * decides on their own application was said by the gate; the constraint
 * application_four_eyes keeps it true. */
static const struct problem *decide(struct call *call)
{
	const struct problem *err;
	const PGresult *decided;
	char id[ID_SIZE];

	id_new(id);
	call_set(call, "decision_id", arena_copy(call->arena, id));
	if ((err = run(call, q_application_record_decision, &decided)))
		return err;
	if (row_count(decided) == 0)
		return changed_first(call);
	call_set(call, "to", row_text(decided, 0, "to_state"));
	call_set(call, "to_step", row_text(decided, 0, "to_step"));
	return flow_move(call);
}

static const struct problem *record_account(struct call *call)
{
	const struct problem *err;
	const PGresult *made;
	char id[ID_SIZE];

	id_new(id);
	call_set(call, "channel_id", arena_copy(call->arena, id));
	if ((err = run(call, q_application_account, &made)))
		return err;
	if (row_count(made) == 0)
		return changed_first(call);
	err = handle_claim_judge(call, call_text(call, "channel_id"));
	return err ? err : flow_move(call);
}

static const struct problem *exclude(struct call *call)
{
	const struct problem *err = resource_insert(call, q_application_exclude);

	return err ? err : flow_move(call);
}

/* Whoever is named may refuse, and then judge again: nobody is made an operator. */
static const struct problem *step_down(struct call *call)
{
	const PGresult *gone;
	const struct problem *err = run(call, q_application_step_down, &gone);

	if (!err && row_count(gone) == 0)
		err = changed_first(call);
	return err ? err : flow_move(call);
}

static const char *const gives_revision[] = { "to_revision", NULL };
static const char *const gives_decision[] = { "decision_id", "to_step", NULL };
static const char *const gives_channel[] = { "channel_id", NULL };
static const char *const gives_record[] = { "record_tenant", "record_schools", NULL };

static const struct route routes[] = {
	{ "GET", "/v1/channel-applications", APPLICATION_READ, .sql = q_application_list,
	  .list = &listing },
	{ "GET", "/v1/channel-applications/inbox", APPLICATION_READ,
	  .sql = q_application_inbox, .list = &inbox_listing, .handle = inbox,
	  .provides = gives_record },
	{ "GET", "/v1/channel-applications/:id", APPLICATION_READ,
	  .sql = q_application_get },
	{ "GET", "/v1/channel-applications/:id/readiness", APPLICATION_READ,
	  .sql = q_application_readiness },
	{ "GET", "/v1/channel-applications/:id/history", APPLICATION_READ,
	  .sql = q_application_history, .whole = true },
	{ "GET", "/v1/channel-applications/:id/revisions", APPLICATION_READ,
	  .sql = q_application_revisions, .whole = true },
	{ "POST", "/v1/channel-applications", APPLICATION_DRAFT,
	  .sql = q_application_draft, .body = content, .handle = draft, .status = 201 },
	{ "PATCH", "/v1/channel-applications/:id", APPLICATION_EDIT,
	  .sql = q_application_change, .body = content, .handle = change,
	  .if_match = true },
	{ 0 },
};

/* Each row is POST /v1/channel-applications/{id}/<action>. */
static const struct step flow[] = {
	{ "submit", "{draft}", "submitted", APPLICATION_EDIT, "Submit",
	  .gate = q_application_unfinished, .body = explaining, .handle = file,
	  .provides = gives_revision },
	{ "ask", "{submitted}", "more_information", APPLICATION_DECIDE,
	  "Ask for more information", .gate = q_application_undecidable,
	  .body = deciding },
	{ "answer", "{more_information}", "submitted", APPLICATION_EDIT, "Answer",
	  .gate = q_application_unfinished, .body = explaining, .handle = file,
	  .provides = gives_revision },
	{ "approve", "{submitted}", "approved", APPLICATION_DECIDE, "Approve",
	  .gate = q_application_unready, .body = deciding, .handle = decide,
	  .provides = gives_decision },
	{ "reject", "{submitted}", "rejected", APPLICATION_DECIDE, "Reject",
	  .gate = q_application_undecidable, .body = deciding, .handle = decide,
	  .provides = gives_decision },
	{ "revise", "{rejected}", "draft", APPLICATION_EDIT, "Revise",
	  .body = explaining },
	{ "withdraw", "{draft,submitted,more_information,approved,rejected}", "withdrawn",
	  APPLICATION_EDIT, "Withdraw", .body = explaining },
	{ "record_account", "{approved}", "account_created", ACCOUNT_RECORD,
	  "Record the created account", .body = recording, .handle = record_account,
	  .provides = gives_channel },
	{ "exclude", "{submitted,more_information}", NULL, APPLICATION_EXCLUDE,
	  "Exclude somebody with a conflict of interest", .gate = q_application_partial,
	  .body = excluding, .handle = exclude },
	{ "step_down", "{draft,submitted,more_information}", NULL, APPLICATION_STEP_DOWN,
	  "Step down as an operator", .own = "_operating",
	  .done = q_application_stepped_down, .body = explaining, .handle = step_down },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "channel_application_platform_fkey", PROBLEM_INVALID, "/platform",
	  "is no platform of /v1/platforms" },
	{ "channel_handle_said", PROBLEM_INVALID, "/handle", "holds nothing but @" },
	{ "channel_handle", PROBLEM_ALREADY_EXISTS, "/handle", HANDLE_TAKEN },
	{ "application_operator_pkey", PROBLEM_INVALID, "/operators",
	  "names somebody twice" },
	{ 0 },
};

const struct resource channel_application = {
	.name = "channel_application",
	.path = "/v1/channel-applications",
	.read = APPLICATION_READ,
	.get = q_application_get,
	.move = q_application_move,
	.routes = routes,
	.flow = flow,
	.constraints = constraints,
};
