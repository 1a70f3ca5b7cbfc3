/* Local sign-in: hashes match only their password, and
 * guessable passwords are refused. */
#include "auth/password.h"
#include <dlfcn.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "tests/unit/check.h"

#define THREADS 8

static const char good[] = "plum vase noon tiger";
static const char *const own[] = { "Amelia Whitfield", "Zoë",
				   "a.whitfield@oakridge.example", NULL };

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static char *repeated(struct arena *arena, const char *text, int times)
{
	char *made = arena_copy(arena, "");

	while (times--)
		made = arena_printf(arena, "%s%s", made, text);
	return made;
}

static void matches_only_its_password(struct arena *arena)
{
	char *hash = password_hash(arena, good);
	char *again = password_hash(arena, good);

	CHECK(strncmp(hash, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0);
	CHECK(strcmp(hash, again) != 0);
	CHECK(password_matches(hash, good));
	CHECK(!password_matches(hash, "plum vase noon tigeR"));
	CHECK(!password_matches(hash, ""));
	CHECK(!password_matches("not a hash", good));
	CHECK(!password_matches(NULL, good));
	CHECK(!password_matches(NULL, ""));
}

/* A password that was accepted must sign in: 256 characters may be 1024 bytes. */
static void takes_the_longest(struct arena *arena)
{
	char *longest = repeated(arena, "🦊", 256);
	char *longer = repeated(arena, "🦊", 257);

	CHECK(password_matches(password_hash(arena, longest), longest));
	CHECK(!password_matches(password_hash(arena, longer), longer));
	CHECK(!password_matches(password_hash(arena, longest), longer));
}

/* Stands in for the library's: what is hashed against is seen, and then done. */
static char against[crypto_pwhash_STRBYTES];
static int verified;
static bool counting;

int crypto_pwhash_str_verify(const char hash[crypto_pwhash_STRBYTES],
			     const char *password, unsigned long long length)
{
	static int (*real)(const char *, const char *, unsigned long long);

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "crypto_pwhash_str_verify");
	__atomic_add_fetch(&verified, 1, __ATOMIC_RELAXED);
	if (counting)
		snprintf(against, sizeof(against), "%s", hash);
	return real(hash, password, length);
}

/* One hash of the same cost, whatever is wrong: the parameters stand at its beginning. */
static bool costs_one_hash(const char *hash, const char *password)
{
	int before = verified;

	against[0] = '\0';
	counting = true;
	CHECK(!password_matches(hash, password));
	counting = false;
	return verified == before + 1 &&
	       strncmp(against, "$argon2id$v=19$m=19456,t=2,p=1$", 31) == 0;
}

/* An unknown user, or a password too long to hash, costs what a wrong password costs. */
static void costs_the_same(struct arena *arena)
{
	char *hash = password_hash(arena, good);

	CHECK(costs_one_hash(hash, "wrong"));
	CHECK(costs_one_hash(NULL, "wrong"));
	CHECK(costs_one_hash(hash, repeated(arena, "0123456789abcdef", 100)));
}

static void *sign_in(void *hash)
{
	struct arena *arena = arena_new();
	bool right = true;

	for (int i = 0; i < 4; i++) {
		while (password_slot_take(arena)) /* a busy machine: wait once more */
			;
		right &= password_matches(hash, good) && !password_matches(hash, "wrong");
		password_slot_give();
	}
	arena_free(arena);
	return right ? hash : NULL;
}

/* Who waits too long hears so; a slot that comes back goes to the next. */
static void waits_two_seconds_at_most(struct arena *arena)
{
	const struct problem *busy;
	double start;

	CHECK(!password_slot_take(arena) && !password_slot_take(arena));
	start = seconds();
	busy = password_slot_take(arena);
	CHECK(seconds() - start > 1.9);
	CHECK(busy && busy->kind == PROBLEM_UNAVAILABLE && busy->retry_after > 0);
	password_slot_give();
	CHECK(!password_slot_take(arena));
	password_slot_give();
	password_slot_give();
}

static void works_in_threads(struct arena *arena)
{
	char *hash = password_hash(arena, good);
	pthread_t threads[THREADS];
	void *right;

	for (int i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, sign_in, hash);
	for (int i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &right);
		CHECK(right);
	}
}

static void refuses_what_is_guessed_first(struct arena *arena)
{
	static const char *const bad[] = {
		"password1234",
		"Password1234!",
		"passwordpassword",
		"qwertyuiop12",
		"qwertyuiopasdf",
		"123456789012",
		"aaaaaaaaaaaaaaaa",
		"Summer2024!Summer",
		"letmeinletmein",
		"Welcome2School!",
		"1q2w3e4r5t6y",
		"manchesterunited",
		"P@ssw0rd1234",
		"Chaperone2024!",
		"safeguarding2025",
		"administrator1",
		"correcthorsebatterystaple",
	};

	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		if (!password_fault(bad[i], own))
			fprintf(stderr, "accepted: %s\n", bad[i]);
		CHECK(password_fault(bad[i], own));
	}
	CHECK(password_fault(repeated(arena, "password", 32), own));
	CHECK(password_fault(repeated(arena, "20", 128), own));
}

static void refuses_the_own_name(void)
{
	const char *fault = password_fault("Whitfield-Oakridge-Amelia", own);

	CHECK(fault && strstr(fault, "your own name"));
	CHECK(password_fault("AmeliaWhitfield1", own));
	CHECK(password_fault("a.whitfield@oakridge", own));
	CHECK(!password_fault("Whitfield-Oakridge-Zanzibar-9", NULL));
}

static void counts_characters(struct arena *arena)
{
	CHECK(strstr(password_fault("kR7#vqLm2!z", own), "at least 12"));
	CHECK(strstr(password_fault("éèêëàâ", own), "at least 12"));
	CHECK(strstr(password_fault("", own), "at least 12"));
	CHECK(strstr(password_fault(repeated(arena, "🦊", 257), own), "at most 256"));
	CHECK(strstr(password_fault(repeated(arena, "abcd", 65), own), "at most 256"));
	CHECK(password_fault("kR7#vqLm2!zX\xff", own));
}

static void accepts_good_ones(void)
{
	static const char *const fine[] = {
		"plum vase noon tiger",	    "kR7#vqLm2!zX",
		"three otters nap late",    "école à la française",
		"violet lamppost 47 canal",
	};

	for (size_t i = 0; i < COUNT_OF(fine); i++) {
		CHECK(!password_fault(fine[i], own));
		CHECK(!password_fault(fine[i], NULL));
	}
}

/* Nothing a stranger can send may keep a processor busy: the
 * estimate itself is bounded. */
static void judges_quickly(struct arena *arena)
{
	char *digits = repeated(arena, "20", 128);
	double start = seconds();

	password_fault(digits, own);
	CHECK(seconds() - start < 0.15);
}

int main(void)
{
	struct arena *arena = arena_new();

	password_start(2);
	matches_only_its_password(arena);
	takes_the_longest(arena);
	costs_the_same(arena);
	works_in_threads(arena);
	waits_two_seconds_at_most(arena);
	refuses_what_is_guessed_first(arena);
	refuses_the_own_name();
	counts_characters(arena);
	accepts_good_ones();
	judges_quickly(arena);
	arena_free(arena);
	return check_done();
}
