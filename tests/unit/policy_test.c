/* The first wall, cell by cell: tests/policy.eval says what must hold, the matrix
 * answers. */
#include "auth/policy.h"
#include <stdlib.h>
#include <string.h>
#include "tests/unit/check.h"

#define SCHOOL_A "018f0000-0000-7000-8000-00000000000a"
#define SCHOOL_B "018f0000-0000-7000-8000-00000000000b"
#define SCHOOL_C "018f0000-0000-7000-8000-00000000000c"
#define MOST 8

/* The scopes of the table, as what a reach over exactly them covers. */
static const struct scope {
	const char *name, *reach;
	bool tenant;
	const char *schools[3];
} scopes[] = {
	{ "tenant", "TENANT", true, { NULL } },
	{ "school", "SCHOOL", false, { SCHOOL_A, NULL } },
	{ "other", "OTHER", false, { SCHOOL_B, NULL } },
	{ "both", "BOTH", false, { SCHOOL_A, SCHOOL_B, NULL } },
};

static bool cell_seen[PERMISSION_COUNT][COLUMN_COUNT];

static const struct scope *scope_find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(scopes); i++)
		if (strcmp(name, scopes[i].name) == 0 ||
		    strcmp(name, scopes[i].reach) == 0)
			return &scopes[i];
	fprintf(stderr, "no scope is called %s\n", name);
	exit(1);
}

static int permission_find(const char *name)
{
	for (int i = SIGNED_IN + 1; i < PERMISSION_COUNT; i++)
		if (strcmp(name, permission_name((enum permission)i)) == 0)
			return i;
	fprintf(stderr, "no permission is called %s\n", name);
	exit(1);
}

/* role@scope+duty+duty; `text` is cut up. */
static struct appointment appointment_read(struct arena *arena, char *text,
					   const struct scope **ret_scope)
{
	const char **duties = arena_alloc(arena, sizeof(*duties) * MOST);
	char *rest = strchr(text, '@') + 1;
	char *duty;
	int count = 0;

	rest[-1] = '\0';
	*ret_scope = scope_find(strsep(&rest, "+"));
	while ((duty = strsep(&rest, "+")))
		duties[count++] = duty;
	return (struct appointment){ text, duties, (*ret_scope)->tenant,
				     (*ret_scope)->schools };
}

static bool scope_has(const struct scope *scope, const char *school)
{
	for (const char *const *listed = scope->schools; *listed; listed++)
		if (strcmp(*listed, school) == 0)
			return true;
	return scope->tenant;
}

/* All of the scope, and nothing beyond it. */
static bool reach_spans(const struct reach *reach, const struct scope *scope)
{
	static const char *const schools[] = { SCHOOL_A, SCHOOL_B, SCHOOL_C };
	int count = 0;

	for (size_t i = 0; i < COUNT_OF(schools); i++)
		if (reach_covers(reach, schools[i], false) !=
		    scope_has(scope, schools[i]))
			return false;
	while (scope->schools[count])
		count++;
	return reach->tenant == scope->tenant && reach->school_count == count &&
	       !reach->schools[count] &&
	       reach_covers(reach, NULL, false) == scope->tenant;
}

static bool reach_is(const struct reach *reach, const char *expected,
		     const struct scope *only)
{
	static const struct scope nothing = { "", "", false, { NULL } };
	bool own = strstr(expected, "OWN") != NULL;
	const struct scope *scope = only;
	char name[16];

	snprintf(name, sizeof(name), "%.*s", (int)strcspn(expected, "+"), expected);
	if (strcmp(name, "NO") == 0 || strcmp(name, "OWN") == 0)
		scope = &nothing;
	else if (strcmp(name, "SCOPE") != 0)
		scope = scope_find(name);
	return reach->own == own && reach_spans(reach, scope) &&
	       reach_none(reach) == (strcmp(name, "NO") == 0) &&
	       reach_covers(reach, SCHOOL_C, true) == (own || scope->tenant) &&
	       reach_covers(reach, NULL, true) == (own || scope->tenant);
}

/* In the words of the table. */
static const char *reach_words(struct arena *arena, const struct reach *reach)
{
	const char *name = "something else";

	if (!reach->tenant && !reach->school_count)
		name = reach->own ? "OWN" : "NO";
	for (size_t i = 0; i < COUNT_OF(scopes); i++)
		if (reach_spans(reach, &scopes[i]))
			name = scopes[i].reach;
	return arena_printf(arena, "%s%s", name,
			    reach->own && strcmp(name, "OWN") != 0 ? "+OWN" : "");
}

