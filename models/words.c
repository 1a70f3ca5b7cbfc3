/* Lists of words that several resources accept (vocabulary of the field). */
#include "models/words.h"
#include <stddef.h>

const char *const words_role[] = { "slt", "administrator", "staff", "governor", NULL };
const char *const words_scope[] = { "tenant", "schools", NULL };
const char *const words_appointment_state[] = { "proposed", "active", "declined", "ended",
						NULL };
const char *const words_person_type[] = { "employee",  "agency",     "volunteer",
					  "ptfa",      "governor",   "trustee",
					  "member",    "contractor", "student_teacher",
					  "candidate", "parent",     NULL };
const char *const words_phase[] = {
	"nursery",   "primary",	    "middle_deemed_primary", "middle_deemed_secondary",
	"secondary", "all_through", "sixteen_to_nineteen",   "not_applicable",
	NULL
};
const char *const words_type_group[] = { "academies",
					 "free_schools",
					 "local_authority_maintained",
					 "independent",
					 "special",
					 "colleges",
					 "other",
					 NULL };
const char *const words_channel_state[] = { "proposed", "approved", "active", "suspended",
					    "handover", "closed",   "lost",   NULL };
const char *const words_channel_kind[] = {
	"whole_school",	  "department", "class", "sixth_form", "club_or_team",
	"friends_or_pta", "event",	"trust", NULL
};
const char *const words_visibility[] = { "open", "private", "closed_group", NULL };
const char *const words_purpose[] = { "education",   "community",   "celebration",
				      "information", "recruitment", "alumni",
				      "fundraising", NULL };
const char *const words_declared[] = { "official", "affiliated", "not_ours", NULL };
const char *const words_access[] = { "admin", "moderator", "poster", NULL };
const char *const words_application_state[] = {
	"draft",    "submitted",       "more_information", "approved",
	"rejected", "account_created", "withdrawn",	   NULL
};
const char *const words_register_status[] = { "open", "open_but_proposed_to_close",
					      "proposed_to_open", "closed", NULL };
const char *const words_trust_kind[] = { "multi_academy_trust", "single_academy_trust",
					 "secure_single_academy_trust", NULL };
const char *const words_transfer_state[] = { "proposed", "accepted", "declined",
					     "superseded", NULL };
const char *const words_transfer_side[] = { "from", "to", NULL };
