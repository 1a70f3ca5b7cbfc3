/* The public answer to "is this account the school's?" (H11). */
#include "models/resource.h"

static const struct field asking[] = {
	{ "platform", LINE, .required = true, .max = 100 },
	{ "handle", LINE, .required = true, .max = 2000 },
	{ 0 },
};

/* Whatever else the register says of an account, whoever asks hears only this. */
static const struct problem *verify_answer(struct call *call)
{
	const struct problem *err;
	const PGresult *listed;

	if ((err = run_last(call, q_verify, &listed)))
		return err;
	answer_header(call->answer, "Cache-Control", "public, max-age=60");
	if (row_count(listed) == 0) {
		call_answer(call, 200, json_pack("{s:s}", "result", "not_listed"));
		answer_tag(call, "W/\"not_listed\"");
		return NULL;
	}
	call_answer(call, 200, row_json(listed, 0));
	answer_tag(call, arena_copy(call->arena, row_text(listed, 0, "_tag")));
	return NULL;
}

static const struct route routes[] = {
	{ "GET", "/v1/verify", PUBLIC, .handle = verify_answer, .query = asking,
	  .rate = RATE_VERIFY, .open = true },
	{ 0 },
};

const struct resource verify = {
	.name = "verify",
	.path = "/v1/verify",
	.routes = routes,
};
