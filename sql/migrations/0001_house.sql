-- What every table stands on: declared classes and retention, row security, the audit trail.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO chaperone_app, chaperone_gate, chaperone_worker,
	chaperone_operator, chaperone_definer;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- Functions with a query of their own are in plpgsql here: it keeps their plans, where a SQL
-- function that is not inlined is planned anew at each call.

-- Gives a function to the role that sees past row security.
CREATE FUNCTION define(p_function regprocedure, VARIADIC p_callers text[] DEFAULT '{}')
RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	caller text;
BEGIN
	GRANT CREATE ON SCHEMA public TO chaperone_definer;
	EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', p_function);
	EXECUTE format('ALTER FUNCTION %s SET search_path = pg_catalog, public, pg_temp',
		p_function);
	EXECUTE format('ALTER FUNCTION %s OWNER TO chaperone_definer', p_function);
	SET LOCAL ROLE chaperone_definer;
	FOREACH caller IN ARRAY p_callers LOOP
		EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', p_function, caller);
	END LOOP;
	RESET ROLE;
	REVOKE CREATE ON SCHEMA public FROM chaperone_definer;
END
$$;

-- The school's day, not the server's.
CREATE FUNCTION today() RETURNS date LANGUAGE sql STABLE
AS $$ SELECT (now() AT TIME ZONE 'Europe/London')::date $$;

-- Who is calling: set by enter() for the length of one transaction. Nothing set, nothing seen.
CREATE FUNCTION me_tenant() RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('me.tenant', true), '')::uuid $$;
CREATE FUNCTION me_person() RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('me.person', true), '')::uuid $$;
CREATE FUNCTION me_identity() RETURNS uuid LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('me.identity', true), '')::uuid $$;
CREATE FUNCTION me_name() RETURNS text LANGUAGE sql STABLE
AS $$ SELECT nullif(current_setting('me.name', true), '') $$;
-- Rows that the caller is blind to, whatever they hold.
CREATE FUNCTION me_excluded() RETURNS uuid[] LANGUAGE sql STABLE
AS $$ SELECT coalesce(nullif(current_setting('me.excluded', true), ''), '{}')::uuid[] $$;
-- Applications that the caller would help to run.
CREATE FUNCTION me_operating() RETURNS uuid[] LANGUAGE sql STABLE
AS $$ SELECT coalesce(nullif(current_setting('me.operating', true), ''), '{}')::uuid[] $$;
-- The caller's standing in a circle of people (see enter): over the whole tenant, or by school.
CREATE FUNCTION me_wide(p_circle text) RETURNS boolean LANGUAGE sql STABLE
AS $$ SELECT coalesce(nullif(current_setting('me.' || p_circle || '_wide', true), ''), 'f')::boolean $$;
CREATE FUNCTION me_schools(p_circle text) RETURNS uuid[] LANGUAGE sql STABLE
AS $$ SELECT coalesce(nullif(current_setting('me.' || p_circle || '_schools', true), ''), '{}')::uuid[] $$;
GRANT EXECUTE ON FUNCTION today(), me_tenant(), me_person(), me_identity(), me_name(),
	me_excluded(), me_operating(), me_wide(text), me_schools(text)
	TO chaperone_app, chaperone_gate, chaperone_worker, chaperone_operator, chaperone_definer;

-- Every table says what it keeps, for how long, and whether its rows are audited;
-- every column says what it holds. The service does not start when one is missing.
CREATE TABLE table_rule (
	table_name text PRIMARY KEY,
	retention  text NOT NULL,
	audit      text NOT NULL CHECK (audit IN ('rows', 'none'))
);
CREATE TABLE column_class (
	table_name  text NOT NULL REFERENCES table_rule,
	column_name text NOT NULL,
	class       text NOT NULL CHECK (class IN
		('ordinary', 'personal', 'child', 'special', 'criminal', 'secret')),
	PRIMARY KEY (table_name, column_name)
);

CREATE TABLE audit_event (
	tenant_id  uuid NOT NULL,
	id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
	xid        xid8 NOT NULL DEFAULT pg_current_xact_id(),
	at         timestamptz NOT NULL DEFAULT clock_timestamp(),
	actor_id   uuid,
	request    text,
	operation  text NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
	table_name text NOT NULL,
	row_id     text NOT NULL,
	changed    text[] NOT NULL,
	ordinary   jsonb NOT NULL,
	commitment bytea,
	digest     bytea NOT NULL
);
CREATE INDEX audit_event_xid ON audit_event (xid);
CREATE INDEX audit_event_row ON audit_event (tenant_id, table_name, row_id);

