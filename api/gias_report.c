/* The report of an import of the register, as a table or as JSON. */
#include "api/gias_report.h"
#include <stdio.h>
#include "base/cleanup.h"

static const struct section {
	const char *name;
	const char *counts[6];
} sections[] = {
	{ "schools", { "created", "changed", "unchanged" } },
	{ "trusts", { "created", "changed", "re_registered", "unchanged" } },
	{ "memberships", { "joined", "moved", "left", "changed", "unchanged" } },
	{ "links", { "created", "changed", "removed", "unchanged" } },
};

static const char *text_of(const json_t *object, const char *name)
{
	const char *text = json_string_value(json_object_get(object, name));

	return text ? text : "-";
}

static long number_of(const json_t *object, const char *name)
{
	return (long)json_integer_value(json_object_get(object, name));
}

static void print_counts(const json_t *report)
{
	for (size_t i = 0; i < COUNT_OF(sections); i++) {
		const json_t *counts = json_object_get(report, sections[i].name);

		printf("%-12s", sections[i].name);
		for (const char *const *name = sections[i].counts; *name; name++)
			printf("%8ld %-13s", number_of(counts, *name), *name);
		putchar('\n');
	}
	printf("%-12s%8ld proposed\n", "transfers",
	       number_of(report, "transfers_proposed"));
}

static void print_lines(const json_t *report)
{
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(report, "moves"), i, line)
		printf("moved          %s %s: %s -> %s, %s\n", text_of(line, "urn"),
		       text_of(line, "school"), text_of(line, "from"),
		       text_of(line, "to"), text_of(line, "joined_on"));
	json_array_foreach(json_object_get(report, "re_registrations"), i, line)
		printf("re-registered  %s (%s): UID %s -> %s\n", text_of(line, "trust"),
		       text_of(line, "companies_house_number"), text_of(line, "from_uid"),
		       text_of(line, "to_uid"));
	json_array_foreach(json_object_get(report, "leavers"), i, line)
		printf("left           %s %s: %s (%s)\n", text_of(line, "urn"),
		       text_of(line, "school"), text_of(line, "trust"),
		       text_of(line, "because"));
}

static void print_table(const json_t *report)
{
	printf("%s: %s as of %s, %ld rows", text_of(report, "file"),
	       text_of(report, "form"), text_of(report, "as_of"),
	       number_of(report, "rows"));
	if (number_of(report, "passed_over"))
		printf(", %ld of them of groups that are no academy trust",
		       number_of(report, "passed_over"));
	puts(json_is_true(json_object_get(report, "dry_run")) ? " (dry run)" : "");
	print_counts(report);
	print_lines(report);
}

static void print_refused(const json_t *report, FILE *out)
{
	const json_t *line;
	size_t i;

	json_array_foreach(json_object_get(report, "refused"), i, line)
		fprintf(out, "refused        %s: %s\n", text_of(line, "where"),
			text_of(line, "detail"));
}

void gias_report_print(const json_t *report, bool as_json)
{
	bool kept = json_is_true(json_object_get(report, "imported"));
	bool dry_run = json_is_true(json_object_get(report, "dry_run"));

	if (as_json) {
		json_dumpf(report, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (kept || dry_run) {
		print_table(report);
		print_refused(report, stdout);
	} else {
		print_refused(report, stderr);
	}
	if (!kept && !dry_run)
		fputs("Nothing was imported: mend these lines, or pass --skip-bad.\n",
		      stderr);
	fflush(stdout);
}
