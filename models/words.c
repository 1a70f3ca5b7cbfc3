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

#define ROLE(X) \
	X("slt", "Leads a school, or the whole tenant, and decides") \
	X("administrator", "Creates accounts, keeps the register and moderates") \
	X("staff", "Works there, also as a volunteer or through an agency") \
	X("governor", "Oversees: governors, trustees and members")
WORDS_DEFINE(words_role, ROLE);

/* May-grant (auth/may_grant.c) and the matrix's columns know the same words. */
#define DUTY(X) \
	X("head", "Leads the school: headteacher, principal") \
	X("deputy_head", "Stands in for the head") \
	X("assistant_head", "Leads a part of the school under the head") \
	X("dsl", "Designated safeguarding lead") \
	X("deputy_dsl", "Stands in for the designated safeguarding lead") \
	X("dpo", "Data protection officer") \
	X("hr", "Keeps the staff's records") \
	X("clerk", "Runs panels and governors' meetings; governance professional") \
	X("chair", "Chairs the governing body or the trust's board") \
	X("proprietor", "Owns an independent school, or stands for its owner") \
	X("auditor", "Reads everything to check it, and changes nothing") \
	X("online_safety_lead", "Leads on online safety, and monitors it")
WORDS_DEFINE(words_duty, DUTY);

#define PHASE(X) \
	X("nursery", "Before primary school") \
	X("primary", "Ages 4 to 11, or a part of them") \
	X("middle_deemed_primary", "A middle school that counts as primary") \
	X("middle_deemed_secondary", "A middle school that counts as secondary") \
	X("secondary", "Ages 11 to 16 or 18") \
	X("all_through", "From primary to secondary in one school") \
	X("sixteen_to_nineteen", "Sixth-form and other colleges for ages 16 to 19") \
	X("not_applicable", "No phase: many special and independent schools")
WORDS_DEFINE(words_phase, PHASE);

#define TYPE_GROUP(X) \
	X("academies", "Run by an academy trust") \
	X("free_schools", "New schools that are run by an academy trust") \
	X("local_authority_maintained", "Maintained by a local authority") \
	X("independent", "Paid for by fees; run by a proprietor") \
	X("special", "For pupils with special educational needs") \
	X("colleges", "Further education and sixth-form colleges") \
	X("other", "None of these")
WORDS_DEFINE(words_type_group, TYPE_GROUP);

#define SETTINGS_CHECKED(X) \
	X("privacy", "Who sees the account and what it posts") \
	X("tagging", "Who may tag the account, or be tagged by it") \
	X("comments", "Who may comment, and how comments are filtered") \
	X("direct_messages", "Whether strangers can write to it") \
	X("two_factor", "Signing in takes a second proof")
WORDS_DEFINE(words_settings_checked, SETTINGS_CHECKED);

#define POST_KIND(X) \
	X("chief_executive", "Leads the trust") \
	X("head", "Leads the school: headteacher, principal") \
	X("deputy_head", "Stands in for the head") \
	X("assistant_head", "Leads a part of the school under the head") \
	X("dsl", "Designated safeguarding lead") \
	X("business_manager", "Money, buildings and contracts; bursar") \
	X("administrator", "The office: secretary, registrar, data manager") \
	X("teacher", "Teaches, also as head of a department or year") \
	X("librarian", "Runs the library") \
	X("chair", "Chairs the governing body or the trust's board") \
	X("clerk", "Clerk to the governors; governance professional") \
	X("other", "None of these")
WORDS_DEFINE(words_post_kind, POST_KIND);

#define TEAM_KIND(X) \
	X("leadership", "School leadership team, trust leaders, executive team") \
	X("communications", "Communications, marketing and press") \
	X("hr", "Keeps the staff's records") \
	X("office", "The school's office") \
	X("teaching", "Teachers of a class, year or department") \
	X("safeguarding", "The designated safeguarding lead and deputies") \
	X("online_safety", "The online safety group") \
	X("governors", "A governing body, board, committee or panel") \
	X("ptfa", "Friends of the school or its parent-teacher association") \
	X("other", "None of these")
WORDS_DEFINE(words_team_kind, TEAM_KIND);

/* In the order of enum period_kind. */
#define PERIOD_KIND(X) \
	X("term", "Pupils are in from Monday to Friday, but for what follows") \
	X("half_term", "The holiday in the middle of a term") \
	X("inset", "Staff are in, pupils are not") \
	X("closure", "The school is shut: snow, a poll, a burst pipe")
