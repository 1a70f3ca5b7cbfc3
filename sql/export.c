/* Takes one tenant out: each table that has its rows becomes a file of JSON lines, all
 * read in one transaction. What is secret stays: hashes of tokens, not the salts of its
 * trail. */
#include "sql/export.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include "base/buffer.h"
#include "sql/connection.h"

struct export
{
	PGconn *pg;
	const char *folder;
	const char *tenant; /* its id */
	struct export_head *head;
	struct buffer manifest;
	long rows;
};

/* Tables, and what is read of them: as they are, but for what the trail's proof needs in
 * the very words that were hashed, and for sign-ins, which belong to no tenant. */
static const char tables[] =
	"SELECT r.table_name, r.retention, CASE r.table_name"
	" WHEN 'audit_event' THEN 'SELECT id, xid::text, tenant_id, at,"
	" extract(epoch FROM at)::text AS epoch, actor_id, request, operation, table_name,"
	" row_id, changed::text, ordinary::text, encode(commitment, ''hex'') AS commitment,"
	" encode(digest, ''hex'') AS digest FROM audit_event WHERE tenant_id = $1"
	" ORDER BY audit_event.xid, id'"
	" WHEN 'audit_seal' THEN 'SELECT tenant_id, seq, from_xid::text, to_xid::text, events,"
	" encode(chain, ''hex'') AS chain, sealed_at FROM audit_seal WHERE tenant_id = $1"
	" ORDER BY seq'"
	" WHEN 'identity' THEN 'SELECT id, login, created_at FROM identity WHERE id IN"
	" (SELECT identity_id FROM person WHERE tenant_id = $1) ORDER BY id'"
	" ELSE format('SELECT %s FROM %I WHERE %I = $1 ORDER BY 1, 2', c.shown, r.table_name,"
	" c.key) END AS query,"
	" coalesce((SELECT json_object_agg(k.column_name, k.class) FROM column_class k"
	" WHERE k.table_name = r.table_name), '{}') AS classes"
	" FROM table_rule r, LATERAL (SELECT string_agg(format('%I', k.column_name), ', '"
	" ORDER BY k.column_name = 'id' DESC, k.column_name = 'tenant_id' DESC, a.attnum)"
	" FILTER (WHERE k.class <> 'secret' OR r.table_name = 'audit_salt') AS shown,"
	" CASE WHEN r.table_name = 'tenant' THEN 'id'"
	" ELSE min(k.column_name) FILTER (WHERE k.column_name = 'tenant_id') END AS key"
	" FROM column_class k JOIN pg_attribute a ON a.attname = k.column_name"
	" AND a.attrelid = r.table_name::regclass"
	" WHERE k.table_name = r.table_name) c"
	" WHERE c.key IS NOT NULL OR r.table_name = 'identity' ORDER BY r.table_name";

static bool complain(const char *what, const char *why)
{
	fprintf(stderr, "chaperone: %s: %.*s\n", what, (int)strcspn(why, "\n"), why);
	return false;
}

/* NULL after saying why. */
static PGresult *ask(PGconn *pg, const char *text, const char *value)
{
	PGresult *result =
		PQexecParams(pg, text, value != NULL, NULL, &value, NULL, NULL, 0);
	ExecStatusType status = PQresultStatus(result);

	if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
		return result;
	complain("export", PQerrorMessage(pg));
	PQclear(result);
	return NULL;
}

static bool run(PGconn *pg, const char *text, const char *value)
{
	autoresult *result = ask(pg, text, value);

	return result;
}

static FILE *file_make(const struct export *export, const char *name)
{
	autobuffer path = { 0 };
	FILE *file;

	buffer_printf(&path, "%s/%s", export->folder, name);
	if (!(file = fopen(path.data, "wxe")))
		complain(path.data, strerror(errno));
	return file;
}

/* Parts of files have a mebibyte each, twice that as text. */
static const char *fetch_of(const char *table)
{
	return strcmp(table, "upload_part") == 0 ? "FETCH 4 FROM rows"
						 : "FETCH 1000 FROM rows";
}

/* Row after row through a cursor: no table has to fit into memory. */
static bool rows_write(struct export *export, const char *query, const char *fetch,
		       FILE *file)
{
	autobuffer declare = { 0 };
	int count = 1;

	export->rows = 0;
	buffer_printf(&declare,
		      "DECLARE rows NO SCROLL CURSOR FOR SELECT row_to_json(t)::text"
		      " FROM (%s) t",
		      query);
	if (!run(export->pg, declare.data, export->tenant))
		return false;
	while (count > 0) {
		autoresult *rows = ask(export->pg, fetch, NULL);

		if (!rows)
			return false;
		count = PQntuples(rows);
		for (int row = 0; row < count; row++)
			fprintf(file, "%s\n", PQgetvalue(rows, row, 0));
		export->rows += count;
	}
	return run(export->pg, "CLOSE rows", NULL);
}

