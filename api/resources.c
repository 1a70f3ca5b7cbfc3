/* The registry: every resource there is. */
#include "models/resource.h"

extern const struct resource service, session, tenant, school, person, appointment, platform,
	assessment, attestation, channel, channel_application;

const struct resource *const resources[] = {
	&service,     &session,    &tenant,  &school,		   &person, &appointment, &platform,
	&assessment, &attestation, &channel, &channel_application, NULL
};