WORDS_DEFINE(words_period_kind, PERIOD_KIND);

#define MESSAGE_KIND(X) \
	X("comment", "Said under a post, or about one") \
	X("query", "A question") \
	X("complaint", "Says that something is wrong, formally or not") \
	X("direct_message", "Sent to the account alone") \
	X("mention", "Names the school elsewhere") \
	X("review", "Rates the school") \
	X("tag", "Marks the school in a post or picture")
WORDS_DEFINE(words_message_kind, MESSAGE_KIND);

#define MESSAGE_SOURCE(X) \
	X("own_channel", "On a channel of the register") \
	X("closed_group", "In a group that is not open to all") \
	X("third_party_page", "On a page that is not ours") \
	X("email", "By e-mail") \
	X("phone", "By telephone") \
	X("letter", "By post") \
	X("in_person", "Said to a member of staff")
WORDS_DEFINE(words_message_source, MESSAGE_SOURCE);

#define MESSAGE_STATE(X) \
	X("open", "Nobody has answered") \
	X("acknowledged", "Whoever wrote knows that it was seen") \
	X("closed", "Done with, for the reason in outcome")
WORDS_DEFINE(words_message_state, MESSAGE_STATE);

#define MESSAGE_OUTCOME(X) \
	X("acknowledged", "Receipt was acknowledged, and that is all") \
	X("answered", "It was answered") \
	X("redirected", "Whoever wrote was shown the way to the school's own contact") \
	X("escalated", "It became an incident") \
	X("converted_to_complaint", "It became a complaint") \
	X("hidden", "It was hidden or removed") \
	X("no_reply_needed", "It asks for nothing")
WORDS_DEFINE(words_message_outcome, MESSAGE_OUTCOME);

/* What a message may be beside its kind. */
#define TRIAGE(X) \
	X("data_protection_complaint", "Complains of how personal data is handled: 30 days to acknowledge") \
	X("freedom_of_information", "Asks for recorded information: 20 school days at most") \
	X("subject_access", "Asks for one's own personal data: a month") \
	X("safeguarding", "A child may be at risk: seen by the DSL and whom the DSL names") \
	X("self_generated_imagery", "Nude or nearly nude images of a child: never viewed, copied or kept; as safeguarding") \
	X("media", "A journalist asks") \
	X("names_individual", "Names a member of staff, a pupil or somebody else") \
	X("abuse", "Offensive or abusive: handled sooner than the rest")
WORDS_DEFINE(words_triage, TRIAGE);

#define AUTHOR_KIND(X) \
	X("parent", "A parent or carer") \
	X("pupil", "A pupil or student") \
	X("staff", "Works at the school or trust") \
	X("ex_pupil", "Was a pupil") \
	X("public", "Somebody else") \
	X("journalist", "Writes or asks for the media") \
	X("unknown", "Nobody knows")
WORDS_DEFINE(words_author_kind, AUTHOR_KIND);

#define AUTHOR_CONFIDENCE(X) \
	X("confirmed", "The school knows who it is") \
	X("likely", "It looks so") \
	X("unknown", "Nobody has looked")
WORDS_DEFINE(words_author_confidence, AUTHOR_CONFIDENCE);

#define AUTHOR_IDENTITY(X) \
	X("declared", "Writes under a name of their own") \
	X("pseudonymous", "Writes under another name") \
	X("anonymous", "Writes under none") \
	X("unknown", "Cannot be told")
WORDS_DEFINE(words_author_identity, AUTHOR_IDENTITY);

#define CLOCK_STOP(X) \
	X("acknowledged", "Receipt was acknowledged") \
	X("answered", "The answer was given") \
	X("fulfilled", "What the law asks for was done") \
	X("not_applicable", "It should not have run, or need not any more")
WORDS_DEFINE(words_clock_stop, CLOCK_STOP);

#define UPLOAD_KIND(X) \
	X("evidence", "A file that shows what was posted")
WORDS_DEFINE(words_upload_kind, UPLOAD_KIND);

#define EVIDENCE_KIND(X) \
	X("text", "What was posted, in words") \
	X("file", "A picture, a recording or a document that was uploaded")
WORDS_DEFINE(words_evidence_kind, EVIDENCE_KIND);

#define MOMENT(X) \
	X("before", "What stood there before it was asked to be removed") \
	X("after", "What stands there since")
WORDS_DEFINE(words_moment, MOMENT);
/* clang-format on */