-- Apart from the events, so that destroying a salt on disposal leaves the chain whole.
CREATE TABLE audit_salt (
	tenant_id  uuid NOT NULL,
	table_name text NOT NULL,
	row_id     text NOT NULL,
	salt       bytea NOT NULL,
	PRIMARY KEY (tenant_id, row_id, table_name)
);

-- One link of a tenant's chain: all events of transactions from from_xid up to before to_xid.
CREATE TABLE audit_seal (
	tenant_id uuid NOT NULL,
	seq       bigint NOT NULL,
	from_xid  xid8 NOT NULL,
	to_xid    xid8 NOT NULL,
	events    bigint NOT NULL,
	chain     bytea NOT NULL,
	sealed_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, seq)
);
CREATE TABLE audit_horizon (
	one     boolean PRIMARY KEY DEFAULT true CHECK (one),
	sealed  xid8 NOT NULL
);
INSERT INTO audit_horizon (sealed) VALUES ('0');

-- What is hashed: each part behind its length, so that no two rows read the same.
CREATE FUNCTION audit_bytes(VARIADIC p_parts text[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN (
	SELECT string_agg(int4send(octet_length(convert_to(coalesce(part, ''), 'UTF8')))
		|| convert_to(coalesce(part, ''), 'UTF8'), ''::bytea ORDER BY place)
	  FROM unnest(p_parts) WITH ORDINALITY AS t (part, place));
END
$$;

-- Arguments: the columns that are not ordinary; those of them that are secret; the columns
-- that identify a row.
CREATE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	v_hidden text[] := TG_ARGV[0]::text[];
	v_secret text[] := TG_ARGV[1]::text[];
	v_after jsonb := '{}';
	v_before jsonb := '{}';
	v_row jsonb;
	v_tenant uuid;
	v_id text;
	v_changed text[];
	v_open jsonb;
	v_salt bytea;
	v_commitment bytea;
	v_actor uuid := me_person();
	v_request text := nullif(current_setting('me.request', true), '');
	v_at timestamptz := clock_timestamp();
BEGIN
	IF TG_OP <> 'DELETE' THEN v_after := to_jsonb(NEW); END IF;
	IF TG_OP <> 'INSERT' THEN v_before := to_jsonb(OLD); END IF;
	v_row := CASE WHEN TG_OP = 'DELETE' THEN v_before ELSE v_after END;
	v_tenant := coalesce((v_row ->> 'tenant_id')::uuid,
		CASE WHEN TG_TABLE_NAME = 'tenant' THEN (v_row ->> 'id')::uuid END);
	SELECT string_agg(v_row ->> c, '/' ORDER BY place) INTO v_id
	  FROM unnest(TG_ARGV[2]::text[]) WITH ORDINALITY AS k (c, place);
	IF TG_OP = 'UPDATE' THEN
		SELECT coalesce(array_agg(e.key ORDER BY e.key), '{}') INTO v_changed
		  FROM jsonb_each(v_after) e WHERE e.value IS DISTINCT FROM v_before -> e.key;
		IF v_changed = '{}' THEN RETURN NULL; END IF;
		SELECT coalesce(jsonb_object_agg(e.key, e.value), '{}') INTO v_open
		  FROM jsonb_each(v_after - v_hidden) e WHERE e.key = ANY (v_changed);
	ELSE
		v_changed := '{}';
		v_open := v_row - v_hidden;
	END IF;
	IF v_hidden <> '{}' THEN
		SELECT salt INTO v_salt FROM audit_salt
		 WHERE tenant_id = v_tenant AND row_id = v_id AND table_name = TG_TABLE_NAME;
		IF v_salt IS NULL THEN
			v_salt := uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid());
			INSERT INTO audit_salt VALUES (v_tenant, TG_TABLE_NAME, v_id, v_salt);
		END IF;
		SELECT sha256(v_salt || convert_to(coalesce(jsonb_object_agg(h, v_row -> h), '{}')::text, 'UTF8'))
		  INTO v_commitment FROM unnest(v_hidden) h WHERE h <> ALL (v_secret);
	END IF;
	INSERT INTO audit_event (tenant_id, at, actor_id, request, operation, table_name, row_id,
		changed, ordinary, commitment, digest)
	VALUES (v_tenant, v_at, v_actor, v_request, lower(TG_OP), TG_TABLE_NAME, v_id,
		v_changed, v_open, v_commitment,
		sha256(audit_bytes(v_tenant::text, extract(epoch FROM v_at)::text, v_actor::text,
			v_request, lower(TG_OP), TG_TABLE_NAME, v_id, v_changed::text,
			v_open::text, encode(v_commitment, 'hex'))));
	RETURN NULL;
END
$$;

-- Declares a table: rule, classes of all its columns, row security, audit trigger.
-- Arguments after p_audit are column lists; a column in none of them is refused.
CREATE FUNCTION declare_table(p_table text, p_retention text, p_audit text,
	ordinary text[], personal text[] DEFAULT '{}', secret text[] DEFAULT '{}')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	v_columns text[];
	v_missing text[];
	v_key text[];
BEGIN
	SELECT array_agg(attname::text) INTO v_columns FROM pg_attribute
	 WHERE attrelid = p_table::regclass AND attnum > 0 AND NOT attisdropped;
	SELECT array_agg(c) INTO v_missing FROM unnest(v_columns) c
	 WHERE c <> ALL (ordinary || personal || secret);
	IF v_missing IS NOT NULL THEN
		RAISE EXCEPTION 'table %: no class declared for %', p_table, v_missing;
	END IF;
	INSERT INTO table_rule VALUES (p_table, p_retention, p_audit);
	INSERT INTO column_class
	SELECT p_table, c, CASE WHEN c = ANY (secret) THEN 'secret'
		WHEN c = ANY (personal) THEN 'personal' ELSE 'ordinary' END
	  FROM unnest(v_columns) c;
	EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', p_table);
	EXECUTE format('CREATE POLICY definer ON %I TO chaperone_definer USING (true) WITH CHECK (true)', p_table);
	EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO chaperone_definer', p_table);
	IF p_audit = 'rows' THEN
		SELECT array_agg(a.attname::text ORDER BY k.place) INTO v_key
		  FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, place),
		       pg_attribute a
		 WHERE i.indrelid = p_table::regclass AND i.indisprimary
		   AND a.attrelid = i.indrelid AND a.attnum = k.attnum
		   AND a.attname <> 'tenant_id';
		EXECUTE format('CREATE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON %I
			FOR EACH ROW EXECUTE FUNCTION audit_row(%L, %L, %L)',
			p_table, personal || secret, secret, v_key);
	END IF;
