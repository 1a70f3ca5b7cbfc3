/* Who may grant which role and duties. */
#include "auth/may_grant.h"
#include <string.h>
#include <strings.h>

struct grant_rule {
	enum column granter;
	const char *roles;    /* words, or "*" */
	const char *duties;   /* words, or "*" */
	bool when_no_decider; /* only while nobody holds slt */
};

/* Read a row as: "a school's SLT grants administrator, staff and governor with these
 * duties". */
static const struct grant_rule rules[] = {
	{ COLUMN_SLT_TENANT, "*", "*", false },
	{ COLUMN_SLT_SCHOOL, "administrator staff governor",
	  "deputy_head assistant_head dsl deputy_dsl online_safety_lead hr clerk chair",
	  false },
	{ COLUMN_ADMINISTRATOR, "staff", "", false },
	{ COLUMN_CHAIR, "slt", "head", true },
	{ COLUMN_PROPRIETOR, "slt", "head", true },
};

static const char *const second_person[] = { "dsl", "deputy_dsl", "hr",
					     "dpo", "auditor",	  NULL };

static bool words_hold(const char *words, const char *word)
{
	size_t length = strlen(word);

	if (strcmp(words, "*") == 0)
		return true;
	for (const char *at = words; (at = strstr(at, word)); at += length)
		if ((at == words || at[-1] == ' ') &&
		    (at[length] == ' ' || at[length] == '\0'))
			return true;
	return false;
}

static bool list_holds(const char *const *list, const char *item)
{
	for (; list && *list; list++)
		if (strcasecmp(*list, item) == 0)
			return true;
	return false;
}

static bool rule_allows(const struct grant_rule *rule, const char *role,
			const char *const *duties, bool no_decider)
{
	if (rule->when_no_decider && !no_decider)
		return false;
	if (!words_hold(rule->roles, role))
		return false;
	for (; duties && *duties; duties++)
		if (!words_hold(rule->duties, *duties))
			return false;
	return true;
}

static bool scope_covers(const struct appointment *held, const char *const *schools)
{
	if (held->tenant_wide)
		return true;
	if (!schools || !*schools)
		return false;
	for (; *schools; schools++)
		if (!list_holds(held->schools, *schools))
			return false;
	return true;
}

bool may_grant(const struct principal *principal, const char *role,
	       const char *const *duties, const char *const *schools, bool no_decider)
{
	for (int i = 0; i < principal->appointment_count; i++) {
		const struct appointment *held = &principal->appointments[i];

		if (!scope_covers(held, schools))
			continue;
		for (size_t r = 0; r < COUNT_OF(rules); r++)
			if (appointment_holds(held, rules[r].granter) &&
			    rule_allows(&rules[r], role, duties, no_decider))
				return true;
	}
	return false;
}

bool column_covers(const struct principal *principal, enum column column,
		   const char *const *schools)
{
	for (int i = 0; i < principal->appointment_count; i++)
		if (appointment_holds(&principal->appointments[i], column) &&
		    scope_covers(&principal->appointments[i], schools))
			return true;
	return false;
}

bool duties_need_second(const char *const *duties)
{
	for (; duties && *duties; duties++)
		if (list_holds(second_person, *duties))
			return true;
	return false;
}
