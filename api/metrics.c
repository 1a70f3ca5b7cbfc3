/* What the service counts, for GET /metrics (OpenMetrics). */
#include "api/metrics.h"
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
#include "api/engine.h"
#include "api/server.h"

static const struct bound {
	long us;
	const char *text;
} bounds[] = {
	{ 1000, "0.001" },  { 2500, "0.0025" }, { 5000, "0.005" },  { 10000, "0.01" },
	{ 25000, "0.025" }, { 50000, "0.05" },	{ 100000, "0.1" },  { 250000, "0.25" },
	{ 500000, "0.5" },  { 1000000, "1.0" }, { 5000000, "5.0" },
};
enum { BOUNDS = COUNT_OF(bounds), SERIES = 1024, CLASSES = 6 };

/* One route with one method. */
struct series {
	const char *method, *route; /* method NULL: not in use */
	unsigned long classes[CLASSES];
	unsigned long within[BOUNDS], count;
	double seconds;
};

static struct series table[SERIES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static atomic_ulong token_hits, token_misses;

const char *metrics_method(const char *method)
{
	static const char *const known[] = { "GET",   "HEAD",	"POST",	  "PUT",
					     "PATCH", "DELETE", "OPTIONS" };

	for (size_t i = 0; i < COUNT_OF(known); i++)
		if (strcmp(known[i], method) == 0)
			return known[i];
	return "other";
}

/* NULL when the table is full, which takes more routes than there are. */
static struct series *series_find(const char *method, const char *route)
{
	size_t start = ((uintptr_t)route >> 3) + (uintptr_t)method;

	for (size_t i = 0; i < SERIES; i++) {
		struct series *series = &table[(start + i) % SERIES];

		if (!series->method) {
			series->method = method;
			series->route = route;
		}
		if (series->method == method && series->route == route)
			return series;
	}
	return NULL;
}

static void series_count(struct series *series, int status, long us)
{
	if (status >= 100 && status < CLASSES * 100)
		series->classes[status / 100]++;
	for (int i = 0; i < (int)BOUNDS; i++)
		series->within[i] += us <= bounds[i].us;
	series->count++;
	series->seconds += (double)us / 1e6;
}

void metrics_request(const char *method, const char *route, int status, long us)
{
	struct series *series;

	pthread_mutex_lock(&lock);
	if ((series = series_find(method, route ? route : "none")))
		series_count(series, status, us);
	pthread_mutex_unlock(&lock);
}

void metrics_token(bool hit)
{
	atomic_fetch_add_explicit(hit ? &token_hits : &token_misses, 1,
				  memory_order_relaxed);
}

static void requests_write(struct buffer *out, const struct series *series)
{
	for (int class = 1; class < CLASSES; class ++)
		if (series->classes[class])
			buffer_printf(
				out,
				"chaperone_requests_total{method=\"%s\",route=\"%s\","
				"status=\"%dxx\"} %lu\n",
				series->method, series->route, class,
				series->classes[class]);
}

static void durations_write(struct buffer *out, const struct series *series)
{
	static const char name[] = "chaperone_request_duration_seconds";

	for (int i = 0; i < (int)BOUNDS; i++)
		buffer_printf(out,
			      "%s_bucket{method=\"%s\",route=\"%s\",le=\"%s\"} %lu\n",
			      name, series->method, series->route, bounds[i].text,
			      series->within[i]);
	buffer_printf(out, "%s_bucket{method=\"%s\",route=\"%s\",le=\"+Inf\"} %lu\n",
		      name, series->method, series->route, series->count);
	buffer_printf(out, "%s_count{method=\"%s\",route=\"%s\"} %lu\n", name,
		      series->method, series->route, series->count);
	buffer_printf(out, "%s_sum{method=\"%s\",route=\"%s\"} %.6f\n", name,
		      series->method, series->route, series->seconds);
}

static void series_write(struct buffer *out)
{
	pthread_mutex_lock(&lock);
	buffer_text(out,
		    "# TYPE chaperone_requests counter\n"
		    "# HELP chaperone_requests Answers by route and class of status.\n");
	for (int i = 0; i < SERIES; i++)
		if (table[i].method)
			requests_write(out, &table[i]);
	buffer_text(
		out,
		"# TYPE chaperone_request_duration_seconds histogram\n"
		"# UNIT chaperone_request_duration_seconds seconds\n"
		"# HELP chaperone_request_duration_seconds From the request read to the "
		"answer made.\n");
	for (int i = 0; i < SERIES; i++)
		if (table[i].method)
			durations_write(out, &table[i]);
	pthread_mutex_unlock(&lock);
}

static void pool_write(struct buffer *out, const char *name, struct pool *pool)
{
	struct pool_state state = pool_state(pool);
	const struct {
		const char *name;
		int value;
	} parts[] = { { "size", state.size },
		      { "open", state.open },
		      { "busy", state.busy },
		      { "waiting", state.waiting } };

	for (size_t i = 0; i < COUNT_OF(parts); i++)
		buffer_printf(out, "chaperone_pool{pool=\"%s\",state=\"%s\"} %d\n", name,
			      parts[i].name, parts[i].value);
}

/* 0 when /proc does not say. */
static long memory_resident(void)
{
	autofclose FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (!file || fscanf(file, "%*s %ld", &pages) != 1)
		return 0;
	return pages * sysconf(_SC_PAGESIZE);
}

void metrics_write(struct buffer *out)
{
	series_write(out);
	buffer_text(
		out,
		"# TYPE chaperone_pool gauge\n"
		"# HELP chaperone_pool Connections to the database; who waits for one.\n");
	pool_write(out, "app", engine_pools.app);
	pool_write(out, "gate", engine_pools.gate);
	buffer_printf(
		out,
		"# TYPE chaperone_token_cache counter\n"
		"# HELP chaperone_token_cache Tokens looked up among the verified ones.\n"
		"chaperone_token_cache_total{result=\"hit\"} %lu\n"
		"chaperone_token_cache_total{result=\"miss\"} %lu\n"
		"# TYPE chaperone_http_connections gauge\n"
		"# HELP chaperone_http_connections Open connections of clients.\n"
		"chaperone_http_connections %u\n"
		"# TYPE process_resident_memory_bytes gauge\n"
		"# UNIT process_resident_memory_bytes bytes\n"
		"process_resident_memory_bytes %ld\n# EOF\n",
		atomic_load(&token_hits), atomic_load(&token_misses),
		server_connections(), memory_resident());
}
