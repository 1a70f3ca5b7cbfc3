/* The gates every call passes, in one fixed order, and what stands behind them. */
#include "api/engine.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "api/accept.h"
#include "api/body.h"
#include "api/csv_body.h"
#include "api/finish.h"
#include "api/limit.h"
#include "api/principal.h"
#include "api/reply.h"
#include "api/router.h"
#include "api/stream.h"
#include "auth/session.h"
#include "base/id.h"
#include "models/changes.h"
#include "models/idempotency.h"
#include "models/params.h"
#include "models/resource.h"

enum { RECENT_SECONDS = 15 * 60 };

struct pools engine_pools;

static bool method_is(const struct call *call, const char *method)
{
	return strcmp(call->route->method, method) == 0;
}

/* 404, 405: which route is it? */
static const struct problem *gate_route(struct call *call)
{
	const struct request *request = call->request;
	const struct route_entry *entry;
	const struct problem *err = router_find(call->arena, request->method,
						request->path, &call->values, &entry);

	if (err)
		return err;
	call->resource = entry->resource;
	call->route = &entry->route;
	call->answer->route = entry->route.path;
	call->answer->open = entry->route.open;
	call->read_only = method_is(call, "GET");
	call->pool =
		call->route->permission == PUBLIC ? engine_pools.gate : engine_pools.app;
	return NULL;
}

/* 429: too many tries at what is costly? */
static const struct problem *gate_limit(struct call *call)
{
	return limit_count(call->arena, call->route->rate, call->request->address);
}

/* 401: who is calling? */
static const struct problem *gate_principal(struct call *call)
{
	const struct problem *err;

	if (call->route->permission == PUBLIC)
		return NULL;
	err = principal_find(call->request, call->pool, &call->me);
	if (!err)
		call->answer->person = call->me->person;
	return err;
}

/* 403: does anything they hold open this door? */
static const struct problem *gate_permission(struct call *call)
{
	enum permission permission = call->route->permission;

	if (permission == PUBLIC || permission == SIGNED_IN)
		return NULL;
	call_reach(call, permission);
	if (!reach_none(&call->reach))
		return NULL;
	return problem(call->arena, PROBLEM_FORBIDDEN,
		       "None of your appointments allows %s.",
		       permission_name(permission));
}

/* 401 once more: was their proof of who they are recent enough (RFC 9470)? */
static const struct problem *gate_recent(struct call *call)
{
	struct problem *err;

	if (!call->route->recent || !call->me ||
	    time(NULL) - call->me->auth_time <= RECENT_SECONDS)
		return NULL;
	err = problem(call->arena, PROBLEM_SIGN_IN_AGAIN,
		      "This needs a sign-in of the last 15 minutes.");
	err->challenge = "Bearer error=\"insufficient_user_authentication\", max_age=900";
	return err;
}

/* 406: do they take what we have? */
static const struct problem *gate_accept(struct call *call)
{
	call->answer->content_type =
		accept_choose(call->request->accept, route_offers(call->route));
	if (call->answer->content_type || call->route->media == MEDIA_TEXT)
		return NULL;
	return problem(call->arena, PROBLEM_NOT_ACCEPTABLE,
		       "What Accept names is nothing that this address has.");
}

/* 400, 415, 422: is the body what the field table wants? */
static const struct problem *gate_body(struct call *call)
{
	const struct problem *err;
	json_t *body;

	if (call->route->binary)
		return body_bytes(call->request);
	err = csv_body_sent(call) ? csv_body_read(call, &body)
				  : body_read(call->request, &body);
	if (!err)
		err = fields_check(call->arena, call->route->body,
				   route_mode(call->route), body, &call->values);
	json_decref(body);
	return err;
}

/* 400: does the query string say only what this route knows? */
static const struct problem *gate_query(struct call *call)
{
	const struct route *route = call->route;
	const struct problem *err;
	struct value *params;
	int count;

	if ((err = query_read(call->arena, call->request->query, &params, &count)))
		return err;
	for (int i = 0; i < count && !route_takes_fields(route); i++)
		if (!param_asked(route->query, params[i].name))
			return param_bad(call->arena, params[i].name,
					 "is not known here");
	err = page_read(call->arena, route->list, route->query, params, count,
			&call->values, &call->page);
	if (route->whole)
		call->page.limit = 0;
	if (!err && call->page.since)
		return changes_read(call);
	if (!err && stream_wanted(call))
		page_resize(call->arena, &call->values, &call->page, STREAM_PAGE);
	return err;
}

/* 428, 412: which version is meant? */
static const struct problem *gate_version(struct call *call)
{
	const struct problem *err = NULL;

	if (call->request->if_match && !call->read_only)
		err = version_read(call);
	else if (call->route->if_match)
		err = problem(call->arena, PROBLEM_VERSION_REQUIRED,
			      "Send If-Match with the ETag of what you read.");
	if (!err && call->route->if_match)
		call_set(call, "version", call->if_version);
	return err;
}

/* An id made here lets an insert do without returning one. */
static const struct problem *gate_id(struct call *call)
{
	char id[ID_SIZE];

	if (!method_is(call, "POST") || value_find(&call->values, "id"))
		return NULL;
	id_new(id);
	call_set(call, "id", arena_copy(call->arena, id));
	return NULL;
}

static const struct problem *work_reading(struct call *call)
{
	const struct route *route = call->route;

	if (call->page.since)
		return changes_list(call);
	if (route->list || route->whole)
		return resource_list(call, route->sql);
	if (route->sql == call->resource->get)
		return resource_show(call);
	return resource_row(call, route->sql);
}

static const struct problem *work_writing(struct call *call)
{
	const struct problem *err;

	if (method_is(call, "POST"))
		return resource_create(call, call->route->sql, Q_NONE);
	err = resource_update(call, call->route->sql);
	return err ? err : resource_show(call);
}

/* The work itself. A flow claims the idempotency key on its way, once it may be told. */
static const struct problem *work(struct call *call)
{
	const struct problem *err;

	if (call->route->step)
		return flow_run(call);
	if (call->idem_key && ((err = idempotency_claim(call)) || call->replayed))
		return err;
	if (call->route->handle)
		return call->route->handle(call);
	return call->read_only ? work_reading(call) : work_writing(call);
}

static const struct problem *(*const gates[])(struct call *) = {
	gate_route,	  /* 400, 404, 405 */
	gate_limit,	  /* 429 */
	gate_principal,	  /* 401 */
	gate_permission,  /* 403 */
	gate_recent,	  /* 401 */
	gate_accept,	  /* 406 */
	gate_version,	  /* 412, 428 */
	gate_body,	  /* 400, 415, 422 */
	gate_query,	  /* 400 */
	idempotency_read, /* 400 */
	gate_id,	  /* an id for what is new */
	work,		  /* from here on the database: 404, 403, 409, 412, 422 */
	call_finish,	  /* the answer, committed */
};

void engine_answer(const struct request *request, struct answer *answer)
{
	struct call call = { .arena = request->arena,
			     .request = request,
			     .answer = answer };
	const struct problem *err = NULL;

	for (size_t i = 0; i < COUNT_OF(gates) && !err; i++)
		err = gates[i](&call);
	if (err)
		reply_problem(answer, err, request);
	call_end(&call);
	if (call.revoked)
		session_forget(bearer_token(request));
}
