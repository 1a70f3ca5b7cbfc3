/* Platforms: reference data that channels and applications name by code (H9, H13). */
#include "models/resource.h"

static const struct route routes[] = {
	{ "GET", "/v1/platforms", PLATFORM_READ, .sql = q_platform_list, .whole = true },
	{ 0 },
};

const struct resource platform = {
	.name = "platform",
	.path = "/v1/platforms",
	.read = PLATFORM_READ,
	.routes = routes,
};