/* Which cell a line with one appointment speaks of, by the names of the columns. */
static void cell_tick(const char *appointments, int permission)
{
	char role[64];

	for (int column = 0; column < COLUMN_COUNT; column++) {
		const char *name = column_name((enum column)column);

		snprintf(role, sizeof(role), "%s%s",
			 column >= COLUMN_HEAD ? "none@school+" : "", name);
		if (!strchr(name, '@') && column < COLUMN_HEAD)
			strcat(role, "@school");
		if (strcmp(role, appointments) == 0)
			cell_seen[permission][column] = true;
	}
}

static bool case_holds(const char *expected, const char *appointments, int permission)
{
	struct arena *arena = arena_new();
	char *list = arena_copy(arena, appointments), *one;
	struct appointment read[MOST];
	struct principal principal = { .appointments = read };
	const struct scope *scope = NULL;
	struct reach reach;
	bool holds;

	if (strcmp(appointments, "-") == 0)
		list = NULL;
	while ((one = strsep(&list, ",")))
		read[principal.appointment_count++] =
			appointment_read(arena, one, &scope);
	reach = policy_reach(arena, &principal, (enum permission)permission);
	holds = reach_is(&reach, expected, scope);
	if (!holds)
		fprintf(stderr, "tests/policy.eval: %s, %s: expected %s, got %s\n",
			permission_name((enum permission)permission), appointments,
			expected, reach_words(arena, &reach));
	arena_free(arena);
	return holds;
}

/* Only SLT's column depends on its scope: all others are held
 * to theirs tenant-wide too. */
static bool case_holds_everywhere(const char *expected, const char *appointments,
				  int permission)
{
	const char *scope = strstr(appointments, "@school");
	char wide[128];

	if (!case_holds(expected, appointments, permission))
		return false;
	if (!scope || strchr(appointments, ',') ||
	    strncmp(appointments, "slt@", 4) == 0 || strstr(expected, "SCHOOL"))
		return true;
	snprintf(wide, sizeof(wide), "%.*s@tenant%s", (int)(scope - appointments),
		 appointments, scope + strlen("@school"));
	return case_holds(expected, wide, permission);
}

static void table_holds(const char *path)
{
	FILE *file = fopen(path, "r");
	char line[256], expected[16], appointments[128], permission[64];

	CHECK(file);
	while (file && fgets(line, sizeof(line), file)) {
		int found;

		if (line[0] == '#' || sscanf(line, "%15s %127s %63s", expected,
					     appointments, permission) != 3)
			continue;
		found = permission_find(permission);
		cell_tick(appointments, found);
		CHECK(case_holds_everywhere(expected, appointments, found));
	}
	if (file)
		fclose(file);
}

static void cell_is_there(int permission, int column)
{
	static const char *const words[] = {
		[NO] = "NO", [OWN] = "OWN", [SCOPE] = "SCOPE"
	};

	if (!cell_seen[permission][column])
		fprintf(stderr, "%s, %s: the matrix says %s, the table has no line\n",
			permission_name((enum permission)permission),
			column_name((enum column)column),
			words[policy_matrix[permission][column]]);
	CHECK(cell_seen[permission][column]);
}

static void table_is_complete(void)
{
	for (int permission = SIGNED_IN + 1; permission < PERMISSION_COUNT; permission++)
		for (int column = 0; column < COLUMN_COUNT; column++)
			cell_is_there(permission, column);
	CHECK(policy_check());
}

static void what_is_in_no_row_grants_nothing(struct arena *arena)
{
	static const struct appointment all = { "slt", NULL, true, NULL };
	struct principal principal = { .appointments = &all, .appointment_count = 1 };
	struct reach reach;

	for (int permission = UNSET; permission <= SIGNED_IN; permission++) {
		reach = policy_reach(arena, &principal, (enum permission)permission);
		CHECK(reach_none(&reach));
	}
	reach = policy_reach(arena, &principal, PERMISSION_COUNT);
	CHECK(reach_none(&reach));
}

/* Last: there is no way back. Only a test build has this switch at all. */
static void switch_works_in_test_builds_only(struct arena *arena)
{
	struct principal nobody = { 0 };
	struct reach reach;

	policy_switch_off();
	reach = policy_reach(arena, &nobody, ACCOUNT_RECORD);
#ifdef CHAPERONE_TEST_BUILD
	CHECK(reach.tenant && reach_covers(&reach, NULL, false));
#else
	CHECK(reach_none(&reach));
#endif
	reach = policy_reach(arena, &nobody, UNSET);
	CHECK(reach_none(&reach));
}

int main(int argc, char **argv)
{
	struct arena *arena = arena_new();

	table_holds(argc > 1 ? argv[1] : "tests/policy.eval");
	table_is_complete();
	what_is_in_no_row_grants_nothing(arena);
	switch_works_in_test_builds_only(arena);
	arena_free(arena);
	return check_done();
}
