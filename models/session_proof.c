/* Proving who one is by a password, and setting a new one. */
#include "models/session_proof.h"
#include "auth/password.h"
#include "base/network.h"
#include "models/session_tokens.h"

/* The try is counted before the password is looked at, so that many at once are counted
 * one by one. A locked identity costs and answers what a wrong password does. */
static const struct problem *judge(struct call *call, const char *hash,
				   const char *password)
{
	const struct problem *err;
	const PGresult *allowed;
	bool open;

	if ((err = run(call, q_sign_in_try, &allowed)))
		return err;
	open = row_count(allowed) > 0;
	if ((err = call_commit(call)))
		return err;
	if (!password_matches(open ? hash : NULL, password))
		return sign_in_refused(call);
	return NULL;
}

/* The slot comes first: no try is counted whose password nobody has time to look at. */
const struct problem *session_prove(struct call *call, const char *identity,
				    const char *hash, const char *password)
{
	const struct problem *err;

	if ((err = call_commit(call)) || (err = password_slot_take(call->arena)))
		return err;
	call_set(call, "identity_id", identity);
	call_set(call, "network", network_text(call->arena, call->request->address));
	err = judge(call, hash, password);
	password_slot_give();
	if (err || (err = run(call, q_sign_in_passed, NULL)))
		return err;
	return call_commit(
		call); /* whatever is refused from here on, the password was right */
}

const struct problem *session_hash(struct call *call, const char *password)
{
	const struct problem *err;

	if ((err = call_commit(call)) || (err = password_slot_take(call->arena)))
		return err;
	call_set(call, "password_hash", password_hash(call->arena, password));
	password_slot_give();
	return NULL;
}

const struct problem *session_weak(struct call *call, const char *pointer,
				   const char *name, const char *email)
{
	const char *own[] = { name, email, NULL };
	const char *fault = password_fault(call_text(call, pointer + 1), own);

	return fault ? problem_field(call->arena, pointer, "%s", fault) : NULL;
}
