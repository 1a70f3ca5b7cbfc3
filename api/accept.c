/* Which of our media types the caller wants: RFC 9110 section 12.5.1. */
#include "api/accept.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* A weight in thousandths; what cannot be read counts in full. */
static int weight(const char *range, size_t length)
{
	const char *end = range + length;

	for (const char *at = range; (at = memchr(at, ';', (size_t)(end - at)));) {
		at++;
		while (at < end && (*at == ' ' || *at == '\t'))
			at++;
		if (end - at > 2 && (*at == 'q' || *at == 'Q') && at[1] == '=')
			return (int)(strtod(at + 2, NULL) * 1000);
	}
	return 1000;
}

/* How exactly a range names an offer: 3 all of it, 2 its type, 1 anything,
 * 0 not at all. */
static int fits(const char *range, size_t length, const char *offer)
{
	size_t name = 0, type = strcspn(offer, "/") + 1;

	while (name < length && !strchr("; \t", range[name]))
		name++;
	if (name == strlen(offer) && strncasecmp(range, offer, name) == 0)
		return 3;
	if (name == type + 1 && range[type] == '*' &&
	    strncasecmp(range, offer, type) == 0)
		return 2;
	return name == 3 && strncmp(range, "*/*", 3) == 0;
}

/* The weight of the range that names the offer most exactly. */
static int offer_weight(const char *accept, const char *offer)
{
	int best = 0, weighs = 0;

	for (const char *at = accept; *at;) {
		size_t length;
		int fit;

		at += strspn(at, ", \t");
		length = strcspn(at, ",");
		fit = fits(at, length, offer);
		if (fit > best) {
			best = fit;
			weighs = weight(at, length);
		}
		at += length;
	}
	return weighs;
}

const char *accept_choose(const char *accept, const char *const *offers)
{
	const char *chosen = NULL;
	int most = 0;

	if (!accept || !*accept)
		return *offers;
	for (; *offers; offers++) {
		int weighs = offer_weight(accept, *offers);

		if (weighs > most) {
			most = weighs;
			chosen = *offers;
		}
	}
	return chosen;
}
