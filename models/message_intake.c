/* Takes a message in: where it belongs, what it is, which clocks it starts. */
#include "models/message_intake.h"
#include <string.h>
#include "models/clock_start.h"
#include "models/words.h"
#include "sql/array.h"

const struct field message_logging[] = {
	{ "channel_id", UUID },
	{ "school_id", UUID },
	{ "kind", ONE_OF, .required = true, WORDS(words_message_kind) },
	{ "source", ONE_OF, .required = true, WORDS(words_message_source) },
	{ "received_at", TIME, .required = true, .past = true },
	{ "text", TEXT, .required = true, .max = 20000 },
	{ "url", URL },
	{ "external_ref", LINE, .max = 200 },
	{ "author_kind", ONE_OF, WORDS(words_author_kind) },
	{ "author_confidence", ONE_OF, WORDS(words_author_confidence) },
	{ "author_identity", ONE_OF, WORDS(words_author_identity) },
	{ "author_name", LINE, .max = 200 },
	{ "author_handle", LINE, .max = 253 },
	{ "author_contact", LINE, .max = 500 },
	{ "triage", LIST, .of = ONE_OF, WORDS(words_triage) },
	{ "about_name", LINE, .max = 200 },
	{ "assignee_id", UUID },
	{ 0 },
};

const char *const message_log_gives[] = { CLOCKS_PROVIDE, "rows",   "triage_open",
					  "version",	  "reason", NULL };

bool triage_protects(struct call *call, const char *triage)
{
	const char *const *words = array_items(call->arena, triage);

	return array_has(words, "safeguarding") ||
	       array_has(words, "self_generated_imagery");
}

/* :school_id becomes that of the channel. */
static const struct problem *place_find(struct call *call)
{
	static const char *const asked[] = { "channel_id", "school_id", "assignee_id",
					     NULL };
	json_auto_t *row = json_object();
	autofree char *text = NULL;
	const struct problem *err;
	const PGresult *place;

	for (const char *const *name = asked; *name; name++)
		if (call_text(call, *name))
			json_object_set_new(row, *name,
					    json_string(call_text(call, *name)));
	text = json_dumps(row, JSON_COMPACT);
	call_set(call, "rows", arena_printf(call->arena, "[%s]", text));
	if ((err = run(call, q_message_assignees_hold, NULL)) ||
	    (err = run(call, q_message_places, &place)))
		return err;
	if (row_text(place, 0, "fault"))
		return problem_field(call->arena, row_text(place, 0, "fault"),
				     MESSAGE_MISPLACED);
	call_set(call, "school_id", row_text(place, 0, "school_id"));
	return NULL;
}

const struct problem *message_clocks(struct call *call, const char *const *kinds)
{
	const PGresult *when;
	const struct problem *err = run(call, q_message_received, &when);

	if (err)
		return err;
	call_set(call, "school_id", row_text(when, 0, "school_id"));
	err = clocks_reckon(call, kinds, row_text(when, 0, "received_at"));
	return err ? err : run(call, q_message_clocks_start, NULL);
}

const struct problem *message_protected(struct call *call)
{
	const PGresult *row, *seen;
	const struct problem *err = run(call, q_message_protect, &row);

	if (!err && row_count(row) == 0)
		err = changed_first(call);
	if (err || (err = run(call, q_message_protectors, &seen)))
		return err;
	call_answer(call, 202,
		    json_pack("{s:s, s:s, s:I}", "id", row_text(row, 0, "id"), "state",
			      row_text(row, 0, "state"), "safeguarders",
			      (json_int_t)row_number(seen, 0, "safeguarders")));
	return NULL;
}

const char *const *message_starts(struct call *call, const char *kind, const char *triage)
{
	const char *const *one = clocks_of_message(kind);
	const char *const *other = clocks_of_triage(call, triage);
	int first = array_count(one), second = array_count(other);
	const char **all =
		arena_alloc(call->arena, sizeof(*all) * (size_t)(first + second + 1));

	memcpy(all, one, sizeof(*all) * (size_t)first);
	memcpy(all + first, other, sizeof(*all) * (size_t)second);
	all[first + second] = NULL;
	return all;
}

/* It is recorded in its recorder's sight, and only then put where they may not see it:
 * nobody else ever does, for it is one transaction. */
const struct problem *message_log(struct call *call)
{
	const char *triage = call_text(call, "triage");
	bool protects = triage_protects(call, triage);
	const struct problem *err;

	call_set(call, "triage_open", protects ? NULL : triage);
	call_set(call, "version", "1");
	call_set(call, "reason", NULL);
	if ((err = place_find(call)) ||
	    (err = clocks_reckon(call,
				 message_starts(call, call_text(call, "kind"), triage),
				 call_text(call, "received_at"))))
		return err;
	if (!protects)
		return resource_create(call, q_message_add, q_message_clocks_start);
	if ((err = run(call, q_message_add, NULL)) ||
	    (err = run(call, q_message_clocks_start, NULL)))
		return err;
	return message_protected(call);
}
