/* Listens, hands each request to an exchange, and stops without dropping any. */
#include "api/server.h"
#include <stdatomic.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include <yder.h>
#include "api/exchange.h"
#include "api/listen.h"
#include "api/spare.h"
#include "base/config.h"
#include "base/log.h"

enum {
	STACK_SIZE = 1 << 20,	 /* jansson recurses; what is not touched is not used */
	SPARE_DESCRIPTORS = 384, /* beside the clients': the database's, the log's, ... */
	TICK_MS = 20,
	IDLE_GRACE_MS =
		200, /* for a request on its way on a connection that looks idle */
};

static struct _u_instance instance;
static atomic_bool draining;

static void log_yder(void *data, const char *app, const time_t date,
		     const unsigned long level, const char *message)
{
	(void)data, (void)app, (void)date;
	log_line(level == Y_LOG_LEVEL_ERROR ? LOG_ERROR : LOG_WARNING, "ulfius", "%s",
		 message);
}

static void log_mhd(void *data, const char *fmt, va_list args) printf_like(2, 0);
static void log_mhd(void *data, const char *fmt, va_list args)
{
	char message[512];

	(void)data;
	vsnprintf(message, sizeof(message), fmt, args);
	log_line(LOG_WARNING, "libmicrohttpd", "%s", message);
}

/* Every connection is a descriptor; most systems start a process with 1,024. */
static void descriptors_raise(void)
{
	rlim_t wanted = (rlim_t)config_number(CONFIG_MAX_CONNECTIONS) + SPARE_DESCRIPTORS;
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= wanted)
		return;
	limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur < wanted)
		log_line(LOG_WARNING, "descriptors",
			 "max_connections wants %lu open files, the system allows %lu",
			 (unsigned long)wanted, (unsigned long)limit.rlim_cur);
}

/* Thread per connection: a slow call stalls its own client and nobody else. */
static bool daemon_start(int fd)
{
	const unsigned flags = MHD_USE_THREAD_PER_CONNECTION |
			       MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL |
			       MHD_USE_ITC;
	struct MHD_OptionItem options[] = {
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)log_mhd,
		  NULL }, /* has to be first */
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)exchange_end, NULL },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)exchange_connection, NULL },
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)exchange_begin, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, config_number(CONFIG_MAX_CONNECTIONS),
		  NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, config_number(CONFIG_IDLE_TIMEOUT_S),
		  NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_MEMORY, NULL },
		{ MHD_OPTION_THREAD_STACK_SIZE, STACK_SIZE, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	return ulfius_start_framework_with_mhd_options(&instance, flags, options) == U_OK;
}

static bool instance_make(void)
{
	unsigned port = (unsigned)config_number(CONFIG_PORT);

	y_set_logs_callback(log_yder, NULL, NULL);
	y_init_logs("chaperone", Y_LOG_MODE_CALLBACK, Y_LOG_LEVEL_WARNING, NULL, NULL);
	if (ulfius_init_instance(&instance, port, NULL, NULL) != U_OK)
		return false;
	/* one byte more than allowed: a longer body is cut, not refused */
	instance.max_post_body_size = (size_t)config_number(CONFIG_MAX_BODY) + 1;
	instance.allowed_post_processor = U_POST_PROCESS_NONE;
	instance.check_utf8 = 0; /* it would drop what is not, in silence */
	return ulfius_add_endpoint_by_val(&instance, "*", NULL, "*", 0, exchange_run,
					  NULL) == U_OK;
}

bool server_start(void)
{
	int fd = listen_open();

	if (fd < 0)
		return false;
	descriptors_raise();
	exchange_setup();
	if (instance_make() && daemon_start(fd))
		return true;
	fprintf(stderr, "The HTTP server cannot be started; see the log.\n");
	close(fd);
	return false;
}

unsigned server_connections(void)
{
	const union MHD_DaemonInfo *info = MHD_get_daemon_info(
		instance.mhd_daemon, MHD_DAEMON_INFO_CURRENT_CONNECTIONS);

	return info ? info->num_connections : 0;
}

bool server_draining(void)
{
	return atomic_load_explicit(&draining, memory_order_relaxed);
}

/* Clients that keep an idle connection open are not waited for. */
static void drain(bool (*hurry)(void))
{
	const struct timespec tick = { .tv_nsec = TICK_MS * 1000000L };
	long left = config_number(CONFIG_DRAIN_S) * 1000, quiet = 0;

	while (left > 0 && quiet < IDLE_GRACE_MS && server_connections() && !hurry()) {
		nanosleep(&tick, NULL);
		left -= TICK_MS;
		quiet = exchange_count() ? 0 : quiet + TICK_MS;
	}
	if (exchange_count())
		log_line(LOG_WARNING, "stopped", "%d requests were not finished",
			 exchange_count());
}

void server_stop(bool (*hurry)(void))
{
	int fd;

	atomic_store(&draining, true);
	fd = MHD_quiesce_daemon(instance.mhd_daemon);
	/* the socket has to stay open until the end, but nobody shall wait at it */
	if (fd >= 0)
		shutdown(fd, SHUT_RDWR);
	drain(hurry);
	ulfius_stop_framework(&instance);
	if (fd >= 0)
		close(fd);
	ulfius_clean_instance(&instance);
	y_close_logs();
	spare_free();
}
