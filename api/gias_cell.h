/* One cell of the register's files: its bytes become text, and the text what it means. */
#pragma once
#include "base/arena.h"

enum gias_type {
	GIAS_TEXT,
	GIAS_URN,     /* six digits */
	GIAS_UID,     /* of a group */
	GIAS_COMPANY, /* of Companies House; a spreadsheet may have eaten its zeros */
	GIAS_DATE,    /* dd-mm-yyyy */
	GIAS_PHASE,
	GIAS_STATUS, /* of an establishment */
	GIAS_GROUP_STATUS,
	GIAS_TRUST_KIND, /* NULL: no academy trust */
	GIAS_LINK,	 /* predecessor, successor; NULL: another link */
	GIAS_LINK_KIND,	 /* what stands behind "Predecessor - " */
};

/* What it means, NULL when it is empty. Returns NULL, or what is wrong with it, which
 * never quotes it: in a row that has slipped it may be somebody's name. */
const char *gias_cell_read(struct arena *arena, enum gias_type type, const char *bytes,
			   size_t length, const char **ret_text);
