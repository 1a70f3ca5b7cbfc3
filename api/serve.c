/* chaperone serve: checks that everything stands, serves until a signal, and stops in
 * order. */
#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "api/command.h"
#include "api/resources.h"
#include "api/engine.h"
#include "api/housekeeping.h"
#include "api/keys.h"
#include "api/listen.h"
#include "api/operator.h"
#include "api/router.h"
#include "api/server.h"
#include "auth/password.h"
#include "base/clamd.h"
#include "base/config.h"
#include "models/resource.h"
#include "sql/migrate.h"

enum { ARENAS = 4, GATE_SHARE = 4, POOL_LEAST = 8, POOL_MOST = 32 };

/* What runs before anybody is signed in; other queries are prepared
 * when they are used. */
static const enum query gate_queries[] = {
	q_principal,	   q_sign_in_find,	q_sign_in_try,
	q_sign_in_passed,  q_session_open,	q_session_refresh,
	q_invitation_find, q_invitation_accept, Q_NONE
};

static const enum query boot_queries[] = { q_schema_newest, q_schema_functions,
					   q_house_faults,  q_audit_behind,
					   q_demo_tenants,  Q_NONE };

static bool refuse(const char *sentence)
{
	fprintf(stderr, "%s\n", sentence);
	return false;
}

/* glibc keeps freed pieces for each thread, and so 7 KiB for each connection that is
 * idle. It reads the setting that prevents it at the start of a program only: so start
 * again, as the same process. Whoever has settings of their own keeps them. */
