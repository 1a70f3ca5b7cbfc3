/* Lists of words that several resources accept; the database holds the same in its
 * CHECKs. */
#pragma once
#include <stddef.h>

/* A list of words, and beside it what each of them means, both from one LIST(X) of
 * X(word, means). A field or filter then says WORDS(name) for its .one_of and .means. */
#define WORDS_OF(word, means) word,
#define MEANS_OF(word, means) means,
#define WORDS_DEFINE(name, LIST)                                                         \
	const char *const name[] = { LIST(WORDS_OF) NULL };                              \
	const char *const name##_means[] = { LIST(MEANS_OF) NULL }
#define WORDS_DECLARE(name) extern const char *const name[], *const name##_means[]
#define WORDS(name) .one_of = (name), .means = name##_means

WORDS_DECLARE(words_channel_kind);
WORDS_DECLARE(words_visibility);
WORDS_DECLARE(words_purpose);
WORDS_DECLARE(words_channel_state);
WORDS_DECLARE(words_declared);
WORDS_DECLARE(words_access);
WORDS_DECLARE(words_application_state);
WORDS_DECLARE(words_appointment_state);
WORDS_DECLARE(words_scope);
WORDS_DECLARE(words_register_status);
WORDS_DECLARE(words_trust_kind);
WORDS_DECLARE(words_transfer_state);
WORDS_DECLARE(words_transfer_side);
WORDS_DECLARE(words_period_kind);
WORDS_DECLARE(words_message_kind);
WORDS_DECLARE(words_message_source);
WORDS_DECLARE(words_message_state);
WORDS_DECLARE(words_message_outcome);
WORDS_DECLARE(words_template_purpose);
WORDS_DECLARE(words_reply_mode);
WORDS_DECLARE(words_triage);
WORDS_DECLARE(words_author_kind);
WORDS_DECLARE(words_author_confidence);
WORDS_DECLARE(words_author_identity);
WORDS_DECLARE(words_clock_stop);
WORDS_DECLARE(words_moderation_kind);
WORDS_DECLARE(words_removal_body);
WORDS_DECLARE(words_moderation_state);
WORDS_DECLARE(words_moderation_told);
WORDS_DECLARE(words_no_snapshot);
WORDS_DECLARE(words_report_status);
WORDS_DECLARE(words_appeal_outcome);
WORDS_DECLARE(words_person_type);
WORDS_DECLARE(words_role);
WORDS_DECLARE(words_duty);
WORDS_DECLARE(words_phase);
WORDS_DECLARE(words_type_group);
WORDS_DECLARE(words_settings_checked);
WORDS_DECLARE(words_post_kind);
WORDS_DECLARE(words_team_kind);
WORDS_DECLARE(words_upload_kind);
WORDS_DECLARE(words_evidence_kind);
WORDS_DECLARE(words_moment);
WORDS_DECLARE(words_authorisation_state);
WORDS_DECLARE(words_enquiry_state);
WORDS_DECLARE(words_enquiry_medium);
WORDS_DECLARE(words_weekday);
WORDS_DECLARE(words_check_found);
WORDS_DECLARE(words_watch_kind);
WORDS_DECLARE(words_mention_state);
WORDS_DECLARE(words_mention_action);
