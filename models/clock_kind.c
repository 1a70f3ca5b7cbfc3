/* Every kind of clock there is. */
#include "models/clock_kind.h"
#include <assert.h>
#include <stdio.h>
#include <string.h>

/* The end of a day where neither the law nor a policy says another. */
enum { DAY_END = (23 * 60 + 59) * 60 };

/* name, means, promise, source, setting, courtesy, rule, .pauses */
#define KINDS(X)                                                                         \
	X("response", "A first answer to whoever wrote, if only that it was seen",       \
	  "A first answer", "M3, M4, M5", "clock.response_hours", true,                  \
	  { { CLOCK_HOURS } })                                                           \
	X("answer", "The answer itself, after receipt was acknowledged", "The answer",   \
	  "M5", "clock.answer_days", true, { { CLOCK_WORKING_DAYS } })                   \
	X("abuse", "Handling what is offensive or abusive", "Handling it", "B1",         \
	  "clock.abuse_hours", true, { { CLOCK_HOURS } })                                \
	X("data_protection_complaint",                                                   \
	  "Acknowledging a complaint about how personal data is handled",                \
	  "An acknowledgement", "Data Protection Act 2018, section 164A", NULL, false,   \
	  { { CLOCK_DAYS, 30 } })                                                        \
	X("freedom_of_information", "Answering a request for recorded information",      \
	  "An answer", "Freedom of Information Act 2000, section 10; SI 2010/2768",      \
	  NULL, false, { { CLOCK_SCHOOL_DAYS, 20 }, { CLOCK_WORKING_DAYS, 60 } })        \
	X("subject_access", "Answering a request for one's own personal data",           \
	  "An answer", "UK GDPR, article 12(3)", NULL, false,                            \
	  { { CLOCK_MONTHS, 1 }, .roll = OFF_NO_WORK }, .pauses = true)                  \
	X("breach", "Telling the ICO of a breach of personal data, from knowing of it",  \
	  "A notification", "UK GDPR, article 33", NULL, false, { { CLOCK_HOURS, 72 } }) \
	X("lado", "Referring an allegation that may meet the harm threshold",            \
	  "A referral", "KCSIE, part four", NULL, false, { { CLOCK_WORKING_DAYS, 1 } })  \
	X("complaint_acknowledgement", "Acknowledging a formal complaint",               \
	  "An acknowledgement", "A24", "complaint.acknowledgement_days", false,          \
	  { { CLOCK_SCHOOL_DAYS } })                                                     \
	X("complaint_informal", "Answering a complaint at its informal stage",           \
	  "An answer", "A24", "complaint.informal_days", false,                          \
	  { { CLOCK_SCHOOL_DAYS } })                                                     \
	X("complaint_formal", "Answering a complaint at its formal stage", "An answer",  \
	  "A24", "complaint.formal_days", false, { { CLOCK_SCHOOL_DAYS } })              \
	X("complaint_panel", "Hearing a complaint by a panel", "A hearing", "A24",       \
	  "complaint.panel_days", false, { { CLOCK_SCHOOL_DAYS } })

#define ROW(...) { __VA_ARGS__ },
#define NAME(name, ...) name,
#define MEANS(name, means, ...) means,
const struct clock_kind clock_kinds[] = { KINDS(ROW){ 0 } };
static_assert(COUNT_OF(clock_kinds) <= CLOCK_KINDS_MAX, "raise CLOCK_KINDS_MAX");
const char *const words_clock_kind[] = { KINDS(NAME) NULL };
const char *const words_clock_kind_means[] = { KINDS(MEANS) NULL };

/* What makes which day defer. */
static const struct {
	const char *key;
	enum day_off off;
} deferring[] = {
	{ "clock.defer_if_received_on_weekend", OFF_WEEKEND },
	{ "clock.defer_if_received_on_bank_holiday", OFF_BANK_HOLIDAY },
	{ "clock.defer_if_received_on_school_holiday", OFF_SCHOOL_HOLIDAY },
};

