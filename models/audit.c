/* The audit trail: whether it still is what was written. */
#include <string.h>
#include <time.h>
#include "models/audit_chain.h"
#include "models/resource.h"

enum { FAULTS_SHOWN = 100 };

struct reading {
	struct call *call;
	const struct problem *err;
	json_t *faults;
};

/* A transaction a page, so that nothing waits for a long one. */
static const PGresult *page_run(void *data, enum query query, const char *const *values)
{
	struct reading *reading = data;
	const PGresult *rows;

	for (; *values; values += 2)
		call_set(reading->call, values[0], values[1]);
	if (!(reading->err = call_commit(reading->call)))
		reading->err = run(reading->call, query, &rows);
	return reading->err ? NULL : rows;
}

static json_t *number_or_null(long number)
{
	return number ? json_integer(number) : json_null();
}

static void fault_add_json(void *data, const struct audit_fault *fault)
{
	json_t *faults = ((struct reading *)data)->faults;

	if (json_array_size(faults) < FAULTS_SHOWN)
		json_array_append_new(faults,
				      json_pack("{s:s, s:s, s:o, s:o}", "code",
						fault->code, "detail", fault->detail,
						"seal", number_or_null(fault->seal),
						"event", number_or_null(fault->event)));
}

static json_t *report_json(struct call *call, const struct audit_report *report,
			   json_t *faults)
{
	json_t *head = json_null();

	if (report->seq)
		head = json_pack("{s:I, s:s}", "seq", (json_int_t)report->seq, "chain",
				 report->chain);
	return json_pack("{s:s, s:b, s:s, s:I, s:I, s:I, s:o, s:I, s:O}", "tenant_id",
			 call->me->tenant, "intact", report->faults == 0, "verified_at",
			 call_time(call, time(NULL)), "events",
			 (json_int_t)report->events, "seals", (json_int_t)report->seals,
			 "unsealed", (json_int_t)report->unsealed, "head", head,
			 "fault_count", (json_int_t)report->faults, "faults", faults);
}

/* The chain is the tenant's: who is appointed to some of its schools does not see it. */
static const struct problem *verification(struct call *call)
{
	struct reading reading = { .call = call, .faults = json_array() };
	const struct audit_source source = { &reading, page_run, fault_add_json };
	struct audit_report report;

	if (call->reach.tenant && audit_verify(&source, call->me->tenant, &report))
		call_answer(call, 200, report_json(call, &report, reading.faults));
	else if (!reading.err)
		reading.err =
			problem(call->arena, PROBLEM_NOT_FOUND,
				"The audit trail is the whole tenant's: a tenant-wide "
				"appointment verifies it.");
	json_decref(reading.faults);
	return reading.err;
}

static const char *const gives[] = {
	"audit_tenant", "audit_seq",  "audit_last", "audit_xid",
	"audit_id",	"audit_rows", NULL
};

static const struct route routes[] = {
	{ "GET", "/v1/audit/verification", AUDIT_VERIFY, .handle = verification,
	  .provides = gives },
	{ 0 },
};

const struct resource audit = {
	.name = "audit",
	.path = "/v1/audit",
	.routes = routes,
};
