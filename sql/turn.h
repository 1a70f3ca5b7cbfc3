/* Whose turn it is: first come, first served. */
#pragma once
#include <pthread.h>
#include <stdbool.h>
#include <sys/queue.h>

struct connection;

/* One who waits, on the stack of their thread. */
struct turn {
	TAILQ_ENTRY(turn) place;
	pthread_cond_t woken;
	struct connection *given;
	bool queued;
	bool first; /* was served or tried once: goes before all others from then on */
};

/* Whoever calls holds `lock` each time. */
struct turns {
	TAILQ_HEAD(, turn) queue;
	pthread_mutex_t *lock;
	int waiting;
};

void turns_begin(struct turns *turns, pthread_mutex_t *lock);
/* Nobody came before. */
bool turn_first(const struct turns *turns, const struct turn *turn);
/* Sleeps until it is woken, has been given something, or until a time (ms, monotonic). */
void turn_wait(struct turns *turns, struct turn *turn, long until);
/* Goes, and wakes the next one: what there is to do may be for them. */
void turn_leave(struct turns *turns, struct turn *turn);
/* To the first one; false: nobody waits. */
bool turns_give(struct turns *turns, struct connection *given);
/* All look again whether there is something to do. */
void turns_wake(struct turns *turns);
/* A condition that waits by the same clock as everybody here. */
void condition_begin(pthread_cond_t *condition);
void condition_wait(pthread_cond_t *condition, pthread_mutex_t *lock, long until);
