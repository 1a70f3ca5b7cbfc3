/* Authorisations to look at somebody a second time (M9): a record of who said so, why and
 * until when, which ends and is never deleted. */
#include "models/resource.h"
#include "models/words.h"

static const struct field recording[] = {
	{ "school_id", UUID },
	{ "person_id", UUID },
	{ "concerns", LINE, .min = 3, .max = 500 },
	{ "scope", TEXT, .required = true, .min = 3, .max = 2000 },
	{ "reason", TEXT, .required = true, .min = 3, .max = 2000 },
	{ "from_on", DATE },
	{ "until_on", DATE, .required = true, .coming = true },
	{ "dpia_reference", LINE, .max = 200 },
	{ 0 },
};

static const struct field ending[] = {
	{ "end_reason", LINE, .required = true, .min = 3, .max = 500 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "school_id", "a.school_id", UUID },
			{ "state", "a.state", ONE_OF, WORDS(words_authorisation_state) },
			{ "person_id", "a.person_id", UUID },
			{ "current",
			  "(a.state = 'active' AND today() BETWEEN a.from_on AND "
			  "a.until_on)",
			  FLAG },
			{ "until_on", "a.until_on", DATE, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "a.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "a.id",
};

static const struct route routes[] = {
	{ "GET", "/v1/monitoring-authorisations", MONITORING_READ,
	  .sql = q_monitoring_authorisation_list, .list = &listing },
	{ "GET", "/v1/monitoring-authorisations/:id", MONITORING_READ,
	  .sql = q_monitoring_authorisation_get },
	{ "POST", "/v1/monitoring-authorisations", MONITORING_AUTHORISE,
	  .sql = q_monitoring_authorisation_record, .body = recording, .status = 201 },
	{ 0 },
};

static const struct step flow[] = {
	{ "end", "{active}", "ended", MONITORING_AUTHORISE, "End", .body = ending },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "monitoring_authorisation_days", PROBLEM_INVALID, "/until_on",
	  "is on or after from_on" },
	{ "monitoring_authorisation_length", PROBLEM_INVALID, "/until_on",
	  "is a year after from_on at most: authorise it again then" },
	{ "monitoring_authorisation_not_own", PROBLEM_CONFLICTED, NULL,
	  "Nobody authorises what concerns themselves." },
	{ 0 },
};

const struct resource monitoring_authorisation = {
	.name = "monitoring_authorisation",
	.path = "/v1/monitoring-authorisations",
	.read = MONITORING_READ,
	.get = q_monitoring_authorisation_get,
	.move = q_monitoring_authorisation_move,
	.routes = routes,
	.flow = flow,
	.constraints = constraints,
};
