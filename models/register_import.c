/* What was taken into the public register, from which file, as of which day (B7). */
#include "models/resource.h"

static const struct route routes[] = {
	{ "GET", "/v1/register/imports", REGISTER_READ, .sql = q_register_import_list,
	  .whole = true },
	{ 0 },
};

const struct resource register_imports = {
	.name = "register_import",
	.path = "/v1/register/imports",
	.read = REGISTER_READ,
	.routes = routes,
};
