/* What posts and teams have in common. */
#pragma once
#include "models/resource.h"

/* Of the table `b` that either is. */
extern const struct sort membership_sorts[];

#define MEMBERSHIP_NOT_TO_SELF                                                              \
	{                                                                                   \
		"membership_not_to_self", PROBLEM_CONFLICTED, NULL,                         \
			"Access comes with it, so nobody adds themselves: ask a colleague." \
	}
