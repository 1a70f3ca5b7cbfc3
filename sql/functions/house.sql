-- What the house stands on: the caller's circles as policies ask for them, and what is wrong with it.

-- Standing in a circle (see enter): '*' over the whole tenant, or an array of schools.
CREATE OR REPLACE FUNCTION me_wide(p_circle text) RETURNS boolean LANGUAGE sql STABLE SECURITY INVOKER
AS $$ SELECT coalesce(current_setting('me.' || p_circle, true), '') = '*' $$;
CREATE OR REPLACE FUNCTION me_schools(p_circle text) RETURNS uuid[] LANGUAGE sql STABLE SECURITY INVOKER
AS $$ SELECT coalesce(nullif(nullif(current_setting('me.' || p_circle, true), ''), '*'), '{}')::uuid[] $$;
GRANT EXECUTE ON FUNCTION me_wide(text), me_schools(text)
	TO chaperone_app, chaperone_gate, chaperone_worker, chaperone_operator;

-- What is wrong with the house itself; the service starts only when this is empty.
CREATE OR REPLACE FUNCTION house_faults() RETURNS SETOF text LANGUAGE sql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
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
GRANT EXECUTE ON FUNCTION house_faults() TO chaperone_gate, chaperone_operator;

-- What has run out: idempotency keys after a day, tallies of tries after an hour of peace,
-- sessions and refresh tokens after 90 days, uploads that nothing used a day after they began, what people were told after a year;
-- and open messages lose an assignee who has left.
CREATE OR REPLACE FUNCTION sweep() RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	DELETE FROM idempotency WHERE created_at < now() - interval '24 hours';
	DELETE FROM sign_in_tally t WHERE sign_in_stale(t);
	DELETE FROM refresh_token WHERE expires_at < now() - interval '90 days';
	DELETE FROM session s WHERE expires_at < now() - interval '90 days'
		AND NOT EXISTS (SELECT FROM refresh_token t WHERE t.session_id = s.id);
	-- what somebody worked on who has left since waits for somebody else
	WITH freed AS (
		UPDATE message m SET assignee_id = NULL, assignee_name = NULL, version = m.version + 1
		  FROM person p
		 WHERE m.state <> 'closed' AND p.tenant_id = m.tenant_id AND p.id = m.assignee_id AND p.left_on < today()
		RETURNING m.tenant_id, m.id, m.state, p.name
	)
	INSERT INTO message_history (tenant_id, message_id, action, from_state, to_state, note)
	SELECT tenant_id, id, 'unassign', state, state, name || ' has left.' FROM freed;
	DELETE FROM notification n USING event e WHERE e.told_at < now() - interval '1 year'
		AND n.tenant_id = e.tenant_id AND n.event_id = e.id;
	DELETE FROM event WHERE told_at < now() - interval '1 year';
	-- an hour more, for whoever is about to use one
	DELETE FROM upload WHERE expires_at < now() - interval '1 hour' AND state <> 'used';
END
$$;
GRANT EXECUTE ON FUNCTION sweep() TO chaperone_worker;

-- A time inside of JSON, as it is written outside.
CREATE OR REPLACE FUNCTION json_time(p_at timestamptz) RETURNS text LANGUAGE sql STABLE SECURITY INVOKER
AS $$ SELECT to_char(p_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || rtrim(to_char(p_at, '.US'), '.0') || 'Z' $$;
GRANT EXECUTE ON FUNCTION json_time(timestamptz) TO chaperone_app;