static bool table_write(struct export *export, const PGresult *list, int row)
{
	const char *table = PQgetvalue(list, row, 0);
	char name[128];
	FILE *file;
	bool good;

	snprintf(name, sizeof(name), "%s.ndjson", table);
	if (!(file = file_make(export, name)))
		return false;
	good = rows_write(export, PQgetvalue(list, row, 2), fetch_of(table), file);
	if (fflush(file) != 0 || ferror(file))
		good = complain(name, "cannot be written");
	fclose(file);
	buffer_printf(&export->manifest,
		      "%s\n    { \"table\": \"%s\", \"file\": \"%s\", \"rows\": %ld, "
		      "\"retention\": ",
		      row ? "," : "", table, name, export->rows);
	buffer_json(&export->manifest, PQgetvalue(list, row, 1));
	buffer_printf(&export->manifest, ", \"classes\": %s }", PQgetvalue(list, row, 3));
	return good;
}

static bool tables_write(struct export *export)
{
	autoresult *list = ask(export->pg, tables, NULL);

	for (int row = 0; list && row < PQntuples(list); row++)
		if (!table_write(export, list, row))
			return false;
	return list;
}

/* What an export is of, read in its own transaction. */
static bool head_write(struct export *export)
{
	static const char head[] =
		"SELECT json_build_object('tenant_id', t.id, 'tenant_name', t.name,"
		" 'exported_at', now(), 'schema', (SELECT max(name) FROM schema_migration),"
		" 'audit_horizon', (SELECT sealed::text FROM audit_horizon),"
		" 'audit_head', json_build_object('seq', s.seq, 'chain',"
		" encode(s.chain, 'hex'))), s.seq, encode(s.chain, 'hex')"
		" FROM tenant t LEFT JOIN LATERAL (SELECT * FROM audit_seal a"
		" WHERE a.tenant_id = t.id ORDER BY a.seq DESC LIMIT 1) s ON true"
		" WHERE t.id = $1::uuid";
	autoresult *row = ask(export->pg, head, export->tenant);

	if (!row)
		return false;
	buffer_printf(&export->manifest, "{ \"export\": %s,\n  \"tables\": [",
		      PQgetvalue(row, 0, 0));
	export->head->seq = strtol(PQgetvalue(row, 0, 1), NULL, 10);
	snprintf(export->head->chain, sizeof(export->head->chain), "%s",
		 PQgetvalue(row, 0, 2));
	snprintf(export->head->tenant, sizeof(export->head->tenant), "%s",
		 export->tenant);
	return true;
}

static bool manifest_write(struct export *export)
{
	FILE *file = file_make(export, "manifest.json");
	bool good;

	if (!file)
		return false;
	buffer_text(&export->manifest, "\n  ] }\n");
	good = fputs(export->manifest.data, file) >= 0 && fflush(file) == 0;
	fclose(file);
	return good || complain("manifest.json", "cannot be written");
}

/* Its id, by id or by a name that only it has. */
static PGresult *tenant_find(PGconn *pg, const char *tenant)
{
	PGresult *found =
		ask(pg, "SELECT id FROM tenant WHERE id::text = lower($1) OR name = $1",
		    tenant);

	if (!found || PQntuples(found) == 1)
		return found;
	complain(tenant, PQntuples(found) ? "several tenants have this name: give the id"
					  : "there is no such tenant");
	PQclear(found);
	return NULL;
}

bool export_tenant(const char *database, const char *tenant, const char *folder,
		   struct export_head *ret_head)
{
	autoconn *pg =
		database_connect(database, "chaperone_backup",
				 "-c timezone=UTC -c datestyle=ISO"
				 " -c default_transaction_isolation=repeatable\\ read"
				 " -c default_transaction_read_only=on");
	autoresult *found = NULL;
	struct export export = { .pg = pg, .folder = folder, .head = ret_head };
	bool good;

	if (PQstatus(pg) != CONNECTION_OK)
		return complain("cannot connect as chaperone_backup", PQerrorMessage(pg));
	if (!run(pg, "BEGIN", NULL) || !(found = tenant_find(pg, tenant)))
		return false;
	if (mkdir(folder, 0700) != 0)
		return complain(folder, strerror(errno));
	export.tenant = PQgetvalue(found, 0, 0);
	good = head_write(&export) && tables_write(&export) && manifest_write(&export);
	buffer_free(&export.manifest);
	return good;
}
