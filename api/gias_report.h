/* What an import of the register did, for the person at the terminal. */
#pragma once
#include <jansson.h>
#include <stdbool.h>

/* On stdout; what was refused on stderr when it kept the file out. */
void gias_report_print(const json_t *report, bool as_json);
