/* The verified tokens of this instance: 256 sets of 8, least recently used goes first. */
#include "auth/session.h"
#include <openssl/sha.h>
#include <pthread.h>
#include <string.h>
#include <time.h>
#include "base/log.h"

#define SETS 256
#define WAYS 8

struct entry {
	unsigned char key[SHA256_DIGEST_LENGTH];
	unsigned long used;	     /* the set's clock when it was last asked for */
	struct principal *principal; /* one block; NULL when the way is free */
};

struct set {
	pthread_mutex_t lock;
	unsigned long clock;
	struct entry ways[WAYS];
};

static struct set sets[SETS] = {
	[0 ... SETS - 1] = { .lock = PTHREAD_MUTEX_INITIALIZER },
};

/* A block is the principal, then all appointments, then all lists, then all text: sizes
 * that are multiples of a pointer come first, so everything is aligned. */
struct layout {
	size_t lists; /* pointers */
	size_t text;  /* bytes */
};

static void list_measure(struct layout *layout, const char *const *list)
{
	for (; list && *list; list++) {
		layout->lists++;
		layout->text += strlen(*list) + 1;
	}
	layout->lists++;
}

static struct layout principal_measure(const struct principal *principal)
{
	struct layout layout = { 0 };

	for (int i = 0; i < principal->appointment_count; i++) {
		const struct appointment *appointment = &principal->appointments[i];

		layout.text += strlen(appointment->role) + 1;
		list_measure(&layout, appointment->duties);
		list_measure(&layout, appointment->schools);
	}
	return layout;
}

static size_t layout_size(const struct layout *layout, int appointment_count)
{
	return sizeof(struct principal) +
	       sizeof(struct appointment) * (size_t)appointment_count +
	       sizeof(char *) * layout->lists + layout->text;
}

struct cursor {
	const char **list;
	char *text;
};

static const char *text_put(struct cursor *at, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy = memcpy(at->text, text, size);

	at->text += size;
	return copy;
}

static const char *const *list_put(struct cursor *at, const char *const *list)
{
	const char **copy = at->list;

	for (; list && *list; list++)
		*at->list++ = text_put(at, *list);
	*at->list++ = NULL;
	return copy;
}

/* Writes a copy that points only into `block`, which has the size just measured. */
static struct principal *principal_put(void *block, const struct layout *layout,
				       const struct principal *principal)
{
	struct principal *copy = block;
	struct appointment *appointments = (struct appointment *)(copy + 1);
	struct cursor at = {
		.list = (const char **)(appointments + principal->appointment_count),
	};

	at.text = (char *)(at.list + layout->lists);
	*copy = *principal;
	copy->appointments = appointments;
	for (int i = 0; i < principal->appointment_count; i++) {
		const struct appointment *from = &principal->appointments[i];

		appointments[i].role = text_put(&at, from->role);
		appointments[i].tenant_wide = from->tenant_wide;
		appointments[i].duties = list_put(&at, from->duties);
		appointments[i].schools = list_put(&at, from->schools);
	}
	return copy;
}

static struct principal *principal_keep(const struct principal *principal)
{
	struct layout layout = principal_measure(principal);
	void *block = malloc(layout_size(&layout, principal->appointment_count));

	return block ? principal_put(block, &layout, principal) : NULL;
}

static struct principal *principal_lend(struct arena *arena,
					const struct principal *principal)
{
	struct layout layout = principal_measure(principal);
	void *block =
		arena_alloc(arena, layout_size(&layout, principal->appointment_count));

	return principal_put(block, &layout, principal);
}

/* By libcrypto, which has the processor do it: this is done for every request. */
static struct set *set_lock(const char *token, unsigned char key[static 32])
{
	struct set *set;

	SHA256((const unsigned char *)token, strlen(token), key);
	set = &sets[key[0]];
	pthread_mutex_lock(&set->lock);
	return set;
}

static struct entry *entry_find(struct set *set, const unsigned char *key)
{
	for (int i = 0; i < WAYS; i++) {
		struct entry *entry = &set->ways[i];

		if (entry->principal && memcmp(entry->key, key, sizeof(entry->key)) == 0)
			return entry;
	}
	return NULL;
}

static void entry_drop(struct entry *entry)
{
	free(entry->principal);
	entry->principal = NULL;
	entry->used = 0;
}

/* A free way has used == 0, so it is always the oldest. */
static struct entry *entry_oldest(struct set *set)
{
	struct entry *oldest = &set->ways[0];

	for (int i = 1; i < WAYS; i++)
		if (set->ways[i].used < oldest->used)
			oldest = &set->ways[i];
	return oldest;
}

const struct principal *session_cached(struct arena *arena, const char *token)
{
	unsigned char key[SHA256_DIGEST_LENGTH];
	struct set *set = set_lock(token, key);
	struct entry *entry = entry_find(set, key);
	const struct principal *found = NULL;

	if (entry && entry->principal->expires <= time(NULL)) {
		entry_drop(entry);
	} else if (entry) {
		entry->used = ++set->clock;
		found = principal_lend(arena, entry->principal);
	}
	pthread_mutex_unlock(&set->lock);
	return found;
}

void session_remember(const char *token, const struct principal *principal)
{
	unsigned char key[SHA256_DIGEST_LENGTH];
	struct principal *copy;
	struct entry *entry;
	struct set *set;

	if (principal->expires <= time(NULL))
		return;
	copy = principal_keep(principal);
	if (!copy)
		return; /* only a cache: the next request verifies again */
	set = set_lock(token, key);
	entry = entry_find(set, key);
	if (!entry)
		entry = entry_oldest(set);
	entry_drop(entry);
	memcpy(entry->key, key, sizeof(key));
	entry->principal = copy;
	entry->used = ++set->clock;
	pthread_mutex_unlock(&set->lock);
}

void session_forget(const char *token)
{
	unsigned char key[SHA256_DIGEST_LENGTH];
	struct set *set = set_lock(token, key);
	struct entry *entry = entry_find(set, key);

	if (entry)
		entry_drop(entry);
	pthread_mutex_unlock(&set->lock);
}