END
$$;

SELECT declare_table('table_rule', 'life of the service', 'none',
	ordinary => '{table_name,retention,audit}');
SELECT declare_table('column_class', 'life of the service', 'none',
	ordinary => '{table_name,column_name,class}');
SELECT declare_table('audit_event', '7 years', 'none',
	ordinary => '{tenant_id,id,xid,at,actor_id,request,operation,table_name,row_id,changed,ordinary,commitment,digest}');
SELECT declare_table('audit_salt', 'as long as the row it covers', 'none',
	ordinary => '{tenant_id,table_name,row_id}', secret => '{salt}');
SELECT declare_table('audit_seal', '7 years', 'none',
	ordinary => '{tenant_id,seq,from_xid,to_xid,events,chain,sealed_at}');
SELECT declare_table('audit_horizon', 'life of the service', 'none', ordinary => '{one,sealed}');
SELECT declare_table('schema_migration', 'life of the service', 'none',
	ordinary => '{name,sha256,applied_at}');
-- Whoever migrates has to see what was migrated.
CREATE POLICY owner ON schema_migration TO chaperone_owner USING (true) WITH CHECK (true);
GRANT EXECUTE ON FUNCTION audit_bytes(text[]) TO chaperone_definer;
SELECT define('audit_row()', 'chaperone_owner');

-- Links what has been committed since the last call to the end of each tenant's chain. Only
-- transactions older than every running one count, so no late commit can slip behind a seal.
CREATE FUNCTION audit_seal() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	v_from xid8;
	v_to xid8;
	v_sealed bigint;
BEGIN
	SELECT sealed INTO v_from FROM audit_horizon FOR UPDATE SKIP LOCKED;
	IF v_from IS NULL THEN RETURN 0; END IF; -- another instance is at it
	v_to := pg_snapshot_xmin(pg_current_snapshot());
	WITH batch AS (
		SELECT tenant_id, count(*) AS events,
		       sha256(string_agg(digest, ''::bytea ORDER BY xid, id)) AS digest
		  FROM audit_event WHERE xid >= v_from AND xid < v_to GROUP BY 1
	), sealed AS (
		INSERT INTO audit_seal (tenant_id, seq, from_xid, to_xid, events, chain)
		SELECT b.tenant_id, coalesce(l.seq, 0) + 1, v_from, v_to, b.events,
		       sha256(coalesce(l.chain, ''::bytea) || uuid_send(b.tenant_id)
		              || int8send(coalesce(l.seq, 0) + 1) || int8send(b.events) || b.digest)
		  FROM batch b
		  LEFT JOIN LATERAL (SELECT seq, chain FROM audit_seal s
		        WHERE s.tenant_id = b.tenant_id ORDER BY seq DESC LIMIT 1) l ON true
		RETURNING events
	)
	SELECT coalesce(sum(events), 0) INTO v_sealed FROM sealed;
	UPDATE audit_horizon SET sealed = v_to;
	RETURN v_sealed;