static void malloc_settle(void)
{
	char path[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", path, sizeof(path) - 1);

	if (length <= 0 || getenv("GLIBC_TUNABLES") ||
	    setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0", 1) < 0)
		return;
	path[length] = '\0';
	execv(path, (char *[]){ path, (char[]){ "serve" }, NULL });
}

/* With a thread a connection, malloc's default of many arenas
 * makes memory drift upwards. */
static bool process_setup(sigset_t *stops)
{
	mallopt(M_ARENA_MAX, ARENAS);
	json_object_seed(0);
	signal(SIGPIPE, SIG_IGN);
	sigemptyset(stops);
	sigaddset(stops, SIGTERM);
	sigaddset(stops, SIGINT);
	sigaddset(stops, SIGHUP);
	pthread_sigmask(SIG_BLOCK, stops, NULL);
	if (sodium_init() < 0)
		return refuse("libsodium cannot be used on this machine.");
	return true;
}

/* What can be checked without a database. */
static bool house_setup(void)
{
	const struct route_entry *routes;
	int count;

	if (!listen_is_address() || !clamd_is_place())
		return false;
	if (!keys_unlock())
		return false;
	if (!queries_compile() || !resources_start())
		return refuse("The service is wired wrongly; see above.");
	if (!policy_check())
		return refuse(
			"The permission matrix has a permission that grants nothing.");
	routes = resource_routes(&count);
	if (!router_build(routes, count))
		return refuse("Two routes have the same address; see the log.");
	if (config_flag(CONFIG_WALL_ONE_OFF))
		policy_switch_off();
	password_start((int)config_number(CONFIG_HASHING_SLOTS));
	return true;
}

static bool schema_checked(struct operator* op)
{
	const PGresult *rows;
	const char *newest;

	if (!operator_run(op, q_schema_newest, &rows))
		return refuse(
			"The database cannot be used: is it running, and was 'chaperone "
			"migrate' run on it?");
	newest = row_count(rows) ? row_text(rows, 0, "newest") : NULL;
	if (!newest || strcmp(newest, migration_newest()) < 0)
		return refuse(
			"The database's schema is older than this program: run 'chaperone "
			"migrate'.");
	return true;
}

/* The rules that stand in the database are those of this very program. */
static bool functions_checked(struct operator* op)
{
	const PGresult *rows;
	const char *sha256;

	if (!operator_run(op, q_schema_functions, &rows))
		return false;
	sha256 = row_text(rows, 0, "sha256");
	return (sha256 && !strcmp(sha256, function_texts->sha256)) ||
	       refuse("The database's functions are not those of this program "
		      "(sql/functions): run its 'chaperone migrate'.");
}

/* The database's own walls: roles, row security, owners. */
static bool faults_checked(struct operator* op)
{
	const PGresult *rows;

	if (!operator_run(op, q_house_faults, &rows))
		return false;
	for (int row = 0; row < row_count(rows); row++)
		refuse(row_text(rows, row, "fault"));
	return row_count(rows) == 0 ||
	       refuse("The database is not as it has to be; the service does not start.");
}

/* After a restore from a dump, transactions count from the beginning again. */
static bool trail_checked(struct operator* op)
{
	const PGresult *rows;

	if (!operator_run(op, q_audit_behind, &rows))
		return false;
	return row_number(rows, 0, "behind") == 0 ||
	       refuse("This database was restored from a dump: run 'chaperone migrate', which "
		      "lets the audit trail go on.");
}

/* Everybody knows the demo's password. */
static bool demo_checked(struct operator* op)
{
	const PGresult *rows;

	if (listen_is_loopback() && !*config_text(CONFIG_TRUSTED_PROXY))
		return true;
	if (!operator_run(op, q_demo_tenants, &rows))
		return false;
	return row_number(rows, 0, "demo_tenants") == 0 ||
	       refuse("This database holds the demo tenants, whose password is public: they are "
		      "served on a loopback address without a trusted proxy only.");
}

static bool database_checked(void)
{
	struct operator op;
	bool good;

	operator_open(&op, "chaperone_gate", boot_queries);
	good = schema_checked(&op) && functions_checked(&op) && faults_checked(&op) &&
	       trail_checked(&op) && demo_checked(&op);
	operator_close(&op);
	return good && keys_open();
}

/* Each statement keeps a processor of the database busy: more connections than that, and
 * a few that wait for a disk, only take turns. We count our own processors; the
 * database's may be others, and then the setting says so. */
static int pool_size(void)
{
	long given = config_number(CONFIG_POOL_SIZE);
	long wanted = 4 * sysconf(_SC_NPROCESSORS_ONLN);

	if (given)
		return (int)given;
	return wanted < POOL_LEAST  ? POOL_LEAST
	       : wanted > POOL_MOST ? POOL_MOST
				    : (int)wanted;
}

static bool pools_open(void)
{
	struct pool_options options = {
		.database = config_text(CONFIG_DATABASE),
		.role = "chaperone_app",
		.size = pool_size(),
		.wait_ms = (int)config_number(CONFIG_POOL_WAIT_MS),
		.statement_timeout_ms = (int)config_number(CONFIG_STATEMENT_TIMEOUT_MS),
	};

	engine_pools.app = pool_open(&options, NULL);
	options.role = "chaperone_gate";
	options.size = (options.size + GATE_SHARE - 1) / GATE_SHARE;
	engine_pools.gate = pool_open(&options, gate_queries);
	return (engine_pools.app && engine_pools.gate) ||
	       refuse("A query is not well formed.");
}

static void pools_close(void)
{
	if (engine_pools.app)
		pool_close(engine_pools.app);
	if (engine_pools.gate)
		pool_close(engine_pools.gate);
}

static sigset_t stops;

/* A second signal ends the wait for requests under way. */
static bool hurried(void)
{
	return sigtimedwait(&stops, NULL, &(struct timespec){ 0 }) > 0;
}

static int serve(void)
{
	if (!server_start())
		return 1;
	if (!housekeeping_start()) {
		server_stop(hurried);
		return 1;
	}
	printf("Chaperone listens on %s port %s.\n", config_text(CONFIG_LISTEN),
	       config_text(CONFIG_PORT));
	fflush(stdout);
	while (sigwaitinfo(&stops, NULL) < 0 && errno == EINTR)
		;
	server_stop(hurried);
	housekeeping_stop();
	return 0;
}

int command_serve(int argc, char **argv)
{
	int status = 1;

	(void)argv;
	if (argc > 0) {
		refuse("chaperone serve takes no arguments; 'chaperone config' shows its settings.");
		return 2;
	}
	malloc_settle();
	if (process_setup(&stops) && house_setup() && database_checked() && pools_open())
		status = serve();
	pools_close();
	return status;
}
