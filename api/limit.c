/* A token bucket for each client address, in tables that never grow: one a rate, so that
 * none fills another's. */
#include "api/limit.h"
#include <math.h>
#include <pthread.h>
#include <sodium.h>
#include <stdint.h>
#include <string.h>
#include <time.h>
#include "base/config.h"
#include "base/network.h"

enum { SETS = 1024, WAYS = 8 };

/* A bucket of all zero is one that nobody has used: full. */
struct bucket {
	unsigned char key[NETWORK_SIZE];
	double used; /* tokens taken, as of `at` */
	double at;   /* seconds, monotonic */
};

static const enum config_id settings[RATES] = {
	[RATE_SIGN_IN] = CONFIG_PUBLIC_RATE,
	[RATE_VERIFY] = CONFIG_VERIFY_RATE,
};

static struct bucket tables[RATES][SETS][WAYS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char secret[crypto_shorthash_KEYBYTES];
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void secret_make(void)
{
	randombytes_buf(secret, sizeof(secret));
}

static double used_now(const struct bucket *bucket, double now, double rate)
{
	double used = bucket->used - (now - bucket->at) * rate;

	return used > 0 ? used : 0;
}

/* The address's own bucket, else the one whose loss forgives least. A keyed hash, so that
 * nobody can aim at another's place in the table. */
static struct bucket *bucket_find(struct bucket table[SETS][WAYS],
				  const unsigned char key[NETWORK_SIZE], double now,
				  double rate)
{
	struct bucket *set, *least;
	uint64_t hash;

	crypto_shorthash((unsigned char *)&hash, key, NETWORK_SIZE, secret);
	set = table[hash % SETS];
	least = set;
	for (int i = 0; i < WAYS; i++) {
		if (memcmp(set[i].key, key, NETWORK_SIZE) == 0)
			return &set[i];
		if (used_now(&set[i], now, rate) < used_now(least, now, rate))
			least = &set[i];
	}
	memcpy(least->key, key, NETWORK_SIZE);
	least->used = 0;
	least->at = now;
	return least;
}

/* Takes a token, or tells in how many seconds there will be one; 0 is taken. */
static double token_take(struct bucket table[SETS][WAYS],
			 const unsigned char key[NETWORK_SIZE], double now, double burst)
{
	double rate = burst / 60;
	struct bucket *bucket = bucket_find(table, key, now, rate);

	bucket->used = used_now(bucket, now, rate);
	bucket->at = now;
	if (bucket->used > burst - 1)
		return (bucket->used - (burst - 1)) / rate;
	bucket->used += 1;
	return 0;
}

const struct problem *limit_count(struct arena *arena, enum rate rate,
				  const char *address)
{
	unsigned char key[NETWORK_SIZE];
	struct timespec now;
	struct problem *slow;
	double wait;

	if (rate == RATE_NONE)
		return NULL;
	pthread_once(&once, secret_make);
	network_key(address, key);
	clock_gettime(CLOCK_MONOTONIC, &now);
	pthread_mutex_lock(&lock);
	wait = token_take(tables[rate], key,
			  (double)now.tv_sec + (double)now.tv_nsec / 1e9,
			  (double)config_number(settings[rate]));
	pthread_mutex_unlock(&lock);
	if (wait <= 0)
		return NULL;
	slow = problem(arena, PROBLEM_TOO_MANY,
		       "Too many such requests came from your address: try again later.");
	slow->retry_after = (int)ceil(wait);
	return slow;
}
