/* A reach as SQL: what stands in {reach}, and the values it takes. */
#pragma once
#include "auth/policy.h"
#include "sql/query.h"

/* By the query's school:, own: and shared: expressions, in brackets. */
char *reach_sql(struct arena *arena, const struct reach *reach, enum query query);
/* reach_tenant, reach_schools and reach_school, named without the prefix. */
bool reach_value(struct arena *arena, const struct reach *reach, const char *name,
		 const char **ret_text);
