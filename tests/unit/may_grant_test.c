/* The may-grant table, against tests/may_grant.eval. */
#include "auth/may_grant.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "models/words.h"
#include "tests/unit/check.h"

#define A "018f0000-0000-7000-8000-00000000000a"
#define B "018f0000-0000-7000-8000-00000000000b"

static const char *const none[] = { NULL }, *const only_a[] = { A, NULL },
			 *const only_b[] = { B, NULL }, *const both[] = { A, B, NULL };

static const char *const *schools_of(const char *where)
{
	if (strcmp(where, "tenant") == 0)
		return none;
	if (strcmp(where, "ab") == 0)
		return both;
	return strcmp(where, "a") == 0 ? only_a : only_b;
}

/* Cuts "role@scope+duty+duty" up. */
static struct appointment held(struct arena *arena, char *text)
{
	const char **duties = arena_alloc(arena, sizeof(*duties) * 8);
	char *role = strsep(&text, "@"), *scope = strsep(&text, "+"), *duty;
	int count = 0;

	while ((duty = strsep(&text, "+")))
		duties[count++] = duty;
	return (struct appointment){ role, duties, strcmp(scope, "tenant") == 0,
				     schools_of(scope) };
}

static bool verdict(struct arena *arena, char *granter, char *grants, const char *where,
		    const char *tenant)
{
	struct appointment appointments[4];
	struct principal principal = { .appointments = appointments };
	const char *duties[8] = { 0 }, *role = strsep(&grants, "+");
	char *one;

	while ((one = strsep(&granter, ",")))
		appointments[principal.appointment_count++] = held(arena, one);
	for (int i = 0; grants; i++)
		duties[i] = strsep(&grants, "+");
	return may_grant(&principal, role, duties, schools_of(where),
			 strcmp(tenant, "no-slt") == 0);
}

/* Every duty there is, and whether its holder waits for a second person. */
static void duties_check(void)
{
	static const struct {
		const char *duty;
		bool second;
	} stated[] = {
		{ "head", false },
		{ "deputy_head", false },
		{ "assistant_head", false },
		{ "dsl", true },
		{ "deputy_dsl", true },
		{ "dpo", true },
		{ "hr", true },
		{ "clerk", false },
		{ "chair", false },
		{ "proprietor", false },
		{ "auditor", true },
		{ "online_safety_lead", false },
	};
	size_t count = 0;

	for (; words_duty[count]; count++) {
		const char *held[] = { "clerk", words_duty[count], NULL };

		CHECK(count < COUNT_OF(stated));
		CHECK(!strcmp(words_duty[count], stated[count].duty));
		CHECK(duties_need_second(held) == stated[count].second);
	}
	CHECK(count == COUNT_OF(stated));
}

int main(void)
{
	autofclose FILE *file = fopen("tests/may_grant.eval", "r");
	char line[256], wanted[8], granter[64], grants[64], where[16], tenant[16];
	struct arena *arena = arena_new();

	CHECK(file != NULL);
	while (file && fgets(line, sizeof(line), file)) {
		bool right;

		if (sscanf(line, "%7s %63s %63s %15s %15s", wanted, granter, grants,
			   where, tenant) != 5 ||
		    wanted[0] == '#')
			continue;
		right = verdict(arena, granter, grants, where, tenant) ==
			(wanted[0] == 'y');
		if (!right)
			fprintf(stderr, "tests/may_grant.eval: not so: %s", line);
		CHECK(right);
	}
	CHECK(check_passed > 30);
	duties_check();
	arena_free(arena);
	return check_done();
}
