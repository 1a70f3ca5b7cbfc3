/* One thread beside the requests: seals the audit trail, reckons clocks again and tells
 * people what happened once a second, loads keys anew every few seconds, sends signed
 * heads out and gives free memory back once a minute, and sweeps what has run out once an
 * hour. Several instances may do this at once. */
#include "api/housekeeping.h"
#include <malloc.h>
#include <pthread.h>
#include <time.h>
#include "api/heads.h"
#include "api/keys.h"
#include "api/operator.h"
#include "api/reckon.h"
#include "api/tell.h"
#include "base/config.h"
#include "base/log.h"

enum { KEYS_S = 5, TRIM_S = 60, SWEEP_S = 3600 };

static const enum query worker_queries[] = { q_audit_seal,	 q_audit_heads,
					     q_audit_heads_sent, q_sweep,
					     q_clock_stale,	 q_clock_calendar,
					     q_clock_reckoned,	 q_timers_fire,
					     q_events_tell,	 Q_NONE };

static pthread_t thread;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake = PTHREAD_COND_INITIALIZER;
static bool stopping;

/* Waits one second, or less when the service stops. */
static bool tick(void)
{
	struct timespec until;
	bool go_on;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec++;
	pthread_mutex_lock(&lock);
	if (!stopping)
		pthread_cond_timedwait(&wake, &lock, &until);
	go_on = !stopping;
	pthread_mutex_unlock(&lock);
	return go_on;
}

static void work_second(struct operator* op, long second)
{
	if (config_flag(CONFIG_SEALER))
		operator_run(op, q_audit_seal, NULL);
	if (second % config_number(CONFIG_AUDIT_HEADS_S) == 0)
		heads_send(op);
	if (second % KEYS_S == 0 && !keys_load())
		log_line(LOG_WARNING, "keys", "not loaded anew; the present ones go on");
	if (second % TRIM_S == 0)
		malloc_trim(0); /* what many connections took stays else */
	if (second % SWEEP_S == 0)
		operator_run(op, q_sweep, NULL);
	operator_reset(op);
	reckon(op);
	tell(op);
}

static void *work(void *unused)
{
	struct operator op;
	long second = 0;

	(void)unused;
	operator_open(&op, "chaperone_worker", worker_queries);
	op.log = true;
	while (tick())
		work_second(&op, ++second);
	operator_close(&op);
	return NULL;
}

bool housekeeping_start(void)
{
	return pthread_create(&thread, NULL, work, NULL) == 0;
}

void housekeeping_stop(void)
{
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_signal(&wake);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
}
