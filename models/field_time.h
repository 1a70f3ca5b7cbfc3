/* Dates and times as RFC 3339 writes them, and only real ones. */
#pragma once
#include <stdbool.h>
#include <time.h>

enum { DATE_SIZE = sizeof("2026-09-01") };

bool date_valid(const char *text);
bool time_valid(const char *text); /* with its zone */
/* The day in Europe/London, as today() in SQL: dates of this form compare as texts. */
void date_london(time_t now, char day[DATE_SIZE]);
