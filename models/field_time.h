/* Dates and times as RFC 3339 writes them, and only real ones. */
#pragma once
#include <stdbool.h>
#include <time.h>

bool date_valid(const char *text);
bool time_valid(const char *text); /* with its zone */
/* Seconds since 1970 of such a text. */
time_t time_read(const char *text);
