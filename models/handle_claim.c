/* A handle is one organisation's, over all tenants: whoever comes second is refused, and
 * the operator hears of it. */
#include "models/handle_claim.h"
#include <string.h>

/* What the tenant may know: the state of its own claim. */
static const char *claim_words(const char *state)
{
	if (!state)
		return "Another organisation had declared this handle until now: try again.";
	if (strcmp(state, "refused") == 0)
		return "The operator of this service has decided that this handle is another "
		       "organisation's.";
	return "Another organisation has declared this handle. The operator of this service has "
	       "been told and decides whose it is.";
}

const struct problem *handle_claim_judge(struct call *call, const char *channel_id)
{
	const struct problem *err;
	const PGresult *contested, *claim;
	const char *words;

	call_set(call, "contested_id", channel_id);
	if ((err = run(call, q_channel_contested, &contested)) ||
	    row_count(contested) == 0)
		return err;
	call_set(call, "claimed_platform",
		 arena_copy(call->arena, row_text(contested, 0, "platform")));
	call_set(call, "claimed_key",
		 arena_copy(call->arena, row_text(contested, 0, "handle_key")));
	call_end(call); /* undoes the write; the claim is all that stays */
	if ((err = run(call, q_handle_claim_open, &claim)))
		return err;
	words = claim_words(row_text(claim, 0, "state"));
	err = call_commit(call);
	return err ? err : problem(call->arena, PROBLEM_ALREADY_EXISTS, "%s", words);
}
