/* What one instance does beside requests: seals the audit trail, sends its heads out,
 * refreshes keys, sweeps. */
#pragma once
#include <stdbool.h>

bool housekeeping_start(void);
void housekeeping_stop(void); /* finishes what it is at */
