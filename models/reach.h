/* A reach as SQL: what stands in {reach}, and the values it takes. */
#pragma once
#include "auth/policy.h"
#include "sql/query.h"

/* By the query's school:, own: and shared: expressions, in brackets; what the query says
 * is in the compartment goes by the other reach instead. */
char *reach_sql(struct arena *arena, const struct reach *reach,
		const struct reach *compartment, enum query query);
/* Is it an OR that no one index answers in the order of a page? */
bool reach_several(const struct reach *reach);
/* reach_tenant, reach_schools and reach_school, or inside_..., named without the prefix.
 */
bool reach_value(struct arena *arena, const struct reach *reach, const char *name,
		 const char **ret_text);
