/* Texts to acknowledge, redirect and answer with: the school's own, or the tenant's for
 * schools without any (M6, M11). */
#include "models/message_template.h"
#include <string.h>
#include "models/template_text.h"
#include "models/words.h"

static const struct field making[] = {
	{ "school_id", UUID },
	{ "purpose", ONE_OF, .required = true, WORDS(words_template_purpose) },
	{ "title", LINE, .required = true, .max = 200 },
	{ "text", TEXT, .required = true, .max = 4000 },
	{ 0 },
};

static const struct field changing[] = {
	{ "title", LINE, .max = 200 },
	{ "text", TEXT, .max = 4000 },
	{ "retired", FLAG },
	{ 0 },
};

static const struct field previewing[] = {
	{ "message_id", UUID, .required = true },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "t.school_id", UUID },
			{ "purpose", "t.purpose", ONE_OF, WORDS(words_template_purpose) },
			{ "retired", "t.retired", FLAG },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "t.created_at", TIME },
			{ 0 },
		},
	.id = "t.id",
};

/* What to fill in, and where. */
static const struct problem *lacking(struct call *call, const char *place)
{
	const char *where = "it came by no channel";

	if (strcmp(place, "enquiries_email") == 0)
		where = "the school has no `email`: PATCH /v1/schools/{id}";
	else if (strcmp(place, "enquiries_telephone") == 0)
		where = "the school has no `telephone`: PATCH /v1/schools/{id}";
	else if (strcmp(place, "due_at") == 0)
		where = "no answer is promised: clock.answer_days";
	return problem(call->arena, PROBLEM_BLOCKED,
		       "The text says {{%s}}, and %s, or take another text.", place,
		       where);
}

static const struct problem *unfit(struct call *call, const char *why)
{
	return problem_field(call->arena, "/template_id", "%s", why);
}

/* May this text be said of this message? */
static const struct problem *pick_judge(struct call *call, const PGresult *picked,
					const PGresult *with)
{
	const char *of = row_text(picked, 0, "school_id");
	const char *at = row_text(with, 0, "school_id");

	if (strcmp(row_text(picked, 0, "purpose"), call_text(call, "purpose")) != 0)
		return unfit(call, "has another purpose");
	if (row_flag(picked, 0, "retired"))
		return unfit(call, "is retired");
	if (of && (!at || strcmp(of, at) != 0))
		return unfit(call, "is another school's");
	if (!of && row_flag(with, 0, "has_own"))
		return unfit(call, "is for schools that have none of their own");
	return NULL;
}

/* The row of :template_id, and what its places stand for with :message_id. */
static const struct problem *both_read(struct call *call, const PGresult **ret_picked,
				       const PGresult **ret_with)
{
	struct reach reach = call->reach;
	const struct problem *err;

	call_reach(call, MESSAGE_TEMPLATE_READ);
	err = call_queue(call, q_message_template_pick);
	call_reach(call, MESSAGE_READ);
	if (!err)
		err = call_queue(call, q_message_template_fill);
	call->reach = reach;
	if (!err)
		err = call_read(call, ret_picked);
	return err ? err : call_read(call, ret_with);
}

static const struct problem *fill(struct call *call, const PGresult *picked,
				  const PGresult *with, const char **ret_text)
{
	const char *missing;

	*ret_text =
		template_fill(call->arena, row_text(picked, 0, "text"), with, &missing);
	return missing ? lacking(call, missing) : NULL;
}

const struct problem *reply_read(struct call *call, const char *purpose, bool needed)
{
	const PGresult *picked, *with;
	const struct problem *err;
	const char *text;

	call_set(call, "message_id", call_text(call, "id"));
	call_set(call, "purpose", purpose);
	if (!call_text(call, "template_id"))
		return needed && !call_text(call, "reply")
			       ? problem_field(call->arena, "/reply",
					       "is required, or template_id")
			       : NULL;
	if (call_text(call, "reply"))
		return unfit(call, "is said instead of reply, not beside it");
	if ((err = both_read(call, &picked, &with)))
		return err;
	if (row_count(picked) == 0 || row_count(with) == 0)
		return unfit(call, "is unknown, or not within your reach");
	if ((err = pick_judge(call, picked, with)) ||
	    (err = fill(call, picked, with, &text)))
		return err;
	call_set(call, "reply", text);
	return NULL;
}

static const struct problem *preview(struct call *call)
{
	const PGresult *picked, *with;
	const struct problem *err;
	const char *text;

	call_set(call, "template_id", call_text(call, "id"));
	call_set(call, "purpose", NULL);
	if ((err = both_read(call, &picked, &with)))
		return err;
	if (row_count(picked) == 0 || row_count(with) == 0)
		return problem(call->arena, PROBLEM_NOT_FOUND,
			       "There is no such %s, or not for you.",
			       row_count(picked) ? "message" : "template");
	if ((err = fill(call, picked, with, &text)))
		return err;
	call_answer(call, 200, json_pack("{s:s}", "text", text));
	return NULL;
}

static const struct problem *text_judge(struct call *call)
{
	const char *text = call_text(call, "text");
	const char *fault = text ? template_fault(call->arena, text) : NULL;

	return fault ? problem_field(call->arena, "/text", "%s", fault) : NULL;
}

static const struct problem *add(struct call *call)
{
	const struct problem *err = text_judge(call);

	return err ? err : resource_create(call, q_message_template_add, Q_NONE);
}

static const struct problem *change(struct call *call)
{
	const struct problem *err = text_judge(call);

	if (!err)
		err = resource_update(call, q_message_template_change);
	return err ? err : resource_show(call);
}

static const char *const gives_preview[] = { "template_id", "purpose", NULL };

static const struct route routes[] = {
	{ "GET", "/v1/message-templates", MESSAGE_TEMPLATE_READ,
	  .sql = q_message_template_list, .list = &listing },
	{ "GET", "/v1/message-templates/:id", MESSAGE_TEMPLATE_READ,
	  .sql = q_message_template_get },
	{ "GET", "/v1/message-templates/:id/preview", MESSAGE_TEMPLATE_READ,
	  .query = previewing, .handle = preview, .provides = gives_preview },
	{ "POST", "/v1/message-templates", MESSAGE_TEMPLATE_WRITE,
	  .sql = q_message_template_add, .body = making, .handle = add, .status = 201 },
	{ "PATCH", "/v1/message-templates/:id", MESSAGE_TEMPLATE_WRITE,
	  .sql = q_message_template_change, .body = changing, .handle = change,
	  .if_match = true },
	{ 0 },
};

const struct resource message_template = {
	.name = "message_template",
	.path = "/v1/message-templates",
	.read = MESSAGE_TEMPLATE_READ,
	.get = q_message_template_get,
	.routes = routes,
};
