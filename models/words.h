/* Lists of words that several resources accept; the database holds the same in its
 * CHECKs. */
#pragma once

extern const char *const words_role[];
extern const char *const words_scope[];
extern const char *const words_appointment_state[];
extern const char *const words_person_type[];
extern const char *const words_phase[];
extern const char *const words_type_group[];
extern const char *const words_channel_state[];
extern const char *const words_channel_kind[];
extern const char *const words_visibility[];
extern const char *const words_purpose[];
extern const char *const words_declared[];
extern const char *const words_access[];
extern const char *const words_application_state[];
extern const char *const words_register_status[];
extern const char *const words_trust_kind[];
extern const char *const words_transfer_state[];
extern const char *const words_transfer_side[];
