/* Memory of one request: allocate freely, free all of it at once.
 * Running out of memory ends the process with a log line: nobody checks for NULL. */
#pragma once
#include <stddef.h>
#include <stdarg.h>
#include "cleanup.h"

struct arena;

struct arena *arena_new(void);
void arena_reset(struct arena *arena); /* keeps one block for the next request */
void arena_free(struct arena *arena);

void *arena_alloc(struct arena *arena, size_t size); /* zeroed, aligned for any type */
char *arena_copy(struct arena *arena, const char *text); /* NULL stays NULL */
char *arena_copy_n(struct arena *arena, const char *bytes,
		   size_t length); /* adds the NUL */
char *arena_printf(struct arena *arena, const char *fmt, ...) printf_like(2, 3);
char *arena_vprintf(struct arena *arena, const char *fmt, va_list args) printf_like(2, 0);
