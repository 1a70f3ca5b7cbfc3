/* Days and hours in Europe/London: what "Saturday" and "today" are for a school. */
#include "base/london.h"
#include <stdio.h>

enum { HOUR = 3600, EPOCH_WEEKDAY = 3 };

/* Rounds down, for days before 1970 too. */
static int day_floor(time_t seconds)
{
	return (int)(seconds / DAY_SECONDS - (seconds % DAY_SECONDS < 0));
}

int day_of(int year, int month, int date)
{
	struct tm tm = { .tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = date };

	return day_floor(timegm(&tm));
}

void day_split(int day, int *ret_year, int *ret_month, int *ret_date)
{
	time_t at = (time_t)day * DAY_SECONDS;
	struct tm tm;

	gmtime_r(&at, &tm);
	*ret_year = tm.tm_year + 1900;
	*ret_month = tm.tm_mon + 1;
	*ret_date = tm.tm_mday;
}

int day_weekday(int day)
{
	return ((day + EPOCH_WEEKDAY) % 7 + 7) % 7;
}

/* The last Sunday of a month of 31 days. */
static int last_sunday(int year, int month)
{
	int last = day_of(year, month, 31);

	return last - (day_weekday(last) + 1) % 7;
}

/* From 01:00 UTC on the last Sunday of March to the same hour of October's. */
static bool summer_time(time_t at)
{
	int year, month, date;

	day_split(day_floor(at), &year, &month, &date);
	return at >= (time_t)last_sunday(year, 3) * DAY_SECONDS + HOUR &&
	       at < (time_t)last_sunday(year, 10) * DAY_SECONDS + HOUR;
}

struct london london_of(time_t at)
{
	int day;

	if (summer_time(at))
		at += HOUR;
	day = day_floor(at);
	return (struct london){ day, (int)(at - (time_t)day * DAY_SECONDS) };
}

time_t london_at(int day, int second)
{
	time_t at = (time_t)day * DAY_SECONDS + second;

	return summer_time(at - HOUR) ? at - HOUR : at;
}

int day_read(const char *date)
{
	int year = 1970, month = 1, day = 1;

	sscanf(date, "%d-%d-%d", &year, &month, &day);
	return day_of(year, month, day);
}

void day_write(int day, char date[DATE_SIZE])
{
	time_t at = (time_t)day * DAY_SECONDS;
	struct tm tm;

	gmtime_r(&at, &tm);
	strftime(date, DATE_SIZE, "%Y-%m-%d", &tm);
}

int day_months_later(int day, int months)
{
	int year, month, date, last;

	day_split(day, &year, &month, &date);
	last = day_of(year, month + months + 1, 1) - 1;
	day = day_of(year, month + months, 1) + date - 1;
	return day < last ? day : last;
}
