/* E-mail and web addresses: what a school would call one, and nothing that hides
 * something. */
#pragma once
#include <stdbool.h>

enum { EMAIL_MAX = 254, URL_MAX = 2000 };

bool email_valid(const char *text);
/* NULL when good: https or http, a host, no user or password in it. */
const char *url_fault(const char *text);
