/* Lists of words that several resources accept or that say what they mean (vocabulary of
 * the field). */
#include "models/words.h"

/* clang-format off */
#define CHANNEL_KIND(X) \
	X("whole_school", "It speaks for the school as a whole") \
	X("department", "A subject or department") \
	X("class", "One class or year group") \
	X("sixth_form", "The sixth form") \
	X("club_or_team", "A club or a sports team") \
	X("friends_or_pta", "Friends of the school or its parent-teacher association") \
	X("event", "One event, to be closed after it") \
	X("trust", "It speaks for the trust as a whole")
WORDS_DEFINE(words_channel_kind, CHANNEL_KIND);

#define VISIBILITY(X) \
	X("open", "Everybody can read it") \
	X("private", "Only followers who were accepted can read it") \
	X("closed_group", "A group whose members are admitted one by one")
WORDS_DEFINE(words_visibility, VISIBILITY);

#define PURPOSE(X) \
	X("education", "Teaching and learning") \
	X("community", "News for pupils, parents and neighbours") \
	X("celebration", "Showing what pupils and staff achieve") \
	X("information", "Notices, closures and dates") \
	X("recruitment", "Winning staff or pupils") \
	X("alumni", "Staying in touch with former pupils") \
	X("fundraising", "Raising money")
WORDS_DEFINE(words_purpose, PURPOSE);

#define CHANNEL_STATE(X) \
	X("proposed", "Somebody wants it; nothing is open yet") \
	X("approved", "It may be opened and has been recorded; not in use yet") \
	X("active", "In use") \
	X("suspended", "Not to be used until further notice") \
	X("handover", "On its way from one operator to another") \
	X("closed", "Not in use any more") \
	X("lost", "Out of our hands: nobody of us can sign in to it")
WORDS_DEFINE(words_channel_state, CHANNEL_STATE);

#define DECLARED(X) \
	X("official", "The school or trust says it is its own") \
	X("affiliated", "Of friends, parents or a club beside the school") \
	X("not_ours", "It bears our name and is not ours")
WORDS_DEFINE(words_declared, DECLARED);

#define ACCESS(X) \
	X("admin", "Holds the account: settings, passwords, other people's access") \
	X("moderator", "Reviews and removes what others post") \
	X("poster", "Posts")
WORDS_DEFINE(words_access, ACCESS);

#define APPLICATION_STATE(X) \
	X("draft", "Being written; only the applicant's side changes it") \
	X("submitted", "Waits for a decision") \
	X("more_information", "The deciders have asked; the applicant answers") \
	X("approved", "Waits for an administrator to create and record the account") \
	X("rejected", "Refused; it may be revised and submitted again") \
	X("account_created", "Done: the account stands in the register") \
	X("withdrawn", "Taken back by the applicant's side")
WORDS_DEFINE(words_application_state, APPLICATION_STATE);

#define APPOINTMENT_STATE(X) \
	X("proposed", "Waits for a second person to confirm it") \
	X("active", "Confirmed; it holds from from_on to to_on") \
	X("declined", "The second person said no") \
	X("ended", "Over before its time")
WORDS_DEFINE(words_appointment_state, APPOINTMENT_STATE);

#define SCOPE(X) \
	X("tenant", "All of the trust, or the school that stands alone") \
	X("schools", "The schools named with it")
WORDS_DEFINE(words_scope, SCOPE);

#define REGISTER_STATUS(X) \
	X("open", "Open") \
	X("open_but_proposed_to_close", "Open, and a day to close is being considered") \
	X("proposed_to_open", "Not open yet") \
	X("closed", "Closed; what followed it is among its successors")
WORDS_DEFINE(words_register_status, REGISTER_STATUS);

#define TRUST_KIND(X) \
	X("multi_academy_trust", "A trust that may run several academies") \
	X("single_academy_trust", "A trust of one academy") \
	X("secure_single_academy_trust", "A trust of one secure academy, for children in custody")
WORDS_DEFINE(words_trust_kind, TRUST_KIND);

#define TRANSFER_STATE(X) \
	X("proposed", "The register says so; nobody here has answered") \
	X("accepted", "This side goes along with it") \
	X("declined", "This side does not go along with it, for a reason") \
	X("superseded", "Overtaken by the school's next move before anybody answered")
WORDS_DEFINE(words_transfer_state, TRANSFER_STATE);

#define TRANSFER_SIDE(X) \
	X("from", "The school leaves you") \
	X("to", "The school comes to you")
WORDS_DEFINE(words_transfer_side, TRANSFER_SIDE);
#define PERSON_TYPE(X) \
	X("employee", "Works there under a contract of employment") \
	X("agency", "Works there for an agency") \
	X("volunteer", "Helps without pay") \
	X("ptfa", "Of the friends or the parent-teacher association") \
	X("governor", "Of the school's governing body") \
	X("trustee", "Of the trust's board") \
	X("member", "A member of the trust") \
	X("contractor", "Works there under a contract for services") \
	X("student_teacher", "Trains there to be a teacher") \
	X("candidate", "Has applied to work there") \
	X("parent", "A pupil's parent or carer")
WORDS_DEFINE(words_person_type, PERSON_TYPE);
/* clang-format on */

const char *const words_phase[] = {
	"nursery",   "primary",	    "middle_deemed_primary", "middle_deemed_secondary",
	"secondary", "all_through", "sixteen_to_nineteen",   "not_applicable",
	NULL
};

/* In the order of enum period_kind. */
#define PERIOD_KINDS(X)                                                                  \
	X("term", "Pupils are in from Monday to Friday, but for what follows")           \
	X("half_term", "The holiday in the middle of a term")                            \
	X("inset", "Staff are in, pupils are not")                                       \
	X("closure", "The school is shut: snow, a poll, a burst pipe")
WORDS_DEFINE(words_period_kind, PERIOD_KINDS);
