/* Memory of one request: blocks that are only ever freed together. */
#include "base/arena.h"
#include <stdalign.h>
#include <stdint.h>
#include <string.h>
#include "base/log.h"

#if defined(__SANITIZE_ADDRESS__)
#define ARENA_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISON 1
#endif
#endif

/* Under the address sanitizer, memory not handed out is unreadable: a pointer kept over a
 * reset is caught where it is used. */
#ifdef ARENA_POISON
#include <sanitizer/asan_interface.h>
#define CLOSE_MEMORY(at, size) ASAN_POISON_MEMORY_REGION(at, size)
#define OPEN_MEMORY(at, size) ASAN_UNPOISON_MEMORY_REGION(at, size)
#else
#define CLOSE_MEMORY(at, size) ((void)0)
#define OPEN_MEMORY(at, size) ((void)0)
#endif

enum { BLOCK_SIZE = 16384 };

struct block {
	struct block *next;
	size_t size, used;
	alignas(max_align_t) char data[];
};

/* The first block in the list is the one being filled; the last one is
 * kept by a reset. */
struct arena {
	struct block *blocks;
};

static _Noreturn void memory_out(void)
{
	log_line(LOG_ERROR, "out_of_memory", "no memory for a request");
	abort();
}

static struct block *block_new(size_t size)
{
	struct block *block = malloc(sizeof(*block) + size);

	if (!block)
		memory_out();
	block->next = NULL;
	block->size = size;
	block->used = 0;
	CLOSE_MEMORY(block->data, size);
	return block;
}

static void block_free(struct block *block)
{
	OPEN_MEMORY(block->data, block->size);
	free(block);
}

struct arena *arena_new(void)
{
	struct arena *arena = malloc(sizeof(*arena));

	if (!arena)
		memory_out();
	arena->blocks = block_new(BLOCK_SIZE);
	return arena;
}

void arena_reset(struct arena *arena)
{
	struct block *next;

	while ((next = arena->blocks->next)) {
		block_free(arena->blocks);
		arena->blocks = next;
	}
	arena->blocks->used = 0;
	CLOSE_MEMORY(arena->blocks->data, arena->blocks->size);
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	arena_reset(arena);
	block_free(arena->blocks);
	free(arena);
}

/* A large piece gets a block of its own behind the current one, which stays in use. */
static struct block *block_for(struct arena *arena, size_t size)
{
	struct block *block = arena->blocks;

	if (size <= block->size - block->used)
		return block;
	if (size > BLOCK_SIZE / 4 && block->next) {
		struct block *large = block_new(size);
		large->next = block->next;
		block->next = large;
		return large;
	}
	block = block_new(size > BLOCK_SIZE ? size : BLOCK_SIZE);
	block->next = arena->blocks;
	arena->blocks = block;
	return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block;
	size_t rounded = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
	void *at;

	if (rounded < size || rounded > SIZE_MAX / 2)
		memory_out();
	block = block_for(arena, rounded);
	at = block->data + block->used;
	block->used += rounded;
	OPEN_MEMORY(at, size);
	memset(at, 0, size);
	return at;
}

char *arena_copy_n(struct arena *arena, const char *bytes, size_t length)
{
	char *copy = arena_alloc(arena, length + 1);

	if (length)
		memcpy(copy, bytes, length);
	return copy;
}

char *arena_copy(struct arena *arena, const char *text)
{
	return text ? arena_copy_n(arena, text, strlen(text)) : NULL;
}

char *arena_vprintf(struct arena *arena, const char *fmt, va_list args)
{
	va_list again;
	char *text;
	int length;

	va_copy(again, args);
	length = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	if (length < 0)
		memory_out();
	text = arena_alloc(arena, (size_t)length + 1);
	vsnprintf(text, (size_t)length + 1, fmt, args);
	return text;
}

char *arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args;
	char *text;

	va_start(args, fmt);
	text = arena_vprintf(arena, fmt, args);
	va_end(args);
	return text;
}
