/* Walks seals and events side by side, in their order, and recomputes every digest. */
#include "models/audit_chain.h"
#include <sodium.h>
#include <string.h>
#include "base/encoding.h"
#include "models/audit_digest.h"

enum { SEALS = 500, HASH = AUDIT_HASH, NUMBER = 24 };

#define SEALS_TEXT "500"
#define EVENTS_TEXT "2000"

typedef unsigned long long xid8;

struct seal {
	long seq, events;
	xid8 from, to;
	unsigned char chain[HASH];
};

struct walk {
	const struct audit_source *source;
	struct audit_report *report;
	const char *tenant;
	bool failed;
	xid8 horizon;
	struct seal seals[SEALS];
	long seq; /* of the seal before, with its chain; 0 before the first */
	unsigned char chain[HASH];
	const PGresult *page; /* of events; NULL: read it, behind the last one taken */
	int row;
	char xid[NUMBER], id[NUMBER];
};

static void fault_say(struct walk *walk, const char *code, long seal, long event,
		      const char *fmt, ...) printf_like(5, 6);

static void fault_say(struct walk *walk, const char *code, long seal, long event,
		      const char *fmt, ...)
{
	char detail[400];
	va_list args;

	va_start(args, fmt);
	vsnprintf(detail, sizeof(detail), fmt, args);
	va_end(args);
	walk->report->faults++;
	walk->source->say(walk->source->data,
			  &(struct audit_fault){ code, detail, seal, event });
}

static const PGresult *ask(struct walk *walk, enum query query, const char *const *values)
{
	const PGresult *rows = walk->source->run(walk->source->data, query, values);

	walk->failed |= !rows;
	return rows;
}

static xid8 row_xid(const PGresult *rows, int row, const char *column)
{
	return strtoull(row_text(rows, row, column), NULL, 10);
}

/* A digest that is no digest agrees with none. */
static void row_hash(const PGresult *rows, int row, const char *column,
		     unsigned char hash[HASH])
{
	const char *hex = row_text(rows, row, column);

	memset(hash, 0, HASH);
	if (hex && strlen(hex) == 2 * HASH)
		hex_decode(hex, hash, HASH);
}

static bool state_read(struct walk *walk)
{
	struct audit_report *report = walk->report;
	const char *values[] = { "audit_tenant", walk->tenant, NULL };
	const PGresult *rows = ask(walk, q_audit_state, values);

	if (!rows || row_count(rows) == 0)
		return false;
	walk->horizon = row_xid(rows, 0, "horizon");
	report->seq = row_number(rows, 0, "seq");
	if (report->seq > 0) {
		snprintf(report->chain, sizeof(report->chain), "%s",
			 row_text(rows, 0, "chain"));
		snprintf(report->sealed_at, sizeof(report->sealed_at), "%s",
			 row_text(rows, 0, "sealed_at"));
	}
	if (row_xid(rows, 0, "to_xid") > walk->horizon)
		fault_say(walk, "horizon_moved", report->seq, 0,
			  "Seal %ld reaches beyond the horizon, which was moved back.",
			  report->seq);
	return true;
}

/* The next page of seals; what was read of events is gone with it. */
static int seals_read(struct walk *walk, long after)
{
	char seq[NUMBER], last[NUMBER];
	const char *values[] = {
		"audit_tenant", walk->tenant, "audit_seq", seq, "audit_last",
		last,		"audit_rows", SEALS_TEXT,  NULL
	};
	const PGresult *rows;
	int count;

	snprintf(seq, sizeof(seq), "%ld", after);
	snprintf(last, sizeof(last), "%ld", walk->report->seq);
	walk->page = NULL;
	if (!(rows = ask(walk, q_audit_seals, values)))
		return 0;
	count = row_count(rows) < SEALS ? row_count(rows) : SEALS;
	for (int row = 0; row < count; row++) {
		struct seal *seal = &walk->seals[row];

		seal->seq = row_number(rows, row, "seq");
		seal->events = row_number(rows, row, "events");
		seal->from = row_xid(rows, row, "from_xid");
		seal->to = row_xid(rows, row, "to_xid");
		row_hash(rows, row, "chain", seal->chain);
	}
	return count;
}

