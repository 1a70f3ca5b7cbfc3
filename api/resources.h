/* Boots the registry of all resources. */
#pragma once
#include <stdbool.h>

bool resources_start(void); /* false after printing what is wired wrongly to stderr */
