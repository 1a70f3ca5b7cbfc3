/* The cache of verified tokens: copies that stand alone, never served late, safe in
 * threads. */
#include "auth/session.h"
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include "tests/unit/check.h"

#define THREADS 8
#define ROUNDS 20000
#define TOKENS 3000

/* A principal whose every part is made of `number`, so that a mixed-up copy shows. */
static struct principal *principal_make(struct arena *arena, int number, long expires)
{
	struct principal *made = arena_alloc(arena, sizeof(*made));
	struct appointment *appointments = arena_alloc(arena, 2 * sizeof(*appointments));
	const char **schools = arena_alloc(arena, 3 * sizeof(*schools));
	const char **duties = arena_alloc(arena, 2 * sizeof(*duties));

	snprintf(made->person, ID_SIZE, "person %d", number);
	snprintf(made->session, ID_SIZE, "session %d", number);
	made->session_version = number;
	made->auth_time = number;
	made->expires = expires;
	schools[0] = arena_printf(arena, "school %d", number);
	schools[1] = arena_printf(arena, "school %d b", number);
	duties[0] = arena_printf(arena, "duty %d", number);
	appointments[0] = (struct appointment){ .role = "slt", .tenant_wide = true };
	appointments[1] = (struct appointment){ arena_printf(arena, "role %d", number),
						duties, false, schools };
	made->appointments = appointments;
	made->appointment_count = 2;
	return made;
}

/* "<before> <number><after>" */
static bool text_is(const char *text, const char *before, int number, const char *after)
{
	char expected[64];

	snprintf(expected, sizeof(expected), "%s %d%s", before, number, after);
	return strcmp(text, expected) == 0;
}

static bool principal_is(const struct principal *found, int number)
{
	const struct appointment *first, *second;

	if (!found || found->appointment_count != 2 || found->session_version != number)
		return false;
	first = &found->appointments[0];
	second = &found->appointments[1];
	return text_is(found->person, "person", number, "") &&
	       text_is(found->session, "session", number, "") &&
	       found->auth_time == number && strcmp(first->role, "slt") == 0 &&
	       first->tenant_wide && !first->duties[0] && !first->schools[0] &&
	       text_is(second->role, "role", number, "") && !second->tenant_wide &&
	       text_is(second->duties[0], "duty", number, "") && !second->duties[1] &&
	       text_is(second->schools[0], "school", number, "") &&
	       text_is(second->schools[1], "school", number, " b") && !second->schools[2];
}

static void gives_a_copy_that_stands_alone(void)
{
	struct arena *given = arena_new();
	struct arena *asked = arena_new();
	const struct principal *found;

	CHECK(!session_cached(asked, "one"));
	session_remember("one", principal_make(given, 1, time(NULL) + 60));
	arena_free(given);
	found = session_cached(asked, "one");
	CHECK(principal_is(found, 1));
	session_forget("one");
	CHECK(principal_is(found, 1));
	CHECK(!session_cached(asked, "one"));
	session_forget("one");
	CHECK(!session_cached(asked, ""));
	arena_free(asked);
}

static void takes_a_principal_without_appointments(struct arena *arena)
{
	struct principal bare = { .expires = time(NULL) + 60 };
	const struct principal *found;

	session_remember("bare", &bare);
	found = session_cached(arena, "bare");
	CHECK(found && found->appointment_count == 0);
}

static void never_serves_the_expired(struct arena *arena)
{
	session_remember("late", principal_make(arena, 2, time(NULL) - 1));
	CHECK(!session_cached(arena, "late"));
	session_remember("now", principal_make(arena, 2, time(NULL)));
	CHECK(!session_cached(arena, "now"));
	session_remember("soon", principal_make(arena, 2, time(NULL) + 2));
	CHECK(principal_is(session_cached(arena, "soon"), 2));
	sleep(2);
	CHECK(!session_cached(arena, "soon"));
}

static void replaces_what_it_knows(struct arena *arena)
{
	session_remember("same", principal_make(arena, 3, time(NULL) + 60));
	session_remember("same", principal_make(arena, 4, time(NULL) + 60));
	CHECK(principal_is(session_cached(arena, "same"), 4));
}

/* The one asked for all the time outlives thousands that are not. */
static void keeps_the_recently_used(struct arena *arena)
{
	int kept = 0;

	session_remember("often", principal_make(arena, 5, time(NULL) + 60));
	for (int i = 0; i < 4 * TOKENS; i++) {
		session_remember(arena_printf(arena, "filler %d", i),
				 principal_make(arena, i, time(NULL) + 60));
		kept += session_cached(arena, "often") != NULL;
	}
	CHECK(kept == 4 * TOKENS);
	CHECK(!session_cached(arena, "filler 0"));
	CHECK(principal_is(
		session_cached(arena, arena_printf(arena, "filler %d", 4 * TOKENS - 1)),
		4 * TOKENS - 1));
}

struct work {
	unsigned seed;
	int wrong, hits;
};

static void *work(void *given)
{
	struct work *work = given;
	struct arena *arena = arena_new();
	char token[32];

	for (int i = 0; i < ROUNDS; i++) {
		int number = rand_r(&work->seed) % TOKENS;
		const struct principal *found;

		snprintf(token, sizeof(token), "token %d", number);
		found = session_cached(arena, token);
		work->hits += found != NULL;
		work->wrong += found && !principal_is(found, number);
		if (!found)
			session_remember(token,
					 principal_make(arena, number, time(NULL) + 60));
		else if (rand_r(&work->seed) % 50 == 0)
			session_forget(token);
		arena_reset(arena);
	}
	arena_free(arena);
	return NULL;
}

static void holds_in_threads(void)
{
	struct work works[THREADS] = { 0 };
	pthread_t threads[THREADS];

	for (int i = 0; i < THREADS; i++) {
		works[i].seed = (unsigned)i + 1;
		pthread_create(&threads[i], NULL, work, &works[i]);
	}
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], NULL);
		CHECK(works[i].wrong == 0);
		CHECK(works[i].hits > ROUNDS / 10);
	}
}

int main(void)
{
	struct arena *arena = arena_new();

	gives_a_copy_that_stands_alone();
	takes_a_principal_without_appointments(arena);
	never_serves_the_expired(arena);
	replaces_what_it_knows(arena);
	keeps_the_recently_used(arena);
	holds_in_threads();
	arena_free(arena);
	return check_done();
}
