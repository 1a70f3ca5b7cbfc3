/* SLT's word that a person has read the policy and was trained (P5). */
#include "models/resource.h"

static const struct field attesting[] = {
	{ "person_id", UUID, .required = true },
	{ "policy_edition", LINE, .required = true, .max = 100 },
	{ "policy_read_on", DATE, .required = true, .past = true },
	{ "trained_on", DATE, .required = true, .past = true },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "person_id", "t.person_id", UUID },
			{ "policy_edition", "t.policy_edition", LINE },
			{ "trained_on", "t.trained_on", DATE, .range = true },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "created_at", "t.created_at", TIME },
			{ 0 },
		},
	.descending = true,
	.id = "t.id",
};

static const struct route routes[] = {
	{ "GET", "/v1/attestations", ATTESTATION_READ, .sql = q_attestation_list,
	  .list = &listing },
	{ "GET", "/v1/attestations/:id", ATTESTATION_READ, .sql = q_attestation_get },
	{ "POST", "/v1/attestations", ATTEST, .sql = q_attest, .body = attesting,
	  .status = 201 },
	{ 0 },
};

static const struct constraint constraints[] = {
	{ "attestation_not_own", PROBLEM_CONFLICTED, NULL,
	  "Nobody attests their own reading or training: ask another SLT." },
	{ 0 },
};

const struct resource attestation = {
	.name = "attestation",
	.path = "/v1/attestations",
	.read = ATTESTATION_READ,
	.get = q_attestation_get,
	.routes = routes,
	.constraints = constraints,
};
