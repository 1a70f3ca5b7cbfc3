/* Counts checks and says where one failed: all a unit test here needs. */
#pragma once
#include <stdbool.h>
#include <stdio.h>

static int check_passed, check_failed;

static inline void check_that(bool holds, const char *what, const char *file, int line)
{
	if (holds) {
		check_passed++;
		return;
	}
	check_failed++;
	fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
}

#define CHECK(cond) check_that((cond), #cond, __FILE__, __LINE__)

/* For the end of main(): the exit code. */
static inline int check_done(void)
{
	printf("%d passed, %d failed\n", check_passed, check_failed);
	return check_failed ? 1 : 0;
}
