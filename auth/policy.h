/* The permission matrix: the first wall, and the only place that says who may do what. */
#pragma once
#include <stdbool.h>
#include "base/arena.h"
#include "base/id.h"

/* UNSET is what a route holds that forgot its permission: it refuses to boot.
 * PUBLIC needs no token, SIGNED_IN any token: neither is in the matrix. */
#define PERMISSIONS(X)                                                                   \
	X(TENANT_READ, "tenant_read")                                                    \
	X(SCHOOL_READ, "school_read")                                                    \
	X(SCHOOL_ADD, "school_add")                                                      \
	X(SCHOOL_WRITE, "school_write")                                                  \
	X(PERSON_READ, "person_read")                                                    \
	X(PERSON_WRITE, "person_write")                                                  \
	X(POST_READ, "post_read")                                                        \
	X(POST_WRITE, "post_write")                                                      \
	X(TEAM_READ, "team_read")                                                        \
	X(TEAM_WRITE, "team_write")                                                      \
	X(APPOINTMENT_READ, "appointment_read")                                          \
	X(APPOINTMENT_GRANT, "appointment_grant")                                        \
	X(APPOINTMENT_CONFIRM, "appointment_confirm")                                    \
	X(APPOINTMENT_END, "appointment_end")                                            \
	X(PLATFORM_READ, "platform_read")                                                \
	X(CHANNEL_READ, "channel_read")                                                  \
	X(CHANNEL_WRITE, "channel_write")                                                \
	X(CHANNEL_IMPORT, "channel_import")                                              \
	X(CHANNEL_ACTIVATE, "channel_activate")                                          \
	X(CHANNEL_RECORD, "channel_record")                                              \
	X(CHANNEL_REVIEW, "channel_review")                                              \
	X(CHANNEL_GRANT, "channel_grant")                                                \
	X(CHANNEL_CLOSE, "channel_close")                                                \
	X(ASSESSMENT_READ, "assessment_read")                                            \
	X(ASSESSMENT_RECORD, "assessment_record")                                        \
	X(ATTESTATION_READ, "attestation_read")                                          \
	X(ATTEST, "attest")                                                              \
	X(APPLICATION_READ, "application_read")                                          \
	X(APPLICATION_DRAFT, "application_draft")                                        \
	X(APPLICATION_EDIT, "application_edit")                                          \
	X(APPLICATION_DECIDE, "application_decide")                                      \
	X(APPLICATION_EXCLUDE, "application_exclude")                                    \
	X(APPLICATION_STEP_DOWN, "application_step_down")                                \
	X(ACCOUNT_RECORD, "account_record")                                              \
	X(SETTING_READ, "setting_read")                                                  \
	X(SETTING_WRITE, "setting_write")                                                \
	X(REGISTER_READ, "register_read")                                                \
	X(TRANSFER_READ, "transfer_read")                                                \
	X(TRANSFER_DECIDE, "transfer_decide")                                            \
	X(CALENDAR_READ, "calendar_read")                                                \
	X(CALENDAR_WRITE, "calendar_write")                                              \
	X(MESSAGE_READ, "message_read")                                                  \
	X(MESSAGE_LOG, "message_log")                                                    \
	X(MESSAGE_HANDLE, "message_handle")                                              \
	X(MESSAGE_ASSIGN, "message_assign")                                              \
	X(MESSAGE_TEMPLATE_READ, "message_template_read")                                \
	X(MESSAGE_TEMPLATE_WRITE, "message_template_write")                              \
	X(SAFEGUARDING_READ, "safeguarding_read")                                        \
	X(SAFEGUARDING_NAME, "safeguarding_name")                                        \
	X(UPLOAD, "upload")                                                              \
	X(EVIDENCE_READ, "evidence_read")                                                \
	X(EVIDENCE_ADD, "evidence_add")                                                  \
	X(MONITORING_READ, "monitoring_read")                                            \
	X(MONITORING_AUTHORISE, "monitoring_authorise")                                  \
	X(STATEMENT_READ, "statement_read")                                              \
	X(STATEMENT_WRITE, "statement_write")                                            \
	X(MEDIA_ENQUIRY_READ, "media_enquiry_read")                                      \
	X(MEDIA_ENQUIRY_LOG, "media_enquiry_log")                                        \
	X(MEDIA_ENQUIRY_RESPOND, "media_enquiry_respond")                                \
	X(MEDIA_ENQUIRY_DECIDE, "media_enquiry_decide")                                  \
	X(MONITOR_DUTY_READ, "monitor_duty_read")                                        \
	X(MONITOR_DUTY_WRITE, "monitor_duty_write")                                      \
	X(CHANNEL_CHECK_READ, "channel_check_read")                                      \
	X(CHANNEL_CHECK_RECORD, "channel_check_record")                                  \
	X(WATCH_TERM_READ, "watch_term_read")                                            \
	X(WATCH_TERM_WRITE, "watch_term_write")                                          \
	X(MENTION_READ, "mention_read")                                                  \
	X(MENTION_RECORD, "mention_record")                                              \
	X(MENTION_CLOSE, "mention_close")                                                \
	X(DEMO_CLOCK, "demo_clock")                                                      \
	X(MODERATION_READ, "moderation_read")                                            \
	X(MODERATE, "moderate")                                                          \
	X(MODERATION_WAIVE, "moderation_waive")                                          \
	X(MODERATION_APPEAL, "moderation_appeal")                                        \
	X(MODERATION_REASON_READ, "moderation_reason_read")                              \
	X(MODERATION_REASON_WRITE, "moderation_reason_write")                            \
	X(AUDIT_VERIFY, "audit_verify")

