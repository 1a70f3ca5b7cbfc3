/* The compartment: who is named for what stands there, and how it comes out again. */
#include "models/message_compartment.h"
#include "models/flow.h"

const struct field message_handler_naming[] = {
	{ "person_id", UUID, .required = true },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

const struct problem *message_imagery_judge(struct call *call)
{
	struct reach reach = call->reach;
	const struct problem *err;
	const PGresult *kept;

	call_reach(call, SAFEGUARDING_NAME);
	err = run(call, q_message_imagery, &kept);
	call->reach = reach;
	if (err || row_count(kept) == 0)
		return err;
	return problem(call->arena, PROBLEM_FORBIDDEN,
		       "That it is no self_generated_imagery is the DSL's to say.");
}

const struct problem *message_release(struct call *call)
{
	const PGresult *released;
	const struct problem *err = run(call, q_message_release, &released);

	if (!err && row_count(released) == 0)
		err = changed_first(call);
	return err ? err : resource_show(call);
}

bool message_in_compartment(struct call *call, const PGresult *row)
{
	(void)call;
	return row_flag(row, 0, "safeguarding");
}

const struct problem *message_handler_name(struct call *call)
{
	call_set(call, "reading_roles",
		 policy_holders(call->arena, SAFEGUARDING_READ, false));
	call_set(call, "reading_duties",
		 policy_holders(call->arena, SAFEGUARDING_READ, true));
	return resource_part(call);
}

const char *const message_handler_gives[] = { "new_id", "reading_roles", "reading_duties",
					      NULL };
