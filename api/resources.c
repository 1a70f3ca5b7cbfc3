/* The registry: every resource there is. */
#include "api/resources.h"
#include <stdio.h>
#include "models/resource.h"

extern const struct resource service, session, tenant, school, person, post, team,
	appointment, platform, assessment, attestation, channel, channel_application;

static const struct resource *const resources[] = { &service,
						    &session,
						    &tenant,
						    &school,
						    &person,
						    &post,
						    &team,
						    &appointment,
						    &platform,
						    &assessment,
						    &attestation,
						    &channel,
						    &channel_application,
						    NULL };

static void say(const char *fault)
{
	fprintf(stderr, "%s\n", fault);
}

bool resources_start(void)
{
	return resources_boot(resources, say);
}
