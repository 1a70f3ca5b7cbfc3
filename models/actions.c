/* What the caller may do next with a row, and what is still in the way. */
#include "models/flow.h"
#include <stdlib.h>

enum { STEPS_MAX = 32 };

struct offer {
	const struct step *step;
	const PGresult *gate; /* NULL: none */
};

bool step_leaves(struct arena *arena, const struct step *step, const char *state)
{
	return array_has(array_items(arena, step->from), state);
}

bool row_covered(const struct reach *reach, const PGresult *row, const char *own)
{
	const char *school = row_has(row, "_school")	 ? row_text(row, 0, "_school")
			     : row_has(row, "school_id") ? row_text(row, 0, "school_id")
							 : NULL;

	return reach_covers(reach, school, row_has(row, own) && row_flag(row, 0, own));
}

bool step_permits(struct call *call, const struct step *step, const PGresult *row)
{
	struct reach reach = policy_reach(call->arena, call->me, step->permission);

	return row_covered(&reach, row, step->own ? step->own : "_own") &&
	       (!step->permits || step->permits(call, row));
}

void blockers_add(struct buffer *out, const char *action, const PGresult *gate)
{
	for (int row = 0; row < row_count(gate); row++) {
		buffer_text(out, out->length ? ",{\"action\":" : "{\"action\":");
		buffer_json(out, action);
		buffer_text(out, ",\"code\":");
		buffer_json(out, row_text(gate, row, "code"));
		buffer_text(out, ",\"detail\":");
		buffer_json(out, row_text(gate, row, "detail"));
		buffer_char(out, '}');
	}
}

static void action_add(struct call *call, struct buffer *out, const struct step *step)
{
	const char *href = resource_href(call, call_text(call, "id"));

	buffer_text(out, out->length ? ",{\"name\":" : "{\"name\":");
	buffer_json(out, step->action);
	buffer_text(out, ",\"label\":");
	buffer_json(out, step->label);
	buffer_text(out, ",\"method\":\"POST\",\"href\":");
	buffer_json(out, arena_printf(call->arena, "%s/%s", href,
				      step_path(call->arena, step->action)));
	buffer_text(out, ",\"fields\":");
	buffer_text(out, step_fields(step));
	buffer_char(out, '}');
}

static int offers_find(struct call *call, const PGresult *row, struct offer *offers)
{
	const char *state = row_text(row, 0, "state");
	int count = 0;

	for (const struct step *step = call->resource->flow; step->action; step++)
		if (count < STEPS_MAX && step_leaves(call->arena, step, state) &&
		    step_permits(call, step, row))
			offers[count++] = (struct offer){ step, NULL };
	return count;
}

/* Several steps may share a gate: it is asked once, for the first of them. */
static int gate_first(const struct offer *offers, int at)
{
	for (int i = 0; i < at; i++)
		if (offers[i].step->gate == offers[at].step->gate)
			return i;
	return at;
}

static const struct problem *gates_run(struct call *call, struct offer *offers, int count)
{
	const struct problem *err = NULL;

	for (int i = 0; i < count && !err; i++)
		if (offers[i].step->gate && gate_first(offers, i) == i)
			err = call_queue(call, offers[i].step->gate);
	if (!err && call->read_only)
		err = tx_sync(&call->tx);
	for (int i = 0; i < count && !err; i++) {
		int first = gate_first(offers, i);

		if (!offers[i].step->gate)
			continue;
		if (first == i)
			err = call_read(call, &offers[i].gate);
		else
			offers[i].gate = offers[first].gate;
	}
	return err;
}

bool actions_ask(struct call *call)
{
	const struct step *step = call->resource->flow;

	for (; step && step->action; step++) {
		struct reach reach =
			policy_reach(call->arena, call->me, step->permission);

		if (step->gate && !reach_none(&reach))
			return true;
	}
	return false;
}

bool actions_gated(struct call *call, const PGresult *row)
{
	struct offer offers[STEPS_MAX];
	int count = offers_find(call, row, offers);

	while (count-- > 0)
		if (offers[count].step->gate)
			return true;
	return false;
}

const struct problem *actions_show(struct call *call, const PGresult *row)
{
	struct offer offers[STEPS_MAX];
	int count = offers_find(call, row, offers);
	autobuffer actions = { 0 };
	autobuffer blockers = { 0 };
	const struct problem *err = gates_run(call, offers, count);

	for (int i = 0; i < count && !err; i++) {
		if (offers[i].gate && row_count(offers[i].gate) > 0)
			blockers_add(&blockers, offers[i].step->action, offers[i].gate);
		else
			action_add(call, &actions, offers[i].step);
	}
	call->more = arena_printf(call->arena, ",\"actions\":[%s],\"blockers\":[%s]",
				  actions.length ? actions.data : "",
				  blockers.length ? blockers.data : "");
	return err;
}
