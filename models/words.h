/* Lists of words that several resources accept; the database holds the same in its
 * CHECKs. */
#pragma once

extern const char *const words_channel_kind[];
extern const char *const words_visibility[];
extern const char *const words_purpose[];
extern const char *const words_access[];
extern const char *const words_person_type[];
