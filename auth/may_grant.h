/* Who may grant which role and duties: a table apart from what one holds (requirement
 * A26). */
#pragma once
#include "policy.h"

/* May this principal grant (or end) `role` with `duties` over the whole tenant (schools
 * empty) or over `schools`? One appointment of theirs has to cover all of it.
 * `no_decider`: the tenant has no SLT left, when the chair or proprietor may appoint one.
 * Lists end with NULL. */
bool may_grant(const struct principal *principal, const char *role,
	       const char *const *duties, const char *const *schools, bool no_decider);
/* Does one appointment in this column cover all of these schools (empty: the whole
 * tenant)? */
bool column_covers(const struct principal *principal, enum column column,
		   const char *const *schools);
/* Duties that take effect only when a second person confirms them. */
bool duties_need_second(const char *const *duties);