const struct clock_kind *clock_kind_find(const char *name)
{
	const struct clock_kind *kind = clock_kinds;

	while (kind->name && strcmp(kind->name, name) != 0)
		kind++;
	return kind->name ? kind : NULL;
}

/* "15:30"; what is no such time is judged where settings are written. */
static int day_end_of(const json_t *settings)
{
	const char *text = json_string_value(json_object_get(settings, "clock.day_end"));
	int hour, minute;

	if (text && sscanf(text, "%d:%d", &hour, &minute) == 2)
		return (hour * 60 + minute) * 60;
	return DAY_END;
}

static void courtesy_read(struct clock_rule *rule, const json_t *settings)
{
	for (size_t i = 0; i < COUNT_OF(deferring); i++)
		if (json_is_true(json_object_get(settings, deferring[i].key)))
			rule->defer |= deferring[i].off;
	if (json_is_true(json_object_get(settings, "clock.roll_due_forward")))
		rule->roll = rule->defer;
	rule->day_end = day_end_of(settings);
}

/* "A first answer is promised within 24 hours (clock.response_hours)." */
static const char *promise_of(struct arena *arena, const struct clock_kind *kind,
			      const struct clock_rule *rule)
{
	const char *by = kind->amount_key ? kind->amount_key : kind->source;

	if (rule->span.unit == CLOCK_NONE)
		return arena_printf(arena,
				    "%s is promised by no policy here (%s is none).",
				    kind->promise, by);
	return arena_printf(
		arena, "%s is %s within %s%s%s (%s).", kind->promise,
		kind->courtesy ? "promised" : "due", clock_span_words(arena, &rule->span),
		rule->or_span.unit ? " or " : "",
		rule->or_span.unit ? clock_span_words(arena, &rule->or_span) : "", by);
}

struct clock_rule clock_rule_of(struct arena *arena, const struct clock_kind *kind,
				const json_t *settings)
{
	struct clock_rule rule = kind->rule;
	const json_t *amount;

	rule.day_end = DAY_END;
	if (kind->amount_key) {
		amount = json_object_get(settings, kind->amount_key);
		rule.span.amount = (long)json_integer_value(amount);
		if (!json_is_integer(amount))
			rule.span.unit = CLOCK_NONE;
	}
	if (kind->courtesy)
		courtesy_read(&rule, settings);
	rule.promise = promise_of(arena, kind, &rule);
	return rule;
}

static void setting_keep(json_t *kept, const json_t *settings, const char *key)
{
	json_t *value = json_object_get(settings, key);

	if (value)
		json_object_set(kept, key, value);
}

json_t *clock_rule_settings(const struct clock_kind *kind, const json_t *settings)
{
	json_t *kept = json_object();

	if (kind->amount_key)
		setting_keep(kept, settings, kind->amount_key);
	if (!kind->courtesy)
		return kept;
	for (size_t i = 0; i < COUNT_OF(deferring); i++)
		setting_keep(kept, settings, deferring[i].key);
	setting_keep(kept, settings, "clock.roll_due_forward");
	setting_keep(kept, settings, "clock.day_end");
	return kept;
}

const char *clocks_pausing(struct arena *arena)
{
	const char *text = "";

	for (const struct clock_kind *kind = clock_kinds; kind->name; kind++)
		if (kind->pauses)
			text = arena_printf(arena, "%s%s%s", text, *text ? "," : "",
					    kind->name);
	return arena_printf(arena, "{%s}", text);
}

const char *clock_settings(struct arena *arena)
{
	const char *text = "{clock.roll_due_forward,clock.day_end";

	for (size_t i = 0; i < COUNT_OF(deferring); i++)
		text = arena_printf(arena, "%s,%s", text, deferring[i].key);
	for (const struct clock_kind *kind = clock_kinds; kind->name; kind++)
		if (kind->amount_key)
			text = arena_printf(arena, "%s,%s", text, kind->amount_key);
	return arena_printf(arena, "%s}", text);
}
