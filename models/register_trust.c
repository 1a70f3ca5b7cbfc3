/* Academy trusts of England's public register (B7). */
#include "models/resource.h"
#include "models/words.h"

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "uid", "t.uid", LINE },
			{ "companies_house_number", "t.companies_house_number", LINE },
			{ "kind", "t.kind", ONE_OF, WORDS(words_trust_kind) },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "name", "t.name_key", LINE },
			{ 0 },
		},
	.id = "t.id",
	.search =
		&(const struct search){ "register_trust_word", "trust_id", .open = true },
};

static const struct route routes[] = {
	{ "GET", "/v1/register/trusts", REGISTER_READ, .sql = q_register_trust_list,
	  .list = &listing },
	{ "GET", "/v1/register/trusts/:id", REGISTER_READ, .sql = q_register_trust_get },
	{ 0 },
};

const struct resource register_trust = {
	.name = "register_trust",
	.path = "/v1/register/trusts",
	.read = REGISTER_READ,
	.routes = routes,
};
