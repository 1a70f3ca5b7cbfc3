/* What waits for the caller, kind by kind: counts, links and the first few of each. */
#include <string.h>
#include "models/reach.h"
#include "models/resource.h"
#include "sql/row_json.h"

/* A kind shows when `permission` reaches anything, or when `own` does: then only what the
 * query finds for the person themselves. */
static const struct kind {
	const char *name, *label;
	enum permission permission, own;
	enum query query;
	const char *list; /* where all of them stand; behind = goes the caller's id */
	const char *path; /* of one of them, without its id */
	bool leads;	  /* for those who lead a school alone: :lead_... */
} kinds[] = {
	{ "application_to_decide", "Applications to decide", APPLICATION_READ, UNSET,
	  q_work_decide, "/v1/channel-applications/inbox?state=submitted",
	  "/v1/channel-applications" },
	{ "account_to_record", "Accounts to record", ACCOUNT_RECORD, UNSET, q_work_record,
	  "/v1/channel-applications/inbox?state=approved", "/v1/channel-applications" },
	{ "application_to_answer", "Applications to answer", APPLICATION_READ, UNSET,
	  q_work_answer, "/v1/channel-applications/inbox?state=more_information",
	  "/v1/channel-applications" },
	{ "appointment_to_confirm", "Appointments to confirm", APPOINTMENT_CONFIRM, UNSET,
	  q_work_confirm, "/v1/appointments?state=proposed", "/v1/appointments" },
	{ "media_enquiry_to_decide", "Questions of the press", MEDIA_ENQUIRY_DECIDE,
	  UNSET, q_work_media, "/v1/media-enquiries?state=received",
	  "/v1/media-enquiries" },
	{ "attestation_expiring", "Attestations that run out", ATTEST, ATTESTATION_READ,
	  q_work_attestation, "/v1/attestations", "/v1/attestations" },
	{ "grant_ending", "Grants that end", CHANNEL_WRITE, CHANNEL_READ, q_work_grant,
	  "/v1/channels", "/v1/channels" },
	{ "platform_report_to_chase", "Platforms to ask again", MODERATE, UNSET,
	  q_work_chase, "/v1/moderation-actions/chase", "/v1/moderation-actions" },
	{ "public_reason_missing", "Reasons that the audience is owed", MODERATE, UNSET,
	  q_work_untold, "/v1/moderation-actions?reason=missing",
	  "/v1/moderation-actions" },
	{ "message_names_individual", "Messages that name somebody", MESSAGE_READ, UNSET,
	  q_work_message_named, "/v1/messages/open?triage=names_individual&state=open",
	  "/v1/messages", .leads = true },
	{ "message_safeguarding", "Messages in the compartment", SAFEGUARDING_READ, UNSET,
	  q_work_message_safeguarding, "/v1/messages/open?safeguarding=true",
	  "/v1/messages" },
	{ "message_assigned_to_me", "Messages assigned to me", MESSAGE_READ, UNSET,
	  q_work_message_mine, "/v1/messages/open?assignee_id=", "/v1/messages" },
	{ "message_overdue", "Messages whose answer is overdue", MESSAGE_READ, UNSET,
	  q_work_message_overdue, "/v1/messages/open?overdue=true", "/v1/messages" },
	{ "message_unassigned", "Messages that are nobody's", MESSAGE_ASSIGN, UNSET,
	  q_work_message_unassigned, "/v1/messages/open?unassigned=true",
	  "/v1/messages" },
};

/* Who decides on applications leads the school: its SLT and head (Q2). */
#define LEADING APPLICATION_DECIDE
#define DAYS_AHEAD "30"
#define ITEMS_SHOWN "5"
#define FIRST(columns) " ORDER BY " columns " LIMIT :shown::bigint"

/* {page} of the messages. What is reached in several ways is found by the indexes of all
 * of them when no index has the order. */
static const char *first_due(const struct reach *reach)
{
	return reach_several(reach) ? FIRST("(m.due_order, m.id)")
				    : FIRST("m.due_order, m.id");
}

static bool kind_open(struct call *call, const struct kind *kind)
{
	struct reach own = policy_reach(call->arena, call->me, kind->own);
	struct reach lead = policy_reach(call->arena, call->me, LEADING);

	if (kind->leads && reach_none(&lead))
		return false;
	call_reach(call, kind->permission);
	call->page.page_sql = first_due(&call->reach);
	return !reach_none(&call->reach) || !reach_none(&own);
}

static void items_write(struct call *call, struct buffer *out, const struct kind *kind,
			const PGresult *rows)
{
	struct row_form form;

	row_form_make(&form, rows, NULL);
	buffer_text(out, ",\"items\":[");
	for (int row = 0; row < row_count(rows); row++) {
		if (row)
			buffer_char(out, ',');
		row_form_write(out, rows, row, &form,
			       arena_printf(call->arena, ",\"href\":\"%s/%s\"",
					    kind->path, row_text(rows, row, "id")));
	}
	buffer_char(out, ']');
}

static void kind_write(struct call *call, struct buffer *out, const struct kind *kind,
		       const PGresult *rows)
{
	buffer_printf(out, "%s{\"kind\":\"%s\",\"label\":\"%s\",\"count\":%ld,",
		      out->data[out->length - 1] == '[' ? "" : ",", kind->name,
		      kind->label, row_count(rows) ? row_number(rows, 0, "_count") : 0L);
	buffer_printf(out, "\"href\":\"%s%s\"", kind->list,
		      kind->list[strlen(kind->list) - 1] == '=' ? call->me->person : "");
	items_write(call, out, kind, rows);
	buffer_char(out, '}');
}

/* All kinds in one round trip. */
static const struct problem *work(struct call *call)
{
	struct buffer *out = &call->answer->body;
	const struct problem *err = NULL;
	bool open[COUNT_OF(kinds)] = { false }, any = false;
	const PGresult *rows;

	call_set(call, "shown", ITEMS_SHOWN);
	call_set(call, "days", DAYS_AHEAD);
	call_set_reach(call, "lead", LEADING);
	for (size_t i = 0; i < COUNT_OF(kinds) && !err; i++) {
		any |= open[i] = kind_open(call, &kinds[i]);
		if (open[i])
			err = call_queue(call, kinds[i].query);
	}
	if (!err && any)
		err = tx_sync(&call->tx);
	buffer_text(out, "{\"data\":[");
	for (size_t i = 0; i < COUNT_OF(kinds) && !err; i++)
		if (open[i] && !(err = call_read(call, &rows)))
			kind_write(call, out, &kinds[i], rows);
	buffer_text(out, "]}");
	if (err)
		out->length = 0;
	else
		call->answer->status = 200;
	return err;
}

static const struct route routes[] = {
	{ "GET", "/v1/me/work", SIGNED_IN, .handle = work },
	{ 0 },
};

const struct resource work_waiting = {
	.name = "work",
	.path = "/v1/me/work",
	.routes = routes,
};
