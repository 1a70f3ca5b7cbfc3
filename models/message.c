/* Messages on channels: what comes in, who answers it and by when (A8); what concerns
 * safeguarding goes into a compartment of its own. */
#include "models/clock_kind.h"
#include "models/clock_start.h"
#include "models/flow.h"
#include "models/message_bulk.h"
#include "models/message_clock.h"
#include "models/message_compartment.h"
#include "models/message_intake.h"
#include "models/message_reply.h"
#include "models/words.h"

static const struct field closing[] = {
	{ "outcome", ONE_OF, .required = true, WORDS(words_message_outcome) },
	{ "reason", LINE, .max = 500 },
	{ "settles", LIST, .of = ONE_OF, WORDS(words_clock_kind) },
	{ 0 },
};

static const struct field assigning[] = {
	{ "person_id", UUID },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field triaging[] = {
	{ "triage", LIST, .required = true, .of = ONE_OF, WORDS(words_triage) },
	{ "about_name", LINE, .max = 200 },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field excluding[] = {
	{ "person_id", UUID, .required = true },
	{ "reason", LINE, .required = true, .min = 3, .max = 2000 },
	{ 0 },
};

#define FILTERS                                                                          \
	{ "school_id", "m.school_id", UUID }, { "channel_id", "m.channel_id", UUID },    \
		{ "kind", "m.kind", ONE_OF, WORDS(words_message_kind) },                 \
		{ "source", "m.source", ONE_OF, WORDS(words_message_source) },           \
		{ "author_kind", "m.author_kind", ONE_OF, WORDS(words_author_kind) },    \
		{ "triage", "m.triage", LINE, .within = true },                          \
		{ "safeguarding", "m.safeguarding", FLAG },                              \
		{ "assignee_id", "m.assignee_id", UUID },                                \
		{ "external_ref", "m.external_ref", LINE },                              \
	{                                                                                \
		"received_at", "m.received_at", TIME, .range = true                      \
	}

static const struct search searched = { "message_word", "message_id", .most = 10000 };

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			FILTERS,
			{ "state", "m.state", ONE_OF, WORDS(words_message_state) },
			{ "outcome", "m.outcome", ONE_OF, WORDS(words_message_outcome) },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "received_at", "m.received_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "m.id",
	.search = &searched,
};

static const struct listing open_listing = {
	.filters =
		(const struct filter[]){
			FILTERS,
			{ "state", "m.state", ONE_OF, WORDS(words_message_state) },
			{ "due_at", "m.next_due_at", TIME, .range = true },
			{ "overdue", "(m.due_order < (SELECT clock_now()))", FLAG },
			{ "unassigned", "(m.assignee_id IS NULL)", FLAG },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "due_at", "m.due_order", TIME },
			{ 0 },
		},
	.id = "m.id",
	.search = &searched,
};

static const struct problem *close_message(struct call *call)
{
	const struct problem *err;
	const PGresult *missing;

	if ((err = message_hold(call)) ||
	    (err = run(call, q_evidence_missing, &missing)) ||
	    (err = gate_judge(call, missing)))
		return err;
	if (!(err = message_settle(call)))
		err = message_clocks_end(call, clocks_courtesy(call->arena),
					 "not_applicable");
	return err ? err : flow_move(call);
}

/* The person is held, so that they do not leave meanwhile. */
static const struct problem *assign(struct call *call)
{
	const PGresult *person;
	const struct problem *err;

	call_set(call, "assignee_name", NULL);
	if (!call_text(call, "person_id"))
		return flow_move(call);
	if ((err = run(call, q_person_hold, NULL)) ||
	    (err = run(call, q_message_person, &person)))
		return err;
	if (row_count(person) == 0)
		return problem_field(call->arena, "/person_id",
				     "is unknown, or not within your reach");
	call_set(call, "assignee_name", row_text(person, 0, "name"));
	return flow_move(call);
}

/* Starts what it is now said to be; what stands in the way of sight comes last. */
static const struct problem *triage(struct call *call)
{
	const char *said = call_text(call, "triage");
	const char *const *kinds = clocks_of_triage(call, said);
	const struct problem *err = message_hold(call);

	if (!err)
		err = message_imagery_judge(call);
	if (!err)
		err = message_clocks_end(call, clocks_not_of_triage(call, said),
					 "not_applicable");
	if (!err && *kinds)
		err = message_clocks(call, kinds);
	if (err)
		return err;
	if (triage_protects(call, said))
		return message_protected(call);
	return flow_move(call);
}

/* A promise that closing ended goes on: who closes and opens again is as late as before.
 */
static const struct problem *reopen(struct call *call)
{
	const struct problem *err;
	const PGresult *unkept;
	const char **kinds;
	int count;

	if ((err = message_hold(call)) || (err = run(call, q_message_unkept, &unkept)))
		return err;
	count = row_count(unkept);
	kinds = arena_alloc(call->arena, sizeof(*kinds) * ((size_t)count + 1));
	for (int i = 0; i < count; i++)
		kinds[i] = arena_copy(call->arena, row_text(unkept, i, "kind"));
	kinds[count] = NULL;
	if (count && (err = message_clocks(call, kinds)))
		return err;
	return flow_move(call);
}

