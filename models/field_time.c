/* Dates and times as RFC 3339 writes them, and only real ones. */
#include "models/field_time.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { YEAR_MIN = 1900, YEAR_MAX = 2200 };

/* Exactly `count` digits with a value within the limits, then the
 * next place; else NULL. */
static const char *number_read(const char *at, int count, int min, int max,
			       int *ret_number)
{
	int number = 0;

	if (!at)
		return NULL;
	for (; count > 0; count--, at++) {
		if (!isdigit((unsigned char)*at))
			return NULL;
		number = number * 10 + (*at - '0');
	}
	*ret_number = number;
	return number >= min && number <= max ? at : NULL;
}

static const char *char_read(const char *at, const char *one_of)
{
	return at && *at && strchr(one_of, *at) ? at + 1 : NULL;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (leap && month == 2);
}

static const char *date_read(const char *at)
{
	int year, month, day;

	at = char_read(number_read(at, 4, YEAR_MIN, YEAR_MAX, &year), "-");
	at = char_read(number_read(at, 2, 1, 12, &month), "-");
	at = number_read(at, 2, 1, 31, &day);
	return at && day <= month_days(year, month) ? at : NULL;
}

/* The fraction of a second, when there is one: up to nine digits. */
static const char *fraction_read(const char *at)
{
	size_t digits;

	if (!at || *at != '.')
		return at;
	digits = strspn(++at, "0123456789");
	return digits >= 1 && digits <= 9 ? at + digits : NULL;
}

static const char *zone_read(const char *at)
{
	int number;

	if (at && (*at == 'Z' || *at == 'z'))
		return at + 1;
	at = char_read(at, "+-");
	at = char_read(number_read(at, 2, 0, 14, &number), ":");
	return number_read(at, 2, 0, 59, &number);
}

bool date_valid(const char *text)
{
	const char *end = date_read(text);

	return end && !*end;
}

bool time_valid(const char *text)
{
	const char *at = char_read(date_read(text), "Tt");
	int number;

	at = char_read(number_read(at, 2, 0, 23, &number), ":");
	at = char_read(number_read(at, 2, 0, 59, &number), ":");
	at = zone_read(fraction_read(number_read(at, 2, 0, 59, &number)));
	return at && !*at;
}

time_t time_read(const char *text)
{
	struct tm tm = { 0 };
	const char *zone = text + strcspn(text + 19, "Zz+-") + 19;
	int hours = 0, minutes = 0;

	sscanf(text, "%d-%d-%d%*c%d:%d:%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday,
	       &tm.tm_hour, &tm.tm_min, &tm.tm_sec);
	tm.tm_year -= 1900;
	tm.tm_mon--;
	sscanf(zone + 1, "%d:%d", &hours, &minutes);
	return timegm(&tm) - (*zone == '-' ? -1 : 1) * (hours * 60 + minutes) * 60;
}
