/* The words of the rota, of what is said in public and of the press. */
#include "models/words.h"

/* clang-format off */
#define AUTHORISATION_STATE(X) \
	X("active", "Stands until its last day") \
	X("ended", "Ended before its last day")
WORDS_DEFINE(words_authorisation_state, AUTHORISATION_STATE);

#define ENQUIRY_STATE(X) \
	X("received", "Nobody has decided what is answered") \
	X("approved", "The words are approved, and who says them") \
	X("responded", "Answered with the approved words") \
	X("declined", "It is not answered")
WORDS_DEFINE(words_enquiry_state, ENQUIRY_STATE);

#define ENQUIRY_MEDIUM(X) \
	X("comment", "Below a post of a channel") \
	X("message", "A direct message to a channel") \
	X("email", "To an address of the school") \
	X("telephone", "A call to the school") \
	X("in_person", "At the gate, or at an event") \
	X("other", "None of these")
WORDS_DEFINE(words_enquiry_medium, ENQUIRY_MEDIUM);

#define WEEKDAY(X) \
	X("mon", "Monday") \
	X("tue", "Tuesday") \
	X("wed", "Wednesday") \
	X("thu", "Thursday") \
	X("fri", "Friday") \
	X("sat", "Saturday") \
	X("sun", "Sunday")
WORDS_DEFINE(words_weekday, WEEKDAY);

#define CHECK_FOUND(X) \
	X("nothing", "Nothing new, or nothing that needs anybody") \
	X("messages", "Comments or messages that want an answer") \
	X("concern", "Something that somebody else has to know of")
WORDS_DEFINE(words_check_found, CHECK_FOUND);

#define WATCH_KIND(X) \
	X("name", "A name of the tenant, a school or a channel, or a part of one") \
	X("handle", "The handle of a channel in the register")
WORDS_DEFINE(words_watch_kind, WATCH_KIND);

#define MENTION_STATE(X) \
	X("open", "Somebody has yet to see to it") \
	X("closed", "Seen to")
WORDS_DEFINE(words_mention_state, MENTION_STATE);

#define MENTION_ACTION(X) \
	X("none", "Nothing has to be done") \
	X("respond", "Answered by the playbook") \
	X("incident", "Treated as an incident") \
	X("report", "Reported to the platform or somebody outside")
WORDS_DEFINE(words_mention_action, MENTION_ACTION);
/* clang-format on */
