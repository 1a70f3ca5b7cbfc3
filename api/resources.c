/* The registry: every resource there is. */
#include "api/resources.h"
#include <stdio.h>
#include "models/resource.h"

#define RESOURCES(X)                                                                     \
	X(service)                                                                       \
	X(session)                                                                       \
	X(tenant)                                                                        \
	X(school)                                                                        \
	X(person)                                                                        \
	X(post)                                                                          \
	X(team)                                                                          \
	X(appointment)                                                                   \
	X(platform)                                                                      \
	X(assessment)                                                                    \
	X(attestation)                                                                   \
	X(channel)                                                                       \
	X(channel_application)                                                           \
	X(setting)                                                                       \
	X(setting_preset)                                                                \
	X(calendar_period)                                                               \
	X(clock_resource)                                                                \
	X(message)                                                                       \
	X(upload)                                                                        \
	X(evidence)                                                                      \
	X(demo_clock)                                                                    \
	X(moderation_action)                                                             \
	X(moderation_reason)                                                             \
	X(message_template)                                                              \
	X(work_waiting)                                                                  \
	X(notification)                                                                  \
	X(enumeration)                                                                   \
	X(monitor_duty)                                                                  \
	X(channel_check)                                                                 \
	X(monitoring_authorisation)                                                      \
	X(monitoring_statement)                                                          \
	X(watch_term)                                                                    \
	X(mention)                                                                       \
	X(media_enquiry)                                                                 \
	X(register_school)                                                               \
	X(register_trust)                                                                \
	X(register_imports)                                                              \
	X(transfer)                                                                      \
	X(audit)                                                                         \
	X(verify)

#define X(name) extern const struct resource name;
RESOURCES(X)
#undef X

static const struct resource *const resources[] = {
#define X(name) &name,
	RESOURCES(X)
#undef X
		NULL
};

static void say(const char *fault)
{
	fprintf(stderr, "%s\n", fault);
}

bool resources_start(void)
{
	return resources_boot(resources, say);
}
