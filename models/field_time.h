/* Dates and times as RFC 3339 writes them, and only real ones. */
#pragma once
#include <stdbool.h>

bool date_valid(const char *text);
bool time_valid(const char *text); /* with its zone */
