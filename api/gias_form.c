/* The forms of the register's files, as rows; the first whose needed columns are all
 * there is taken, so that the one that needs more goes first. */
#include "api/gias_form.h"
#include <string.h>

static const struct gias_column group_links[] = {
	{ "urn", "URN", NULL, GIAS_URN, true, true },
	{ "uid", "Linked UID", "Group UID", GIAS_UID, true, true },
	{ "trust_name", "Group Name", NULL, GIAS_TEXT, true, true },
	{ "company", "Companies House Number", NULL, GIAS_COMPANY, true },
	{ "kind", "Group Type", NULL, GIAS_TRUST_KIND, true },
	{ "trust_status", "Group Status", NULL, GIAS_GROUP_STATUS },
	{ "trust_closed_on", "Closed Date", NULL, GIAS_DATE },
	{ "group_id", "Group ID", NULL, GIAS_TEXT },
	{ "joined_on", "Joined date", "Joined Date", GIAS_DATE, true },
	{ "name", "EstablishmentName", NULL, GIAS_TEXT, true, true },
	{ "establishment_type", "TypeOfEstablishment (name)", NULL, GIAS_TEXT, true },
	{ "phase", "PhaseOfEducation (name)", NULL, GIAS_PHASE, true, true },
	{ "local_authority", "LA (name)", NULL, GIAS_TEXT, true },
	{ "local_authority_code", "LA (code)", NULL, GIAS_TEXT },
	{ 0 },
};

static const struct gias_column establishments[] = {
	{ "urn", "URN", NULL, GIAS_URN, true, true },
	{ "name", "EstablishmentName", NULL, GIAS_TEXT, true, true },
	{ "status", "EstablishmentStatus (name)", NULL, GIAS_STATUS, true, true },
	{ "phase", "PhaseOfEducation (name)", NULL, GIAS_PHASE, true, true },
	{ "establishment_type", "TypeOfEstablishment (name)", NULL, GIAS_TEXT, true },
	{ "establishment_type_group", "EstablishmentTypeGroup (name)", NULL, GIAS_TEXT },
	{ "local_authority", "LA (name)", NULL, GIAS_TEXT, true },
	{ "local_authority_code", "LA (code)", NULL, GIAS_TEXT },
	{ "establishment_number", "EstablishmentNumber", NULL, GIAS_TEXT },
	{ "opened_on", "OpenDate", NULL, GIAS_DATE, true },
	{ "closed_on", "CloseDate", NULL, GIAS_DATE, true },
	{ "kind", "TrustSchoolFlag (name)", NULL, GIAS_TRUST_KIND, true },
	{ "uid", "Trusts (code)", NULL, GIAS_UID, true },
	{ "trust_name", "Trusts (name)", NULL, GIAS_TEXT, true },
	{ "ukprn", "UKPRN", NULL, GIAS_TEXT },
	{ "town", "Town", NULL, GIAS_TEXT },
	{ "postcode", "Postcode", NULL, GIAS_TEXT },
	{ "website", "SchoolWebsite", NULL, GIAS_TEXT },
	{ 0 },
};

static const struct gias_column groups[] = {
	{ "uid", "Group UID", NULL, GIAS_UID, true, true },
	{ "trust_name", "Group Name", NULL, GIAS_TEXT, true, true },
	{ "company", "Companies House Number", NULL, GIAS_COMPANY, true },
	{ "kind", "Group Type", NULL, GIAS_TRUST_KIND, true },
	{ "group_id", "Group ID", NULL, GIAS_TEXT },
	{ "trust_status", "Group Status", NULL, GIAS_GROUP_STATUS, true },
	{ "trust_opened_on", "Open date", "Open Date", GIAS_DATE },
	{ "trust_closed_on", "Closed Date", NULL, GIAS_DATE, true },
	{ 0 },
};

static const struct gias_column links[] = {
	{ "urn", "URN", NULL, GIAS_URN, true, true },
	{ "link_urn", "LinkURN", NULL, GIAS_URN, true, true },
	{ "link_direction", "LinkType", NULL, GIAS_LINK, true },
	{ "link_kind", "LinkType", NULL, GIAS_LINK_KIND, true },
	{ "linked_on", "LinkEstablishedDate", NULL, GIAS_DATE, true },
	{ 0 },
};

static const struct gias_column archived[] = {
	{ "urn", "urn", NULL, GIAS_URN, true, true },
	{ "name", "name", NULL, GIAS_TEXT, true, true },
	{ "status", "status", NULL, GIAS_STATUS, true, true },
	{ "phase", "phase_of_education", NULL, GIAS_PHASE, true, true },
	{ "local_authority", "local_authority_name", NULL, GIAS_TEXT, true },
	{ 0 },
};

static const struct gias_form forms[] = {
	{ "group_links", group_links, 1 },
	{ "establishments", establishments },
	{ "groups", groups },
	{ "establishment_links", links },
	{ 0 },
};
const struct gias_form gias_archive = { "establishment_archive", archived };

static bool column_is(const struct gias_column *column, const char *name)
{
	return strcmp(column->header, name) == 0 ||
	       (column->also && strcmp(column->also, name) == 0);
}

int gias_column_find(const struct gias_form *form, const char *column)
{
	for (int i = 0; form->columns[i].column; i++)
		if (strcmp(form->columns[i].column, column) == 0)
			return i;
	return -1;
}

/* Where the column stands: -1 nowhere, -2 twice. */
static int place_find(const struct gias_column *column, const char *const *names,
		      int count)
{
	int place = -1;

	for (int i = 0; i < count; i++)
		if (column_is(column, names[i])) {
			if (place >= 0)
				return -2;
			place = i;
		}
	return place;
}

/* What stands between a header and a form. */
struct lack {
	int count, needed;
	const char *verb, *header; /* the first of them: lacks, has twice */
};

static struct lack form_lack(const struct gias_form *form, const char *const *names,
			     int count)
{
	struct lack lack = { 0 };

	for (const struct gias_column *c = form->columns; c->column; c++) {
		int place = place_find(c, names, count);

		lack.needed += c->needed;
		if (place >= 0 || (place == -1 && !c->needed))
			continue;
		if (lack.count++ == 0) {
			lack.verb = place == -1 ? "lacks" : "has twice";
			lack.header = c->header;
		}
	}
	return lack;
}

/* Names the form that the header comes nearest to, when it comes near one. */
static const struct problem *form_unknown(struct arena *arena, const char *const *names,
					  int count)
{
	const struct gias_form *best = NULL;
	struct lack least = { 0 };

	for (const struct gias_form *form = forms; form->name; form++) {
		struct lack lack = form_lack(form, names, count);

		if (lack.count * 2 <= lack.needed &&
		    (!best || lack.count < least.count)) {
			best = form;
			least = lack;
		}
	}
	if (best)
		return problem(arena, PROBLEM_INVALID,
			       "The header is nearly that of the form %s, but it %s %s.",
			       best->name, least.verb, least.header);
	return problem(arena, PROBLEM_INVALID,
		       "This is no file of the register that is known here: its first "
		       "line has to name the columns.");
}

const struct problem *gias_form_find(struct arena *arena, const char *const *names,
				     int count, const struct gias_form **ret_form,
				     int *places)
{
	const struct gias_form *form = forms;

	while (form->name && form_lack(form, names, count).count > 0)
		form++;
	if (!form->name)
		return form_unknown(arena, names, count);
	for (int i = 0; form->columns[i].column; i++)
		places[i] = place_find(&form->columns[i], names, count);
	*ret_form = form;
	return NULL;
}
