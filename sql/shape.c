/* Shapes: queries with their slots filled, compiled once and kept for all threads. */
#include <pthread.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include "base/log.h"
#include "sql/query.h"

enum { SHAPES = 512, PROBES = 8, PAIRS_MAX = 4 };

/* Never changed and never freed once it stands in the table. */
struct kept {
	enum query query;
	const char *key;
	struct statement statement;
};

static struct kept *_Atomic shapes[SHAPES];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER; /* of who adds one */

/* FNV-1a: shapes come from const tables, nobody can choose them. */
static unsigned long text_hash(const char *text, unsigned long hash)
{
	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * 1099511628211UL;
	return hash;
}

static unsigned long shape_digest(const char *text)
{
	return text_hash(text, 14695981039346656037UL);
}

/* Where a shape stands, or NULL with the place for it; no place: its neighbourhood is
 * full. */
static const struct kept *shape_find(enum query query, const char *key,
				     struct kept *_Atomic **ret_place)
{
	unsigned long at = text_hash(key, (unsigned long)query + 1);

	*ret_place = NULL;
	for (int i = 0; i < PROBES; i++) {
		struct kept *_Atomic *place = &shapes[(at + (unsigned long)i) % SHAPES];
		const struct kept *shape =
			atomic_load_explicit(place, memory_order_acquire);

		if (!shape) {
			*ret_place = place;
			return NULL;
		}
		if (shape->query == query && strcmp(shape->key, key) == 0)
			return shape;
	}
	return NULL;
}

static bool shape_compile(struct arena *arena, enum query query, const char *text,
			  struct statement *ret_statement)
{
	char name[40];

	snprintf(name, sizeof(name), "%.22s_%016lx", query_texts[query].name,
		 shape_digest(text));
	if (statement_compile(arena, name, text, ret_statement))
		return true;
	log_line(LOG_ERROR, "query_parameters", "a shape of %s cannot be compiled",
		 query_texts[query].name);
	return false;
}

/* For good while there is room; then for this request alone, so that the many
 * combinations of filters have a bound. */
static const struct statement *shape_add(struct arena *arena, enum query query,
					 const char *key, const char *text)
{
	static struct arena *process; /* kept until the process ends */
	struct kept *_Atomic *place;
	const struct kept *known;
	struct kept *shape;

	pthread_mutex_lock(&lock);
	if ((known = shape_find(query, key, &place))) {
		pthread_mutex_unlock(&lock);
		return &known->statement;
	}
	if (place) {
		process = process ? process : arena_new();
		arena = process;
	}
	shape = arena_alloc(arena, sizeof(*shape));
	shape->query = query;
	shape->key = arena_copy(arena, key);
	if (!shape_compile(arena, query, text, &shape->statement))
		shape = NULL;
	else if (place)
		atomic_store_explicit(place, shape, memory_order_release);
	pthread_mutex_unlock(&lock);
	return shape ? &shape->statement : NULL;
}

const struct statement *query_shape(struct arena *arena, enum query query, ...)
{
	const struct query_text *source = &query_texts[query];
	const char *pairs[2 * PAIRS_MAX + 1] = { NULL };
	struct kept *_Atomic *place;
	const struct kept *known;
	autobuffer key = { 0 };
	char *text;
	va_list args;

	va_start(args, query);
	for (int i = 0; i < 2 * PAIRS_MAX; i += 2) {
		if (!(pairs[i] = va_arg(args, const char *)))
			break;
		pairs[i + 1] = va_arg(args, const char *);
		buffer_text(&key, pairs[i]);
		buffer_char(&key, '\x1f');
		buffer_text(&key, pairs[i + 1] ? pairs[i + 1] : "");
		buffer_char(&key, '\x1f');
	}
	va_end(args);
	if ((known = shape_find(query, key.length ? key.data : "", &place)))
		return &known->statement;
	if (!(text = slots_fill(arena, source->name, source->text, pairs)))
		return NULL;
	return shape_add(arena, query, key.length ? key.data : "", text);
}
