/* What is done to one clock of a message: it stands still, goes on, or stops. */
#include "models/message_clock.h"
#include "models/clock_kind.h"
#include "models/clock_start.h"
#include "models/words.h"

const struct field message_explaining[] = {
	{ "reason", LINE, .required = true, .min = 3, .max = 500 },
	{ 0 },
};

const struct field message_clock_stopping[] = {
	{ "stop", ONE_OF, .required = true, WORDS(words_clock_stop) },
	{ "reason", LINE, .required = true, .min = 3, .max = 500 },
	{ 0 },
};

const struct problem *message_hold(struct call *call)
{
	const PGresult *held;
	const struct problem *err = run(call, q_message_hold, &held);

	if (!err && row_count(held) == 0 && call_text(call, "version"))
		err = changed_first(call);
	return err;
}

/* The same for what is no step: what is out of sight is judged by resource_part. */
static const struct problem *part_hold(struct call *call)
{
	call_set(call, "version", NULL);
	return message_hold(call);
}

const struct problem *message_clock_stop(struct call *call)
{
	const struct problem *err = part_hold(call);

	return err ? err : resource_part(call);
}

const struct problem *message_clock_pause(struct call *call)
{
	const struct problem *err = part_hold(call);

	call_set(call, "pausing", clocks_pausing(call->arena));
	return err ? err : resource_part(call);
}

/* What is out of sight, or does not stand still, is judged by the route's own query. */
const struct problem *message_clock_resume(struct call *call)
{
	const char *const *name = clock_resume_gives;
	const PGresult *clock;
	const struct problem *err;

	for (; *name; name++)
		call_set(call, *name, NULL);
	if ((err = part_hold(call)) || (err = run(call, q_message_clock_paused, &clock)))
		return err;
	if (row_count(clock) && (err = clock_resume_reckon(call, clock)))
		return err;
	return resource_part(call);
}

const char *const message_clock_stop_gives[] = { "version", "new_id", NULL };
const char *const message_clock_pause_gives[] = { "version", "pausing", "new_id", NULL };
