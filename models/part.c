/* What is added to a row and ended in it: members, grants, relationships. */
#include "models/resource.h"

const char *const part_provides[] = { "new_id", NULL };

const struct field part_ending[] = {
	{ "until_on", DATE },
	{ "reason", LINE, .max = 500 },
	{ 0 },
};