static const struct problem *exclude(struct call *call)
{
	const struct problem *err = resource_insert(call, q_message_exclude);

	/* why is for those who see the exclusion, not for all who read the history */
	call_set(call, "reason", NULL);
	return err ? err : flow_move(call);
}

static const struct route routes[] = {
	{ "GET", "/v1/messages", MESSAGE_READ, .sql = q_message_list, .list = &listing },
	{ "GET", "/v1/messages/open", MESSAGE_READ, .sql = q_message_open,
	  .list = &open_listing },
	{ "GET", "/v1/messages/:id", MESSAGE_READ, .sql = q_message_get },
	{ "GET", "/v1/messages/:id/history", MESSAGE_READ, .sql = q_message_history,
	  .whole = true },
	{ "GET", "/v1/messages/:id/clocks", MESSAGE_READ, .sql = q_message_clock_history,
	  .whole = true },
	{ "POST", "/v1/messages", MESSAGE_LOG, .sql = q_message_add,
	  .body = message_logging, .handle = message_log, .provides = message_log_gives,
	  .status = 201 },
	{ "POST", "/v1/messages/bulk", MESSAGE_LOG, .handle = message_bulk,
	  .body = message_bulk_body, .csv = "messages", .query = message_bulk_query,
	  .provides = message_bulk_gives },
	{ "POST", "/v1/messages/:id/clocks/:clock_id/stop", MESSAGE_HANDLE,
	  .sql = q_message_clock_stop, .handle = message_clock_stop,
	  .body = message_clock_stopping, .provides = message_clock_stop_gives },
	{ "POST", "/v1/messages/:id/clocks/:clock_id/pause", MESSAGE_HANDLE,
	  .sql = q_message_clock_pause, .handle = message_clock_pause,
	  .body = message_explaining, .provides = message_clock_pause_gives },
	{ "POST", "/v1/messages/:id/clocks/:clock_id/resume", MESSAGE_HANDLE,
	  .sql = q_message_clock_resume, .handle = message_clock_resume,
	  .body = message_explaining, .provides = clock_resume_gives },
	{ "POST", "/v1/messages/:id/handlers", SAFEGUARDING_NAME,
	  .sql = q_message_handler_add, .handle = message_handler_name,
	  .body = message_handler_naming, .provides = message_handler_gives },
	{ "POST", "/v1/messages/:id/handlers/:handler_id/end", SAFEGUARDING_NAME,
	  .sql = q_message_handler_end, .handle = resource_part },
	{ 0 },
};

static const char *const gives_stop[] = { "stopping", "stop", "courtesy", NULL };
static const char *const gives_assignee[] = { "assignee_name", NULL };
static const char *const gives_clocks[] = { CLOCKS_PROVIDE, "school_id", "stopping",
					    "stop", NULL };

static const struct step flow[] = {
	{ "acknowledge", "{open}", "acknowledged", MESSAGE_HANDLE, "Acknowledge",
	  .body = message_acknowledging, .handle = message_acknowledge,
	  .provides = message_reply_gives },
	{ "redirect", "{open,acknowledged}", "closed", MESSAGE_HANDLE,
	  "Redirect to the school", .body = message_redirecting,
	  .handle = message_redirect, .provides = message_reply_gives },
	{ "answer", "{open,acknowledged}", "closed", MESSAGE_HANDLE, "Answer",
	  .gate = q_message_unanswerable, .body = message_answering,
	  .handle = message_answer, .provides = message_reply_gives },
	{ "close", "{open,acknowledged}", "closed", MESSAGE_HANDLE, "Close",
	  .body = closing, .handle = close_message, .provides = gives_stop },
	{ "reopen", "{closed}", "open", MESSAGE_HANDLE, "Open again",
	  .body = message_explaining, .handle = reopen, .provides = gives_clocks },
	{ "triage", "{open,acknowledged}", NULL, MESSAGE_HANDLE, "Say what it is",
	  .done = q_message_protected, .body = triaging, .handle = triage,
	  .provides = gives_clocks },
	{ "assign", "{open,acknowledged}", NULL, MESSAGE_ASSIGN, "Assign",
	  .body = assigning, .handle = assign, .provides = gives_assignee },
	{ "exclude", "{open,acknowledged,closed}", NULL, MESSAGE_ASSIGN,
	  "Exclude somebody whom it concerns", .body = excluding, .handle = exclude },
	{ "release", "{open,acknowledged,closed}", NULL, SAFEGUARDING_NAME,
	  "Take out of the compartment", .permits = message_in_compartment,
	  .body = message_explaining, .handle = message_release },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "message_external", PROBLEM_ALREADY_EXISTS, "/external_ref",
	  "A message of this channel with this external_ref has been recorded." },
	{ "message_past", PROBLEM_INVALID, "/received_at", "is now or earlier" },
	{ "message_own_channel", PROBLEM_INVALID, "/channel_id",
	  "is said of what came by a channel of our own" },
	{ "message_handler_once", PROBLEM_WRONG_STATE, NULL,
	  "Somebody has just named this person." },
	{ 0 },
};

const struct resource message = {
	.name = "message",
	.path = "/v1/messages",
	.read = MESSAGE_READ,
	.get = q_message_get,
	.move = q_message_move,
	.routes = routes,
	.flow = flow,
	.constraints = constraints,
};
