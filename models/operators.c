/* Who is to run a channel: a person, what they may do, until when. */
#include "models/operators.h"
#include "models/words.h"

const struct field operator_fields[] = {
	{ "person_id", UUID, .required = true },
	{ "access", ONE_OF, .required = true, WORDS(words_access) },
	{ "access_until", DATE, .coming = true },
	{ 0 },
};
