/* What is kept of a request once its answer has gone: one log line, the counters. */
#include "api/record.h"
#include "api/framing.h"
#include "api/metrics.h"
#include "base/log.h"

static void log_text(struct buffer *line, const char *name, const char *text)
{
	if (!text)
		return;
	buffer_printf(line, ",\"%s\":", name);
	buffer_json(line, text);
}

/* Never the path, the query or a header as it came: they may hold what
 * must not be kept. */
static void log_request(const struct request *request, const struct answer *answer,
			const char *traceparent, const char *method, long us)
{
	autobuffer line = { 0 };
	struct timespec now;
	struct tm utc;
	char day[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &utc);
	strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	buffer_printf(
		&line,
		"{\"time\":\"%s.%03ldZ\",\"level\":\"info\",\"event\":\"request\","
		"\"method\":\"%s\",\"status\":%d,\"ms\":%ld.%03ld,\"query_ms\":%ld.%03ld",
		day, now.tv_nsec / 1000000, method, answer->status, us / 1000, us % 1000,
		answer->query_us / 1000, answer->query_us % 1000);
	log_text(&line, "route", answer->route);
	log_text(&line, "person", answer->person);
	log_text(&line, "request_id", request->id);
	log_text(&line, "broken", answer->broken);
	if (traceparent_good(traceparent))
		log_text(&line, "traceparent", traceparent);
	buffer_char(&line, '}');
	log_json(line.data, line.length);
}

void record_request(const struct request *request, const struct answer *answer,
		    const char *traceparent, const struct timespec *start)
{
	const char *method = metrics_method(request->method);
	struct timespec end;
	long us;

	clock_gettime(CLOCK_MONOTONIC, &end);
	us = (end.tv_sec - start->tv_sec) * 1000000 +
	     (end.tv_nsec - start->tv_nsec) / 1000;
	metrics_request(method, answer->route, answer->status, us);
	log_request(request, answer, traceparent, method, us);
}
