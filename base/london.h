/* Days and hours in Europe/London: what "Saturday" and "today" are for a school. Days are
 * numbered from 1970-01-01 on, which was a Thursday. */
#pragma once
#include <stdbool.h>
#include <time.h>

enum { DATE_SIZE = sizeof("2026-09-01"), DAY_SECONDS = 24 * 60 * 60 };

/* A moment as a clock on the wall has it. */
struct london {
	int day;
	int second; /* since midnight by the wall */
};

struct london london_of(time_t at);
/* The moment when the wall shows this; the first of two when the clocks go back, and an
 * hour later when they have gone over it. */
time_t london_at(int day, int second);
/* Year, month 1 to 12, day of the month. */
void day_split(int day, int *ret_year, int *ret_month, int *ret_date);
int day_of(int year, int month, int date);
int day_weekday(int day); /* 0 is Monday */
/* From and to RFC 3339's full-date; the text is known to be one. */
int day_read(const char *date);
void day_write(int day, char date[DATE_SIZE]);
/* The same day `months` later, or the last of that month when it is shorter. */
int day_months_later(int day, int months);
