/* Local sign-in: argon2id hashes with bounded concurrency, and the rules for new
 * passwords. */
#include "auth/password.h"
#include <ctype.h>
#include <errno.h>
#include <semaphore.h>
#include <sodium.h>
#include <string.h>
#include <time.h>
#include <zxcvbn.h>
#include "base/encoding.h"
#include "base/id.h"
#include "base/log.h"

/* OWASP's second profile, about 18 ms: the semaphore keeps the sum of memory and
 * processor time bounded however many people (or machines) sign in at once. */
#define PASSES 2
#define MEMORY (19ul * 1024 * 1024)

/* Lengths are counted in characters; a character takes up to four bytes of UTF-8. */
#define SHORTEST 12
#define LONGEST 256
#define LONGEST_BYTES (LONGEST * 4)

/* Bits of zxcvbn's estimate, whose best score starts at 33 (10^10 guesses). Lockout ends
 * guessing online long before; the floor is for a stolen hash: if an attacker tries 5,000
 * of ours a second, 36 bits hold about five months. Four words chosen at random come to
 * about 65 and twelve random characters to 77; a season with a year, a football club or a
 * keyboard walk stays below 30. */
#define ENTROPY_FLOOR 36.0

/* The head of a long password decides: alternating digits cost 3 ms at 32 bytes, 62 ms at
 * 64 and 0.6 s from 100 on, where the library cuts off by itself. */
#define ESTIMATED_BYTES 48

/* Words that are guessed first on this service, whoever the person is. */
static const char *const house_words[] = {
	"chaperone",   "safeguarding",
	"school",      "academy",
	"trust",       "governor",
	"teacher",     "headteacher",
	"socialmedia", "correcthorsebatterystaple",
};
#define OWN_WORDS_MOST 32

enum { SLOT_WAIT_S = 2 };

static sem_t slots;
static char dummy_hash[crypto_pwhash_STRBYTES];

static void hash_into(char out[static crypto_pwhash_STRBYTES], const char *password,
		      size_t length)
{
	if (crypto_pwhash_str_alg(out, password, length, PASSES, MEMORY,
				  crypto_pwhash_ALG_ARGON2ID13) == 0)
		return;
	log_line(LOG_ERROR, "out_of_memory", "no memory for a password hash");
	abort();
}

void password_start(int slot_count)
{
	unsigned char noise[32];

	if (sodium_init() < 0 || sem_init(&slots, 0, (unsigned)slot_count) != 0) {
		log_line(LOG_ERROR, "password_start", "hashing cannot start");
		abort();
	}
	random_bytes(noise, sizeof(noise));
	hash_into(dummy_hash, (const char *)noise, sizeof(noise));
	sodium_memzero(noise, sizeof(noise));
}

/* A queue without end would only make everybody wait for what nobody waits for any more.
 */
const struct problem *password_slot_take(struct arena *arena)
{
	struct problem *busy;
	struct timespec until;
	int taken;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += SLOT_WAIT_S;
	do
		taken = sem_clockwait(&slots, CLOCK_MONOTONIC, &until);
	while (taken != 0 && errno == EINTR);
	if (taken == 0)
		return NULL;
	busy = problem(
		arena, PROBLEM_UNAVAILABLE,
		"Too many people are signing in at this moment; try again shortly.");
	busy->retry_after = SLOT_WAIT_S;
	return busy;
}

void password_slot_give(void)
{
	sem_post(&slots);
}

char *password_hash(struct arena *arena, const char *password)
{
	char *hash = arena_alloc(arena, crypto_pwhash_STRBYTES);

	hash_into(hash, password, strlen(password));
	return hash;
}

bool password_matches(const char *hash, const char *password)
{
	size_t length = strnlen(password, LONGEST_BYTES + 1);
	bool possible = hash && length <= LONGEST_BYTES;

	if (length > LONGEST_BYTES)
		length = LONGEST_BYTES;
	return crypto_pwhash_str_verify(possible ? hash : dummy_hash, password, length) ==
		       0 &&
	       possible;
}

/* Splits text into lower-case words of three letters and more: "Amelia.O'Neill@x.org" is
 * as guessable by its parts as by its whole. */
static int words_split(char *text, const char *words[], int count)
{
	char *word = text;

	for (char *c = text;; c++) {
		bool end = !*c;

		if (isalnum((unsigned char)*c) || (unsigned char)*c >= 0x80) {
			*c = (char)tolower((unsigned char)*c);
			continue;
		}
		*c = '\0';
		if (c - word >= 3 && count < OWN_WORDS_MOST)
			words[count++] = word;
		word = c + 1;
		if (end)
			return count;
	}
}

static double entropy(const char *password, const char *const *own_words)
{
	const char *words[COUNT_OF(house_words) + OWN_WORDS_MOST + 1] = { 0 };
	char head[ESTIMATED_BYTES + 1] = { 0 };
	char text[OWN_WORDS_MOST * 32] = { 0 };
	size_t used = 0;
	int count = 0;
	double bits;

	memcpy(head, password, strnlen(password, ESTIMATED_BYTES));
	for (; own_words && *own_words; own_words++) {
		size_t length = strlen(*own_words);

		if (used + length + 2 > sizeof(text))
			break;
		memcpy(text + used, *own_words, length);
		text[used + length] = ' ';
		used += length + 1;
	}
	count = words_split(text, words, count);
	memcpy(words + count, house_words, sizeof(house_words));
	bits = ZxcvbnMatch(head, words, NULL);
	sodium_memzero(head, sizeof(head));
	return bits;
}

const char *password_fault(const char *password, const char *const *own_words)
{
	size_t length = strnlen(password, LONGEST_BYTES + 1);

	if (length > LONGEST_BYTES)
		return "Use at most 256 characters.";
	if (!utf8_valid(password, length))
		return "Use characters of valid UTF-8.";
	if (utf8_length(password) < SHORTEST)
		return "Use at least 12 characters; four words that have nothing to do with "
		       "each other are easy to remember.";
	if (utf8_length(password) > LONGEST)
		return "Use at most 256 characters.";
	if (entropy(password, own_words) >= ENTROPY_FLOOR)
		return NULL;
	if (entropy(password, NULL) >= ENTROPY_FLOOR)
		return "Do not build it from your own name or e-mail address.";
	return "This is easy to guess; four words that have nothing to do with each other "
	       "are easy to remember.";
}
