/* Presets of settings: what five kinds of policy say (A24). */
#include "models/resource.h"

static const struct route routes[] = {
	{ "GET", "/v1/setting-presets", SETTING_READ, .sql = q_setting_preset_list,
	  .whole = true },
	{ 0 },
};

const struct resource setting_preset = {
	.name = "setting_preset",
	.path = "/v1/setting-presets",
	.read = SETTING_READ,
	.routes = routes,
};