enum permission {
	UNSET,
	PUBLIC,
	SIGNED_IN,
#define X(id, name) id,
	PERMISSIONS(X)
#undef X
		PERMISSION_COUNT
};

/* The columns of the matrix: roles by scope, then duties. */
#define COLUMNS(X)                                                                       \
	X(SLT_TENANT, "slt@tenant")                                                      \
	X(SLT_SCHOOL, "slt@school")                                                      \
	X(ADMINISTRATOR, "administrator")                                                \
	X(STAFF, "staff")                                                                \
	X(GOVERNOR, "governor")                                                          \
	X(HEAD, "head")                                                                  \
	X(DSL, "dsl")                                                                    \
	X(DPO, "dpo")                                                                    \
	X(HR, "hr")                                                                      \
	X(CLERK, "clerk")                                                                \
	X(CHAIR, "chair")                                                                \
	X(PROPRIETOR, "proprietor")                                                      \
	X(AUDITOR, "auditor")

enum column {
#define X(id, name) COLUMN_##id,
	COLUMNS(X)
#undef X
		COLUMN_COUNT
};

enum cell { NO, OWN, SCOPE };

/* What one appointment of the caller brings: a role and its duties over one scope. */
struct appointment {
	const char *role;	   /* slt, administrator, staff, governor */
	const char *const *duties; /* ends with NULL */
	bool tenant_wide;
	const char *const *schools; /* ids, ends with NULL; empty when tenant_wide */
};

/* Who is calling, as the database had it when the token was first seen; the second wall
 * checks the session's version again in each transaction. */
struct principal {
	char tenant[ID_SIZE], person[ID_SIZE], identity[ID_SIZE], session[ID_SIZE];
	int session_version;
	long auth_time; /* when they last proved who they are, seconds since 1970 */
	long expires;	/* of the token */
	const struct appointment *appointments;
	int appointment_count;
};

/* How far a permission goes: nothing, own rows, some schools, or the whole tenant. */
struct reach {
	bool tenant;
	bool own;
	const char *const *schools; /* ids, ends with NULL */
	int school_count;
};

/* Does this appointment put its holder into a column? */
bool appointment_holds(const struct appointment *appointment, enum column column);
extern const enum cell policy_matrix[PERMISSION_COUNT][COLUMN_COUNT];
const char *permission_name(enum permission permission);
const char *column_name(enum column column);
/* The union of what the appointments grant. */
struct reach policy_reach(struct arena *arena, const struct principal *principal,
			  enum permission permission);
/* The roles, or the duties, that are granted anything of it, as an array of PostgreSQL.
 */
char *policy_holders(struct arena *arena, enum permission permission, bool duties);
bool reach_none(const struct reach *reach);
/* Does the reach cover this row? school NULL is tenant level: only
 * tenant reach or own. */
bool reach_covers(const struct reach *reach, const char *school, bool own);
/* Test builds only (setting wall_one_off): every answer becomes SCOPE of the tenant. */
void policy_switch_off(void);
/* True when every permission has a row that grants something to someone. */
bool policy_check(void);
