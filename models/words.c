/* Lists of words that several resources accept (vocabulary of the field). */
#include "models/words.h"
#include <stddef.h>

const char *const words_channel_kind[] = {
	"whole_school",	  "department", "class", "sixth_form", "club_or_team",
	"friends_or_pta", "event",	"trust", NULL
};
const char *const words_visibility[] = { "open", "private", "closed_group", NULL };
const char *const words_purpose[] = { "education",   "community",   "celebration",
				      "information", "recruitment", "alumni",
				      "fundraising", NULL };
const char *const words_access[] = { "admin", "moderator", "poster", NULL };
const char *const words_person_type[] = { "employee",  "agency",     "volunteer",
					  "ptfa",      "governor",   "trustee",
					  "member",    "contractor", "student_teacher",
					  "candidate", "parent",     NULL };
