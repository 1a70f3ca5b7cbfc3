/* The words of moderation: what is done, how far it is, what the audience was told. */
#include "models/words.h"

/* clang-format off */
#define MODERATION_KIND(X) \
	X("block", "The author cannot reach the account any more") \
	X("mute", "The author's posts are not shown to us") \
	X("hide", "The post is there, but not shown") \
	X("delete", "The post is gone") \
	X("report_to_platform", "The platform was asked to act") \
	X("restrict", "The author or the post is kept from some") \
	X("warn", "The author was told to stop")
WORDS_DEFINE(words_moderation_kind, MODERATION_KIND);

#define REMOVAL_BODY(X) \
	X("governing_body", "The school's governors, as its policy reserves to them") \
	X("trust_board", "The trustees, or a committee of theirs") \
	X("proprietor", "Whoever owns an independent school") \
	X("head", "The headteacher or principal") \
	X("court", "A court or tribunal")
WORDS_DEFINE(words_removal_body, REMOVAL_BODY);

#define MODERATION_STATE(X) \
	X("open", "Decided on, and not done yet") \
	X("taken", "Done on the platform") \
	X("complete", "Done, shown and explained to the audience") \
	X("appealed", "The author objects, and nobody has judged it") \
	X("overturned", "An appeal was right: it is to be undone") \
	X("withdrawn", "It was never done, and will not be")
WORDS_DEFINE(words_moderation_state, MODERATION_STATE);

#define MODERATION_TOLD(X) \
	X("not_needed", "Nothing was taken from the audience") \
	X("pending", "It is owed a reason") \
	X("missing", "It has been owed a reason for more than a day") \
	X("posted", "It was told why") \
	X("waived", "The DSL decided that it is told nothing")
WORDS_DEFINE(words_moderation_told, MODERATION_TOLD);

#define NO_SNAPSHOT(X) \
	X("illegal_imagery", "It must not be copied: the police or the IWF act on it") \
	X("already_gone", "It was gone before anybody could") \
	X("safety", "Keeping it would put somebody at risk; words say how")
WORDS_DEFINE(words_no_snapshot, NO_SNAPSHOT);

#define REPORT_STATUS(X) \
	X("sent", "The platform was told") \
	X("acknowledged", "The platform says that it looks at it") \
	X("removed", "The platform took it down") \
	X("refused", "The platform leaves it up")
WORDS_DEFINE(words_report_status, REPORT_STATUS);

#define APPEAL_OUTCOME(X) \
	X("upheld", "The action stands") \
	X("overturned", "The action is to be undone")
WORDS_DEFINE(words_appeal_outcome, APPEAL_OUTCOME);
/* clang-format on */
