/* What posts and teams have in common. */
#include "models/membership.h"

const struct sort membership_sorts[] = {
	{ "name", "b.name", LINE },
	{ "created_at", "b.created_at", TIME },
	{ 0 },
};
