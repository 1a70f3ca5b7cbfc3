/* Whose turn it is: what is given back is handed to who waits first, so that nobody who
 * comes later takes it. */
#include "sql/turn.h"
#include <time.h>

void condition_begin(pthread_cond_t *condition)
{
	pthread_condattr_t steady;

	pthread_condattr_init(&steady);
	pthread_condattr_setclock(&steady, CLOCK_MONOTONIC);
	pthread_cond_init(condition, &steady);
	pthread_condattr_destroy(&steady);
}

void condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, long until)
{
	struct timespec when = { until / 1000, until % 1000 * 1000000 };

	pthread_cond_timedwait(condition, lock, &when);
}

void turns_begin(struct turns *turns, pthread_mutex_t *lock)
{
	TAILQ_INIT(&turns->queue);
	turns->lock = lock;
	turns->waiting = 0;
}

bool turn_first(const struct turns *turns, const struct turn *turn)
{
	return TAILQ_EMPTY(&turns->queue) || TAILQ_FIRST(&turns->queue) == turn ||
	       (turn->first && !turn->queued);
}

static void join(struct turns *turns, struct turn *turn)
{
	if (turn->queued)
		return;
	turn->queued = true;
	if (turn->first)
		TAILQ_INSERT_HEAD(&turns->queue, turn, place);
	else
		TAILQ_INSERT_TAIL(&turns->queue, turn, place);
}

static void leave(struct turns *turns, struct turn *turn)
{
	turn->queued = false;
	turn->first = true;
	TAILQ_REMOVE(&turns->queue, turn, place);
}

void turn_wait(struct turns *turns, struct turn *turn, long until)
{
	turn->given = NULL;
	join(turns, turn);
	turns->waiting++;
	condition_begin(&turn->woken);
	condition_wait(&turn->woken, turns->lock, until);
	pthread_cond_destroy(&turn->woken);
	turns->waiting--;
}

void turn_leave(struct turns *turns, struct turn *turn)
{
	if (turn->queued)
		leave(turns, turn);
	turn->first = true;
	if (!TAILQ_EMPTY(&turns->queue))
		pthread_cond_signal(&TAILQ_FIRST(&turns->queue)->woken);
}

bool turns_give(struct turns *turns, struct connection *given)
{
	struct turn *first = TAILQ_FIRST(&turns->queue);

	if (!first)
		return false;
	leave(turns, first);
	first->given = given;
	pthread_cond_signal(&first->woken);
	return true;
}

void turns_wake(struct turns *turns)
{
	struct turn *turn;

	TAILQ_FOREACH(turn, &turns->queue, place)
	pthread_cond_signal(&turn->woken);
}
