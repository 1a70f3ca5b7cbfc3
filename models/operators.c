/* Who is to run a channel: a person, what they may do, until when. */
#include "models/operators.h"

static const char *const access_levels[] = { "admin", "moderator", "poster", NULL };

const struct field operator_fields[] = {
	{ "person_id", UUID, .required = true },
	{ "access", ONE_OF, .required = true, .one_of = access_levels },
	{ "access_until", DATE, .coming = true },
	{ 0 },
};