/* Whether there is one more event; it stands at walk->row. */
static bool event_next(struct walk *walk)
{
	const char *values[] = { "audit_tenant", walk->tenant, "audit_xid",
				 walk->xid,	 "audit_id",   walk->id,
				 "audit_rows",	 EVENTS_TEXT,  NULL };

	if (walk->page && walk->row < row_count(walk->page))
		return true;
	if (walk->failed || !(walk->page = ask(walk, q_audit_events, values)))
		return false;
	walk->row = 0;
	return row_count(walk->page) > 0;
}

/* Takes the event at walk->row: its own digest must agree, and goes on to the seal's. */
static void event_take(struct walk *walk, unsigned char stored[HASH])
{
	const PGresult *rows = walk->page;
	int row = walk->row++;
	unsigned char digest[HASH];

	snprintf(walk->xid, sizeof(walk->xid), "%s", row_text(rows, row, "xid"));
	snprintf(walk->id, sizeof(walk->id), "%s", row_text(rows, row, "id"));
	row_hash(rows, row, "digest", stored);
	audit_event_digest(rows, row, digest);
	if (memcmp(digest, stored, HASH) != 0)
		fault_say(walk, "event_edited", 0, strtol(walk->id, NULL, 10),
			  "Event %s (%s of a %s) was edited.", walk->id,
			  row_text(rows, row, "operation"),
			  row_text(rows, row, "table_name"));
}

static void event_uncovered(struct walk *walk)
{
	fault_say(
		walk, "event_unsealed", 0, strtol(walk->id, NULL, 10),
		"Event %s is under no seal, though its time has passed: it was added or "
		"moved, or its seal was removed.",
		walk->id);
}

static void seal_judge(struct walk *walk, const struct seal *seal, long events,
		       const unsigned char batch[HASH])
{
	unsigned char chain[HASH];

	if (seal->seq != walk->seq + 1)
		fault_say(walk, "seal_missing", seal->seq, 0,
			  "Seal %ld follows seal %ld: what stood between is gone.",
			  seal->seq, walk->seq);
	if (seal->events != events)
		fault_say(
			walk, "seal_count", seal->seq, 0,
			"Seal %ld covers %ld events, %ld are there: events were removed, "
			"added or moved.",
			seal->seq, seal->events, events);
	audit_link_digest(&(struct audit_link){ walk->seq > 0 ? walk->chain : NULL,
						walk->tenant, seal->seq, events, batch },
			  chain);
	if (memcmp(chain, seal->chain, HASH) != 0)
		fault_say(walk, "seal_broken", seal->seq, 0,
			  "Seal %ld does not hold: its events, their order or the seal "
			  "itself were changed.",
			  seal->seq);
	walk->seq = seal->seq;
	memcpy(walk->chain, seal->chain, HASH);
	walk->report->seals++;
	walk->report->events += events;
}

static void seal_walk(struct walk *walk, const struct seal *seal)
{
	crypto_hash_sha256_state state;
	unsigned char digest[HASH];
	long events = 0;

	crypto_hash_sha256_init(&state);
	while (event_next(walk)) {
		xid8 xid = row_xid(walk->page, walk->row, "xid");

		if (xid >= seal->to)
			break;
		event_take(walk, digest);
		if (xid < seal->from) {
			event_uncovered(walk);
			continue;
		}
		crypto_hash_sha256_update(&state, digest, HASH);
		events++;
	}
	crypto_hash_sha256_final(&state, digest);
	if (!walk->failed)
		seal_judge(walk, seal, events, digest);
}

/* What comes after the last seal: not sealed yet, or it never was. */
static void rest_walk(struct walk *walk)
{
	unsigned char unused[HASH];

	while (event_next(walk)) {
		bool late = row_xid(walk->page, walk->row, "xid") < walk->horizon;

		event_take(walk, unused);
		if (late)
			event_uncovered(walk);
		else
			walk->report->unsealed++;
	}
}

bool audit_verify(const struct audit_source *source, const char *tenant,
		  struct audit_report *ret_report)
{
	struct walk walk = { .source = source,
			     .report = ret_report,
			     .tenant = tenant,
			     .xid = "0",
			     .id = "-1" };
	long after = 0;
	int count;

	*ret_report = (struct audit_report){ 0 };
	if (!state_read(&walk))
		return false;
	while (!walk.failed && (count = seals_read(&walk, after)) > 0) {
		for (int i = 0; i < count && !walk.failed; i++)
			seal_walk(&walk, &walk.seals[i]);
		after = walk.seals[count - 1].seq;
	}
	walk.page = NULL;
	rest_walk(&walk);
	return !walk.failed;
}
