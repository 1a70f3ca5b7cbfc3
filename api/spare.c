/* Arenas between requests: an idle connection keeps none, a busy service makes none. */
#include "api/spare.h"
#include <pthread.h>

enum { SPARES = 64 };

static struct arena *spares[SPARES];
static int count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

struct arena *spare_take(void)
{
	struct arena *arena;

	pthread_mutex_lock(&lock);
	arena = count ? spares[--count] : NULL;
	pthread_mutex_unlock(&lock);
	return arena ? arena : arena_new();
}

void spare_give(struct arena *arena)
{
	arena_reset(arena);
	pthread_mutex_lock(&lock);
	if (count < SPARES) {
		spares[count++] = arena;
		arena = NULL;
	}
	pthread_mutex_unlock(&lock);
	arena_free(arena);
}

void spare_free(void)
{
	while (count)
		arena_free(spares[--count]);
}
