/* Everything of one tenant as files of JSON lines, from one moment. */
#pragma once
#include <stdbool.h>
#include "base/id.h"

/* The newest seal of its trail at that moment; seq 0: there is none. */
struct export_head {
	char tenant[ID_SIZE], chain[65];
	long seq;
};

/* Writes <table>.ndjson for each table into the folder, which must not exist yet, and
 * manifest.json. The tenant is given by id or name. Signs in as chaperone_backup. False
 * after saying what went wrong. */
bool export_tenant(const char *database, const char *tenant, const char *folder,
		   struct export_head *ret_head);
