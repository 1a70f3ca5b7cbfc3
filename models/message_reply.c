/* What is said to whoever wrote: acknowledged, answered, redirected; and the clocks that
 * this stops. */
#include "models/message_reply.h"
#include "models/clock_kind.h"
#include "models/clock_start.h"
#include "models/flow.h"
#include "models/message_clock.h"
#include "models/message_template.h"
#include "models/words.h"

const struct field message_acknowledging[] = {
	{ "reply", TEXT, .max = 5000 },
	{ "template_id", UUID }, /* instead of reply */
	{ 0 },
};

const struct field message_answering[] = {
	{ "reply", TEXT, .max = 20000 },
	{ "template_id", UUID }, /* instead of reply */
	{ "settles", LIST, .of = ONE_OF, WORDS(words_clock_kind) },
	{ 0 },
};

const struct field message_redirecting[] = {
	{ "reply", TEXT, .max = 5000 },
	{ "template_id", UUID }, /* instead of reply */
	{ "settles", LIST, .of = ONE_OF, WORDS(words_clock_kind) },
	{ 0 },
};

const char *const message_reply_gives[] = { "stopping", "stop", "courtesy",
					    REPLY_PROVIDES, NULL };

const struct problem *message_clocks_end(struct call *call, const char *kinds,
					 const char *stop)
{
	call_set(call, "stopping", kinds);
	call_set(call, "stop", stop);
	return run(call, q_message_clocks_stop, NULL);
}

/* What the law asks for is not done by answering: the caller says so, or it goes on. */
const struct problem *message_settle(struct call *call)
{
	const struct problem *err = NULL;
	const PGresult *running;

	if (call_text(call, "settles"))
		err = message_clocks_end(call, call_text(call, "settles"), "fulfilled");
	call_set(call, "courtesy", clocks_courtesy(call->arena));
	if (err || (err = run(call, q_message_running, &running)))
		return err;
	return gate_judge(call, running);
}

const struct problem *message_acknowledge(struct call *call)
{
	const struct problem *err = reply_read(call, "acknowledge", false);

	if (!err)
		err = message_hold(call);
	if (!err)
		err = message_clocks_end(call, "{response,data_protection_complaint}",
					 "acknowledged");
	return err ? err : flow_move(call);
}

const struct problem *message_answer(struct call *call)
{
	const struct problem *err = reply_read(call, "answer", true);

	if (!err)
		err = message_hold(call);
	if (!err)
		err = message_clocks_end(
			call, "{response,answer,abuse,data_protection_complaint}",
			"answered");
	if (!err)
		err = message_settle(call);
	return err ? err : flow_move(call);
}

/* Whoever is redirected has had a first answer; no other is promised here any more. */
const struct problem *message_redirect(struct call *call)
{
	const struct problem *err = reply_read(call, "redirect", true);

	if (!err)
		err = message_hold(call);
	if (!err)
		err = message_settle(call);
	if (!err)
		err = message_clocks_end(call, "{response}", "acknowledged");
	if (!err)
		err = message_clocks_end(call, clocks_courtesy(call->arena),
					 "not_applicable");
	return err ? err : flow_move(call);
}
