/* Every kind of clock there is: what it measures, by whose word, and how the settings of
 * a school change it. */
#pragma once
#include "models/clock_due.h"
#include "models/words.h"

struct clock_kind {
	const char *name;
	const char *means;
	const char *promise;	/* what is promised: "A first answer" */
	const char *source;	/* the requirements, law or guidance that it comes from */
	const char *amount_key; /* the setting that says how long; NULL: the rule does */
	bool courtesy; /* the policy's, not the law's: it waits, and moves on, as settings
			  say */
	struct clock_rule rule;
	bool pauses; /* the law lets it stand still, until whoever asked is known */
};

/* With the { 0 } at the end; the build says when it is too few. */
enum { CLOCK_KINDS_MAX = 16 };
extern const struct clock_kind clock_kinds[]; /* ends with { 0 } */
WORDS_DECLARE(words_clock_kind);
const struct clock_kind *clock_kind_find(const char *name);
/* The rule of a kind at a school with these settings: {"clock.response_hours": 24, ...}.
 */
struct clock_rule clock_rule_of(struct arena *arena, const struct clock_kind *kind,
				const json_t *settings);
/* Those of these settings that a kind goes by: kept with each clock, whose rule is read
 * from them whenever it is reckoned again. */
json_t *clock_rule_settings(const struct clock_kind *kind, const json_t *settings);
/* The kinds that may stand still, as an array of PostgreSQL. */
const char *clocks_pausing(struct arena *arena);
/* Every setting that a clock may depend on, as an array of PostgreSQL. */
const char *clock_settings(struct arena *arena);
