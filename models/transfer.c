/* What the public register says has become of a subscriber's school: proposed by an
 * import, answered by each side for itself. Nothing of the tenant moves by it. */
#include "models/resource.h"
#include "models/words.h"

static const struct field accepting[] = {
	{ "reason", LINE, .max = 500 },
	{ 0 },
};

static const struct field declining[] = {
	{ "reason", LINE, .required = true, .min = 3, .max = 500 },
	{ 0 },
};

static const struct listing listing = {
	.filters =
		(const struct filter[]){
			{ "state", "t.state", ONE_OF, WORDS(words_transfer_state) },
			{ "side", "t.side", ONE_OF, WORDS(words_transfer_side) },
			{ "urn", "t.urn", LINE },
			{ "school_id", "t.school_id", UUID },
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
	{ "GET", "/v1/transfers", TRANSFER_READ, .sql = q_transfer_list,
	  .list = &listing },
	{ "GET", "/v1/transfers/:id", TRANSFER_READ, .sql = q_transfer_get },
	{ 0 },
};

static const struct step flow[] = {
	{ "accept", "{proposed}", "accepted", TRANSFER_DECIDE, "Accept",
	  .body = accepting },
	{ "decline", "{proposed}", "declined", TRANSFER_DECIDE, "Decline",
	  .body = declining },
	{ 0 },
};

const struct resource transfer = {
	.name = "transfer",
	.path = "/v1/transfers",
	.read = TRANSFER_READ,
	.get = q_transfer_get,
	.move = q_transfer_move,
	.routes = routes,
	.flow = flow,
};
