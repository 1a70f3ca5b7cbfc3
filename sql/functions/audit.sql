-- The audit trail: what is kept of each row that is written, how it is sealed, and who reads it.

-- What is hashed: each part behind its length, so that no two rows read the same.
CREATE OR REPLACE FUNCTION audit_bytes(VARIADIC p_parts text[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SECURITY INVOKER AS $$
DECLARE
	v_part text;
	v_bytes bytea;
	v_all bytea := '';
BEGIN
	FOREACH v_part IN ARRAY p_parts LOOP
		v_bytes := convert_to(coalesce(v_part, ''), 'UTF8');
		v_all := v_all || int4send(octet_length(v_bytes)) || v_bytes;
	END LOOP;
	RETURN v_all;
END
$$;

-- Arguments: the columns that are not ordinary; those of them that are secret; the columns
-- that identify a row. Simple expressions, where a query would cost more than all of them.
-- Without changed_xid: every event has its transaction already.
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_hidden text[] := TG_ARGV[0]::text[];
	v_secret text[] := TG_ARGV[1]::text[];
	v_column text;
	v_row jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END) - 'changed_xid';
	v_tenant uuid := coalesce(v_row ->> 'tenant_id',
		CASE WHEN TG_TABLE_NAME = 'tenant' THEN v_row ->> 'id' END);
	v_id text;
	v_changed text[] := '{}';
	v_open jsonb := v_row - v_hidden;
	v_personal jsonb := '{}';
	v_salt bytea;
	v_commitment bytea;
	v_actor uuid := me_person();
	v_request text := nullif(current_setting('me.request', true), '');
	v_at timestamptz := clock_timestamp();
BEGIN
	FOREACH v_column IN ARRAY TG_ARGV[2]::text[] LOOP
		v_id := concat_ws('/', v_id, v_row ->> v_column);
	END LOOP;
	IF TG_OP = 'UPDATE' THEN
		SELECT coalesce(array_agg(n.key ORDER BY n.key), '{}'),
		       coalesce(jsonb_object_agg(n.key, n.value) FILTER (WHERE n.key <> ALL (v_hidden)), '{}')
		  INTO v_changed, v_open
		  FROM jsonb_each(v_row) n JOIN jsonb_each(to_jsonb(OLD)) o USING (key)
		 WHERE n.value <> o.value;
		IF v_changed = '{}' THEN RETURN NULL; END IF;
	END IF;
	IF v_hidden <> '{}' THEN
		IF TG_OP <> 'INSERT' THEN
			SELECT salt INTO v_salt FROM audit_salt
			 WHERE tenant_id = v_tenant AND row_id = v_id AND table_name = TG_TABLE_NAME;
		END IF;
		IF v_salt IS NULL THEN
			-- a row that was there before under the same id keeps its salt
			INSERT INTO audit_salt AS kept
			VALUES (v_tenant, TG_TABLE_NAME, v_id,
				uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
			ON CONFLICT (tenant_id, row_id, table_name) DO UPDATE SET salt = kept.salt
			RETURNING salt INTO v_salt;
		END IF;
		FOREACH v_column IN ARRAY v_hidden LOOP
			IF v_column <> ALL (v_secret) THEN
				v_personal := v_personal || jsonb_build_object(v_column, v_row -> v_column);
			END IF;
		END LOOP;
		v_commitment := sha256(v_salt || convert_to(v_personal::text, 'UTF8'));
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
GRANT EXECUTE ON FUNCTION audit_row() TO chaperone_owner;

-- Links what has been committed since the last call to the end of each tenant's chain, in the
-- trail's own numbers; the horizon never moves back. Only transactions older than every running
-- one count, so no late commit can slip behind a seal.
CREATE OR REPLACE FUNCTION audit_seal() RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_from xid8;
	v_to xid8;
	v_sealed bigint;
BEGIN
	SELECT sealed, audit_xid(pg_snapshot_xmin(pg_current_snapshot()), shift) INTO v_from, v_to
	  FROM audit_horizon FOR UPDATE SKIP LOCKED;
	IF v_from IS NULL OR v_to <= v_from THEN RETURN 0; END IF; -- another instance is at it
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
GRANT EXECUTE ON FUNCTION audit_seal() TO chaperone_worker;

-- The tenant whose trail the caller may have recomputed (A26): those who keep the whole tenant's records,
-- and its governors, who are told the verdict alone. The operator names one. Null: none.
CREATE OR REPLACE FUNCTION audit_reader(p_tenant uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN CASE WHEN session_user = 'chaperone_operator' THEN p_tenant
		WHEN me_wide('keeper') OR EXISTS (SELECT FROM appointment a
			WHERE a.tenant_id = me_tenant() AND a.person_id = me_person() AND a.role = 'governor'
			  AND a.scope = 'tenant' AND appointment_current(a)) THEN me_tenant() END;
END
$$;
