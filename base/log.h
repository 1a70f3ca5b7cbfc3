/* One JSON line an event on stderr: machine-read, never a token, a body or a secret. */
#pragma once
#include "cleanup.h"

enum log_level { LOG_ERROR, LOG_WARNING, LOG_INFO };

void log_line(enum log_level level, const char *event, const char *fmt, ...)
	printf_like(3, 4);
/* A finished JSON object, written as it is: the request log. */
void log_json(const char *object, unsigned long length);
