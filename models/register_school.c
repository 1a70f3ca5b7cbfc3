/* Schools of England's public register, and which trust each belongs to (B7). */
#include "models/resource.h"
#include "models/words.h"

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "urn", "s.urn", LINE },
			{ "status", "s.status", ONE_OF, WORDS(words_register_status) },
			{ "phase", "s.phase", ONE_OF, WORDS(words_phase) },
			{ "local_authority", "s.local_authority", LINE },
			{ "trust_id", "m.trust_id", UUID },
			{ 0 },
		},
	.sorts =
		(const struct sort[]){
			{ "name", "s.name_key", LINE },
			{ 0 },
		},
	.id = "s.urn",
	.search = &(const struct search){ "register_school_word", "urn", .open = true },
	.id_type = LINE,
};

static const struct route routes[] = {
	{ "GET", "/v1/register/schools", REGISTER_READ, .sql = q_register_school_list,
	  .list = &listing },
	{ "GET", "/v1/register/schools/:urn", REGISTER_READ,
	  .sql = q_register_school_get },
	{ 0 },
};

const struct resource register_school = {
	.name = "register_school",
	.path = "/v1/register/schools",
	.read = REGISTER_READ,
	.routes = routes,
};
