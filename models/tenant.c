/* The tenant: a trust, or a school that stands alone. */
#include "models/resource.h"

static const struct route routes[] = {
	{ "GET", "/v1/tenant", TENANT_READ, .sql = q_tenant_get },
	{ 0 },
};

const struct resource tenant = {
	.name = "tenant",
	.path = "/v1/tenant",
	.read = TENANT_READ,
	.get = q_tenant_get,
	.routes = routes,
};
