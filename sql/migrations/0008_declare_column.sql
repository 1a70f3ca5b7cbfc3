-- Columns that come to a table later, and audit triggers that say what column_class says.

-- The audit trigger that a table must have, in the words of pg_get_triggerdef().
CREATE FUNCTION audit_trigger(p_table text) RETURNS text LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_hidden text[];
	v_secret text[];
	v_key text[];
BEGIN
	SELECT coalesce(array_agg(column_name ORDER BY column_name), '{}'),
	       coalesce(array_agg(column_name ORDER BY column_name) FILTER (WHERE class = 'secret'), '{}')
	  INTO v_hidden, v_secret
	  FROM column_class WHERE table_name = p_table AND class <> 'ordinary';
	SELECT array_agg(a.attname::text ORDER BY k.place) INTO v_key
	  FROM pg_index i, unnest(i.indkey) WITH ORDINALITY AS k (attnum, place), pg_attribute a
	 WHERE i.indrelid = p_table::regclass AND i.indisprimary
	   AND a.attrelid = i.indrelid AND a.attnum = k.attnum AND a.attname <> 'tenant_id';
	RETURN format('CREATE TRIGGER audit AFTER INSERT OR DELETE OR UPDATE ON public.%I '
		'FOR EACH ROW EXECUTE FUNCTION audit_row(%L, %L, %L)',
		p_table, v_hidden, v_secret, v_key);
END
$$;
GRANT EXECUTE ON FUNCTION audit_trigger(text) TO chaperone_definer;

CREATE FUNCTION audit_trigger_make(p_table text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('DROP TRIGGER IF EXISTS audit ON %I', p_table);
	EXECUTE audit_trigger(p_table);
END
$$;

-- Declares a column that was added to a declared table. Before it holds anything: from here on
-- the audit trail keeps what is not ordinary out of sight.
CREATE FUNCTION declare_column(p_table text, p_column text, p_class text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = p_table::regclass
			AND attname = p_column AND attnum > 0 AND NOT attisdropped) THEN
		RAISE EXCEPTION 'table % has no column %', p_table, p_column;
	END IF;
	INSERT INTO column_class VALUES (p_table, p_column, p_class);
	IF (SELECT audit FROM table_rule WHERE table_name = p_table) = 'rows' THEN
		PERFORM audit_trigger_make(p_table);
	END IF;
END
$$;

-- As in 0001, with the trigger of audit_trigger().
CREATE OR REPLACE FUNCTION declare_table(p_table text, p_retention text, p_audit text,
	ordinary text[], personal text[] DEFAULT '{}', secret text[] DEFAULT '{}')
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	v_columns text[];
	v_missing text[];
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
		PERFORM audit_trigger_make(p_table);
	END IF;
END
$$;

SELECT audit_trigger_make(table_name) FROM table_rule WHERE audit = 'rows';

-- As in 0001, and the audit triggers' words. Dropped first: replacing it is for its owner,
-- chaperone_definer, alone.
DROP FUNCTION house_faults();
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
	SELECT 'audit trigger of ' || r.table_name || ' is not what column_class asks for'
	  FROM table_rule r
	  JOIN pg_trigger t ON t.tgrelid = to_regclass(r.table_name) AND t.tgname = 'audit'
	 WHERE r.audit = 'rows' AND pg_get_triggerdef(t.oid) <> audit_trigger(r.table_name)
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
