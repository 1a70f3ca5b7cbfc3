/* What moderating takes beyond moving an action along its flow: what is said when it is
 * recorded, told to the audience, completed, and appealed against. */
#include "models/moderation_done.h"
#include <string.h>
#include "base/id.h"
#include "models/clock_start.h"
#include "models/flow.h"
#include "models/words.h"

const struct field moderation_recording[] = {
	{ "message_id", UUID },
	{ "channel_id", UUID },
	{ "kind", ONE_OF, .required = true, WORDS(words_moderation_kind) },
	{ "reason", LINE, .required = true, .min = 3, .max = 2000 },
	{ "ordering_body", ONE_OF, WORDS(words_removal_body) },
	{ "ordered_on", DATE, .past = true },
	{ "target_author", LINE, .max = 253 },
	{ "target_url", URL },
	{ "target_person_id", UUID },
	{ "taken_at", TIME, .past = true },
	{ "taken_by", UUID },
	{ "snapshot_id", UUID },
	{ "no_snapshot_reason", ONE_OF, WORDS(words_no_snapshot) },
	{ "no_snapshot_words", LINE, .max = 500 },
	{ "moderation_reason_id", UUID },
	{ "public_reason", TEXT, .max = 2000 },
	{ "public_reason_posted_at", TIME, .past = true },
	{ "public_reason_url", URL },
	{ 0 },
};

static void snapshot_judge(struct call *call, const struct fault **faults)
{
	const char *why = call_text(call, "no_snapshot_reason");

	if (why && strcmp(why, "safety") == 0 && !call_text(call, "no_snapshot_words"))
		fault_add(call->arena, faults, "/no_snapshot_words",
			  "say what safety asks for");
	if (why && call_text(call, "snapshot_id"))
		fault_add(call->arena, faults, "/no_snapshot_reason",
			  "is said where there is no snapshot");
	if (!why && call_text(call, "no_snapshot_words"))
		fault_add(call->arena, faults, "/no_snapshot_reason",
			  "is required with words");
}

static const struct problem *recording_judge(struct call *call)
{
	const struct fault *faults = NULL;
	bool message = call_text(call, "message_id");

	if (!message && !call_text(call, "channel_id"))
		fault_add(call->arena, &faults, "/message_id",
			  "say which message, or which channel_id");
	if (!message && !call_text(call, "target_author") &&
	    !call_text(call, "target_url"))
		fault_add(call->arena, &faults, "/target_url",
			  "without a message say target_url or target_author");
	if (!call_text(call, "ordering_body") != !call_text(call, "ordered_on"))
		fault_add(call->arena, &faults,
			  call_text(call, "ordering_body") ? "/ordered_on"
							   : "/ordering_body",
			  "an order names who gave it, and the day");
	if (call_text(call, "taken_by") && !call_text(call, "taken_at"))
		fault_add(call->arena, &faults, "/taken_at", "say when it was done");
	if (call_text(call, "public_reason_posted_at") &&
	    !call_text(call, "public_reason") && !call_text(call, "moderation_reason_id"))
		fault_add(call->arena, &faults, "/public_reason", "say what was posted");
	snapshot_judge(call, &faults);
	return faults ? problem_of_faults(call->arena, faults) : NULL;
}

const struct problem *moderation_record(struct call *call)
{
	const struct problem *err = recording_judge(call);

	if (!err && call_text(call, "message_id"))
		err = run(call, q_moderation_subject_hold, NULL);
	return err ? err : resource_create(call, q_moderation_add, q_moderation_blind);
}

const struct problem *moderation_take(struct call *call)
{
	const struct problem *err = run(call, q_moderation_message_hold, NULL);

	return err ? err : flow_move(call);
}

const struct problem *moderation_snapshot(struct call *call)
{
	const struct fault *faults = NULL;
	const struct problem *err;
	const PGresult *found;

	if (!call_text(call, "snapshot_id") && !call_text(call, "no_snapshot_reason"))
		fault_add(call->arena, &faults, "/snapshot_id",
			  "is required, or no_snapshot_reason");
	snapshot_judge(call, &faults);
	if (faults)
		return problem_of_faults(call->arena, faults);
	if (!call_text(call, "snapshot_id"))
		return flow_move(call);
	if ((err = run(call, q_moderation_snapshot, &found)))
		return err;
	if (row_count(found) == 0)
		return problem_field(call->arena, "/snapshot_id",
				     "is unknown, or not within your reach");
	return flow_move(call);
}

const struct problem *moderation_tell(struct call *call)
{
	const PGresult *words;
	const struct problem *err = run(call, q_moderation_words, &words);

	if (err)
		return err;
	if (row_count(words) == 0)
		return changed_first(call);
	if (row_text(words, 0, "fault"))
		return problem_field(call->arena, row_text(words, 0, "fault"),
				     call_text(call, "moderation_reason_id")
					     ? "is unknown, or not within your reach"
					     : "say what was posted");
	call_set(call, "public_reason", row_text(words, 0, "public_reason"));
	return flow_move(call);
}

/* In the same transaction, by what the caller may do with messages; what of the law still
 * runs there is not settled in passing. */
static const struct problem *message_shut(struct call *call)
{
	const struct problem *err;
	const PGresult *running;
	struct problem *blocked;
	autobuffer blockers = { 0 };

	call_set(call, "courtesy", clocks_courtesy(call->arena));
	if ((err = run(call, q_moderation_message_hold, NULL)) ||
	    (err = run(call, q_moderation_message_running, &running)))
		return err;
	if (row_count(running) > 0) {
		blockers_add(&blockers, call->route->step->action, running);
		blocked = problem(call->arena, PROBLEM_BLOCKED, "%s",
				  row_text(running, 0, "detail"));
		blocked->blockers = arena_printf(call->arena, "[%s]", blockers.data);
		return blocked;
	}
	call_reach(call, MESSAGE_HANDLE);
	return resource_insert(call, q_moderation_message_close);
}

const struct problem *moderation_complete(struct call *call)
{
	const struct problem *err =
		call_flag(call, "close_message") ? message_shut(call) : NULL;

	return err ? err : flow_move(call);
}

const struct problem *moderation_appeal(struct call *call)
{
	const struct problem *err;
	char id[ID_SIZE];

	id_new(id);
	call_set(call, "appeal_id", arena_copy(call->arena, id));
	err = run(call, q_moderation_appeal_open, NULL);
	return err ? err : flow_move(call);
}

const struct problem *moderation_decide(struct call *call)
{
	const PGresult *decided;
	const struct problem *err = run(call, q_moderation_appeal_decide, &decided);

	if (err)
		return err;
	if (row_count(decided) == 0)
		return changed_first(call);
	call_set(call, "to", row_text(decided, 0, "to_state"));
	return flow_move(call);
}
