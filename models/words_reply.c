/* Words of how a school answers messages. */
#include "models/words.h"

/* clang-format off */
#define TEMPLATE_PURPOSE(X) \
	X("acknowledge", "Says that the message has been seen") \
	X("redirect", "Shows the school's own contact, where it is dealt with") \
	X("answer", "Answers what many ask")
WORDS_DEFINE(words_template_purpose, TEMPLATE_PURPOSE);

#define REPLY_MODE(X) \
	X("open", "Messages are answered here") \
	X("acknowledge_and_redirect", "Messages are acknowledged, and redirected to the school")
WORDS_DEFINE(words_reply_mode, REPLY_MODE);
/* clang-format on */
