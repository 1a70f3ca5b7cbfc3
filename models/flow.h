/* What flow and actions both ask of a step and a row. */
#pragma once
#include "models/resource.h"

/* The state, version and place of a row that a flow moves. */
bool step_leaves(struct arena *arena, const struct step *step, const char *state);
/* Does the caller's reach for this step cover the row, and does the step permit them? */
bool step_permits(struct call *call, const struct step *step, const PGresult *row);
/* Does this reach cover the row, by its _school or school_id and its flag `own`? */
bool row_covered(const struct reach *reach, const PGresult *row, const char *own);
/* May a row have gates to ask for this caller; and does this one? */
bool actions_ask(struct call *call);
bool actions_gated(struct call *call, const PGresult *row);
/* Sets call->more to the row's actions and blockers for this caller. */
const struct problem *actions_show(struct call *call, const PGresult *row);
/* Why the step of this call has to wait, by the rows of a gate: NULL when there is none.
 */
const struct problem *gate_judge(struct call *call, const PGresult *gate);
/* Adds {action, code, detail} for each row of a gate to a JSON array. */
void blockers_add(struct buffer *out, const char *action, const PGresult *gate);
