/* What the caller was told: each has their own, and sees what it is about. */
#include "models/notice.h"
#include "models/resource.h"

static const struct field seeing_all[] = {
	{ "until", TIME, .required = true },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "kind", "n.kind", ONE_OF, WORDS(words_notice_kind) },
			{ "urgent", "n.urgent", FLAG },
			{ "seen", "(n.seen_at IS NOT NULL)", FLAG },
			{ "school_id", "n.school_id", UUID },
			{ "subject_id", "n.subject_id", UUID },
			{ "created_at", "n.created_at", TIME, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "n.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "n.id",
};

static const struct problem *see(struct call *call)
{
	const PGresult *seen;
	const struct problem *err = run(call, q_notification_see, &seen);

	if (!err && row_count(seen) == 0)
		err = problem(call->arena, PROBLEM_NOT_FOUND,
			      "There is nothing with this id, or not for you.");
	return err ? err : resource_show(call);
}

static const struct problem *see_all(struct call *call)
{
	return resource_row(call, q_notification_see_all);
}

static const struct problem *unseen(struct call *call)
{
	return resource_row(call, q_notification_unseen);
}

static const struct route routes[] = {
	{ "GET", "/v1/notifications", SIGNED_IN, .sql = q_notification_list,
	  .list = &listing },
	{ "GET", "/v1/notifications/unseen", SIGNED_IN, .sql = q_notification_unseen,
	  .handle = unseen },
	{ "GET", "/v1/notifications/:id", SIGNED_IN, .sql = q_notification_get },
	{ "POST", "/v1/notifications/see", SIGNED_IN, .sql = q_notification_see_all,
	  .body = seeing_all, .handle = see_all },
	{ "POST", "/v1/notifications/:id/see", SIGNED_IN, .sql = q_notification_see,
	  .handle = see },
	{ 0 },
};

const struct resource notification = {
	.name = "notification",
	.path = "/v1/notifications",
	.read = SIGNED_IN,
	.get = q_notification_get,
	.routes = routes,
};
