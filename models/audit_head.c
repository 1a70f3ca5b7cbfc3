/* Writes, reads and checks the heads of audit trails. */
#include "models/audit_head.h"
#include <jansson.h>
#include <string.h>
#include <time.h>
#include "auth/signature.h"

/* What is signed: a line a part, under a name that no token begins with. */
static char *head_text(struct arena *arena, const struct audit_head *head)
{
	return arena_printf(arena, "chaperone audit head\n%s\n%ld\n%s\n%s\n",
			    head->tenant, head->seq, head->chain, head->time);
}

static char *time_now(struct arena *arena)
{
	char text[sizeof("9999-12-31T23:59:59Z") + 8];
	time_t now = time(NULL);
	struct tm utc;

	gmtime_r(&now, &utc);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
	return arena_copy(arena, text);
}

bool audit_head_write(struct arena *arena, struct buffer *out, const char *tenant,
		      long seq, const char *chain)
{
	struct audit_head head = {
		.tenant = tenant, .chain = chain, .time = time_now(arena), .seq = seq
	};
	char kid[ID_SIZE];
	const char *signature = signature_make(arena, head_text(arena, &head), kid);

	if (!signature)
		return false;
	buffer_printf(out,
		      "{\"time\":\"%s\",\"level\":\"info\",\"event\":\"audit_head\","
		      "\"tenant_id\":\"%s\",\"seq\":%ld,\"chain\":\"%s\",\"kid\":\"%s\","
		      "\"signature\":\"%s\"}\n",
		      head.time, tenant, seq, chain, kid, signature);
	return true;
}

bool audit_head_read(struct arena *arena, const char *line, struct audit_head *ret_head)
{
	json_t *object = json_loads(line, JSON_REJECT_DUPLICATES, NULL);
	const char *event, *tenant, *chain, *time, *kid, *signature;
	json_int_t seq;
	bool good =
		object &&
		json_unpack(object, "{s:s, s:s, s:s, s:s, s:s, s:s, s:I}", "event",
			    &event, "tenant_id", &tenant, "chain", &chain, "time", &time,
			    "kid", &kid, "signature", &signature, "seq", &seq) == 0 &&
		strcmp(event, "audit_head") == 0 && id_valid(tenant) && seq > 0;

	if (good)
		*ret_head = (struct audit_head){
			arena_copy(arena, tenant),    arena_copy(arena, chain),
			arena_copy(arena, time),      arena_copy(arena, kid),
			arena_copy(arena, signature), (long)seq
		};
	json_decref(object);
	return good;
}

bool audit_head_signed(struct arena *arena, const struct audit_head *head,
		       const char *pems)
{
	return signature_holds(arena, head_text(arena, head), head->signature, pems);
}

static void fault_say(const struct audit_source *source, const struct audit_head *head,
		      const char *code, const char *what)
{
	char detail[400];

	snprintf(detail, sizeof(detail), "Seal %ld left the database at %s and %s",
		 head->seq, head->time, what);
	source->say(source->data, &(struct audit_fault){ code, detail, head->seq, 0 });
}

bool audit_head_check(const struct audit_source *source, const struct audit_head *head,
		      long *faults)
{
	char after[24], last[24];
	const char *values[] = { "audit_tenant", head->tenant, "audit_seq",
				 after,		 "audit_last", last,
				 "audit_rows",	 "1",	       NULL };
	const PGresult *rows;

	snprintf(after, sizeof(after), "%ld", head->seq - 1);
	snprintf(last, sizeof(last), "%ld", head->seq);
	if (!(rows = source->run(source->data, q_audit_seals, values)))
		return false;
	if (row_count(rows) > 0 && strcmp(row_text(rows, 0, "chain"), head->chain) == 0)
		return true;
	++*faults;
	if (row_count(rows) == 0)
		fault_say(source, head, "head_missing",
			  "is not in it any more: the trail was cut off.");
	else
		fault_say(source, head, "head_differs",
			  "is another one there now: the trail was written anew.");
	return true;
}
