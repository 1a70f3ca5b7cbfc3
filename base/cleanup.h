/* Attributes that free a local when it goes out of scope: no ownership ladders. */
#pragma once
#include <stdlib.h>
#include <stdio.h>

static inline void cleanup_free(void *slot)
{
	free(*(void **)slot);
}

static inline void cleanup_fclose(FILE **file)
{
	if (*file)
		fclose(*file);
}

#define autofree __attribute__((cleanup(cleanup_free)))
#define autofclose __attribute__((cleanup(cleanup_fclose)))
#define printf_like(fmt, args) __attribute__((format(printf, fmt, args)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
