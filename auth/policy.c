/* Reads the permission matrix: what the caller's appointments together reach. */
#include "auth/policy.h"
#include <string.h>
#include <strings.h>
#include "base/log.h"
#include "sql/array.h"

#define FIRST_PERMISSION (SIGNED_IN + 1)
#define FIRST_DUTY COLUMN_HEAD

static const char *const permission_names[PERMISSION_COUNT] = { [UNSET] = "unset",
								[PUBLIC] = "public",
								[SIGNED_IN] = "signed_in",
#define X(id, name) [id] = name,
								PERMISSIONS(X)
#undef X
};

static const char *const column_names[COLUMN_COUNT] = {
#define X(id, name) [COLUMN_##id] = name,
	COLUMNS(X)
#undef X
};

static bool wall_off;

const char *permission_name(enum permission permission)
{
	return permission_names[permission];
}

const char *column_name(enum column column)
{
	return column_names[column];
}

/* Roles and duties are looked up apart: a duty called "administrator" is only a label. */
static int column_find(const char *name, int from, int to)
{
	for (int column = from; column < to; column++)
		if (strcmp(name, column_names[column]) == 0)
			return column;
	return -1;
}

/* Who stands in for the DSL does what the DSL does. */
static int duty_column(const char *duty)
{
	if (strcmp(duty, "deputy_dsl") == 0)
		return COLUMN_DSL;
	return column_find(duty, FIRST_DUTY, COLUMN_COUNT);
}

static int role_column(const struct appointment *appointment)
{
	if (strcmp(appointment->role, "slt") == 0)
		return appointment->tenant_wide ? COLUMN_SLT_TENANT : COLUMN_SLT_SCHOOL;
	return column_find(appointment->role, COLUMN_ADMINISTRATOR, FIRST_DUTY);
}

bool appointment_holds(const struct appointment *appointment, enum column column)
{
	if (role_column(appointment) == (int)column)
		return true;
	for (const char *const *duty = appointment->duties; duty && *duty; duty++)
		if (duty_column(*duty) == (int)column)
			return true;
	return false;
}

/* The furthest of what the role and each duty give over this one scope, and whether one
 * of them gives the caller's own rows. */
static bool appointment_grants(const struct appointment *appointment,
			       enum permission permission, bool *own)
{
	const enum cell *row = policy_matrix[permission];
	int column = role_column(appointment);
	bool scope = column >= 0 && row[column] == SCOPE;

	*own |= column >= 0 && row[column] == OWN;
	for (const char *const *duty = appointment->duties; duty && *duty; duty++) {
		column = duty_column(*duty);
		if (column < 0)
			continue;
		scope |= row[column] == SCOPE;
		*own |= row[column] == OWN;
	}
	return scope;
}

static bool school_listed(const char *const *schools, int count, const char *school)
{
	for (int i = 0; i < count; i++)
		if (strcasecmp(schools[i], school) == 0)
			return true;
	return false;
}

static size_t schools_count(const struct principal *principal)
{
	size_t count = 0;

	for (int i = 0; i < principal->appointment_count; i++) {
		const char *const *school = principal->appointments[i].schools;

		while (school && *school++)
			count++;
	}
	return count;
}

struct reach policy_reach(struct arena *arena, const struct principal *principal,
			  enum permission permission)
{
	size_t room = schools_count(principal) + 1;
	const char **schools = arena_alloc(arena, sizeof(*schools) * room);
	struct reach reach = { 0 };

	reach.schools = schools;
	if (permission < FIRST_PERMISSION || permission >= PERMISSION_COUNT)
		return reach;
	if (wall_off)
		reach.tenant = true;
	for (int i = 0; i < principal->appointment_count; i++) {
		const struct appointment *appointment = &principal->appointments[i];
		const char *const *school = appointment->schools;

		if (!appointment_grants(appointment, permission, &reach.own))
			continue;
		reach.tenant |= appointment->tenant_wide;
		for (; !appointment->tenant_wide && school && *school; school++)
			if (!school_listed(schools, reach.school_count, *school))
				schools[reach.school_count++] = *school;
	}
	if (reach.tenant)
		schools[reach.school_count = 0] = NULL;
	return reach;
}

char *policy_holders(struct arena *arena, enum permission permission, bool duties)
{
	int from = duties ? FIRST_DUTY : 0, to = duties ? COLUMN_COUNT : FIRST_DUTY;
	const enum cell *row = policy_matrix[permission];
	const char *names[COLUMN_COUNT + 2];
	int count = 0;

	for (int column = from; column < to; column++)
		if (row[column] != NO)
			names[count++] = column <= COLUMN_SLT_SCHOOL
						 ? "slt"
						 : column_names[column];
	if (duties && row[COLUMN_DSL] != NO)
		names[count++] = "deputy_dsl";
	names[count] = NULL;
	return array_text(arena, names);
}

bool reach_none(const struct reach *reach)
{
	return !reach->tenant && !reach->own && reach->school_count == 0;
}

bool reach_covers(const struct reach *reach, const char *school, bool own)
{
	if (reach->tenant || (own && reach->own))
		return true;
	return school && school_listed(reach->schools, reach->school_count, school);
}

void policy_switch_off(void)
{
#ifdef CHAPERONE_TEST_BUILD
	wall_off = true;
#else
	log_line(LOG_ERROR, "wall_one_off", "ignored: this is not a test build");
#endif
}

bool policy_check(void)
{
	bool complete = true;

	for (int permission = FIRST_PERMISSION; permission < PERMISSION_COUNT;
	     permission++) {
		bool granted = false;

		for (int column = 0; column < COLUMN_COUNT; column++)
			granted |= policy_matrix[permission][column] != NO;
		if (!granted)
			log_line(LOG_ERROR, "policy_check", "nobody is granted %s",
				 permission_names[permission]);
		complete &= granted;
	}
	return complete;
}
