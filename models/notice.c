/* Whom the service tells of what. */
#include "models/notice.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include "base/cleanup.h"

/* clang-format off */
#define NOTICE_KIND(X) \
	X("message_unassigned", "A message came in, and is nobody's") \
	X("message_assigned_to_me", "A message is yours to answer") \
	X("message_names_individual", "A message names somebody") \
	X("message_media", "A journalist asks, in a message") \
	X("message_information_rights", "A message asks for information or complains of its use") \
	X("message_safeguarding", "A child may be at risk: a message stands in the compartment") \
	X("message_due_soon", "A message is due within four hours") \
	X("message_overdue", "A message was not answered in time") \
	X("application_to_decide", "An application waits for your decision") \
	X("application_to_answer", "The deciders have asked about your application") \
	X("application_decided", "Your application was decided") \
	X("account_to_record", "An account may be created, and is to be recorded") \
	X("media_enquiry_to_decide", "The press asks, and nobody answers before you decide") \
	X("media_enquiry_decided", "How the press is to be answered was decided")
WORDS_DEFINE(words_notice_kind, NOTICE_KIND);

/* Of `whom` the first word that finds anybody; several rows of a kind are several groups. A role or a duty is
 * that of the school, or of the whole tenant where nobody holds it there. What the words mean: event_people(). */
static const struct notice {
	const char *kind;
	bool urgent; /* it waits for no quiet hours, and whoever did it is told as well */
	const char *whom[5];
} notices[] = {
	{ "message_unassigned",         false, { "channel", "administrator", "slt" } },
	{ "message_assigned_to_me",     false, { "assignee" } },
	{ "message_names_individual",   false, { "head", "slt" } }, /* Q2 */
	{ "message_media",              false, { "head", "slt" } }, /* J2 */
	{ "message_media",              false, { "assistant_head" } },
	{ "message_information_rights", false, { "dpo", "head", "slt" } },
	{ "message_safeguarding",       true,  { "dsl", "deputy_dsl" } }, /* M7 */
	{ "message_safeguarding",       true,  { "deputy_dsl" } },
	{ "message_due_soon",           false, { "handler", "assignee", "channel", "administrator", "dsl" } },
	{ "message_overdue",            false, { "handler", "assignee", "channel", "administrator", "dsl" } },
	{ "message_overdue",            false, { "head", "slt", "dsl" } },
	{ "application_to_decide",      false, { "decider" } },
	{ "application_to_answer",      false, { "applicant" } },
	{ "application_decided",        false, { "applicant" } },
	{ "account_to_record",          false, { "administrator", "slt" } },
	{ "media_enquiry_to_decide",    false, { "head", "slt" } }, /* J1, J2 */
	{ "media_enquiry_to_decide",    false, { "assistant_head" } },
	{ "media_enquiry_decided",      false, { "recorder" } },
};
/* clang-format on */

static json_t *whom_json(const struct notice *notice)
{
	json_t *list = json_array();

	for (size_t i = 0; i < COUNT_OF(notice->whom) && notice->whom[i]; i++)
		json_array_append_new(list, json_string(notice->whom[i]));
	return list;
}

const char *notices_json(struct arena *arena)
{
	json_auto_t *list = json_array();
	autofree char *text = NULL;

	for (size_t i = 0; i < COUNT_OF(notices); i++)
		json_array_append_new(list, json_pack("{s:s, s:b, s:o}", "kind",
						      notices[i].kind, "urgent",
						      notices[i].urgent, "whom",
						      whom_json(&notices[i])));
	text = json_dumps(list, JSON_COMPACT);
	return arena_copy(arena, text);
}