END
$$;
SELECT define('audit_seal()', 'chaperone_worker');

-- What is wrong with the house itself; the service starts only when this is empty.
CREATE FUNCTION house_faults() RETURNS SETOF text LANGUAGE sql STABLE AS $$
	SELECT 'table ' || c.relname || ' has no rule' FROM pg_class c
	 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
	   AND NOT EXISTS (SELECT FROM table_rule r WHERE r.table_name = c.relname)
	UNION ALL
	SELECT 'table ' || c.relname || ' does not force row security' FROM pg_class c
	 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
	   AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
	UNION ALL
	SELECT 'column ' || c.relname || '.' || a.attname || ' has no class'
	  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
	 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
	   AND a.attnum > 0 AND NOT a.attisdropped
	   AND NOT EXISTS (SELECT FROM column_class k
	                    WHERE k.table_name = c.relname AND k.column_name = a.attname)
	UNION ALL
	SELECT 'table ' || r.table_name || ' says audit: rows but has no audit trigger'
	  FROM table_rule r
	 WHERE r.audit = 'rows' AND NOT EXISTS (SELECT FROM pg_trigger t
	        WHERE t.tgrelid = to_regclass(r.table_name) AND t.tgname = 'audit' AND t.tgenabled = 'O')
	UNION ALL
	SELECT 'view ' || c.relname || ' is not security_invoker' FROM pg_class c
	 WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('v', 'm')
	   AND NOT coalesce('security_invoker=true' = ANY (c.reloptions), false)
	UNION ALL
	SELECT 'function ' || p.oid::regprocedure || ' looks past row security but is not chaperone_definer''s'
	  FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef
	   AND p.proowner <> 'chaperone_definer'::regrole
	UNION ALL
	SELECT 'function ' || p.oid::regprocedure || ' may be called by anyone' FROM pg_proc p
	 WHERE p.pronamespace = 'public'::regnamespace AND has_function_privilege('public', p.oid, 'EXECUTE')
	UNION ALL
	SELECT 'role ' || rolname || ' is a superuser, passes row security or can sign in where it must not'
	  FROM pg_roles
	 WHERE rolname LIKE 'chaperone\_%' AND rolname <> 'chaperone_backup'
	   AND (rolsuper OR rolbypassrls OR (rolname = 'chaperone_definer' AND rolcanlogin))
	UNION ALL
	SELECT 'role ' || r.rolname || ' is a member of ' || m.roleid::regrole
	  FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member
	 WHERE r.rolname LIKE 'chaperone\_%' AND r.rolname <> 'chaperone_owner'
	UNION ALL
	SELECT coalesce('role ' || g.rolname, 'anyone') || ' may ' || lower(a.privilege_type) || ' ' || c.relname
	  FROM pg_class c
	 CROSS JOIN LATERAL (SELECT * FROM aclexplode(c.relacl)
		UNION SELECT x.* FROM pg_attribute t, aclexplode(t.attacl) x WHERE t.attrelid = c.oid) a
	  LEFT JOIN pg_roles g ON g.oid = a.grantee
	 WHERE c.relnamespace = 'public'::regnamespace
	   AND (a.grantee = 0 OR g.rolname LIKE 'chaperone\_%' AND g.rolname <> 'chaperone_owner'
		AND (a.privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES') OR g.rolname = 'chaperone_gate'))
	UNION ALL
	SELECT 'policy ' || polname || ' on ' || polrelid::regclass || ' is for anyone'
	  FROM pg_policy WHERE 0 = ANY (polroles)
$$;
SELECT define('house_faults()', 'chaperone_gate', 'chaperone_operator');

-- For /readyz: the newest migration that this database has.
CREATE FUNCTION schema_newest() RETURNS text LANGUAGE sql STABLE
AS $$ SELECT max(name) FROM schema_migration $$;
SELECT define('schema_newest()', 'chaperone_gate', 'chaperone_app');
