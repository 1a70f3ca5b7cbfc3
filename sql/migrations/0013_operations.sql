-- What operators need: a trail that can be read back and proven, its heads that leave, a trail that
-- goes on after a restore, signing keys that rotate, and a role for backups.

DO $$
BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chaperone_backup') THEN
		RAISE EXCEPTION 'the role chaperone_backup is missing: run sql/setup/roles.sql again';
	END IF;
END
$$;

-- pg_dump reads every table, of now and of later; `tenant export` reads one tenant of it.
GRANT USAGE ON SCHEMA public TO chaperone_backup;
GRANT SELECT ON ALL TABLES IN SCHEMA public TO chaperone_backup;
GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO chaperone_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO chaperone_backup;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON SEQUENCES TO chaperone_backup;

-- Reading the trail back, page by page.

CREATE INDEX audit_event_chain ON audit_event (tenant_id, xid, id);

-- Whose trail: the operator names it at the command line; a request has its own tenant's, when
-- its person keeps records over all of it.
CREATE FUNCTION audit_reader(p_tenant uuid) RETURNS uuid LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN CASE WHEN session_user = 'chaperone_operator' THEN p_tenant
		WHEN me_wide('keeper') THEN me_tenant() END;
END
$$;
GRANT EXECUTE ON FUNCTION audit_reader(uuid) TO chaperone_definer;

CREATE FUNCTION audit_state(p_tenant uuid)
RETURNS TABLE (horizon text, seq bigint, to_xid text, chain text, sealed_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_tenant uuid := audit_reader(p_tenant);
BEGIN
	RETURN QUERY
	SELECT h.sealed::text, coalesce(s.seq, 0), coalesce(s.to_xid::text, '0'), encode(s.chain, 'hex'),
	       s.sealed_at
	  FROM audit_horizon h
	  LEFT JOIN LATERAL (SELECT * FROM audit_seal a WHERE a.tenant_id = v_tenant
		ORDER BY a.seq DESC LIMIT 1) s ON true
	 WHERE v_tenant IS NOT NULL;
END
$$;
SELECT define('audit_state(uuid)', 'chaperone_app', 'chaperone_operator');

CREATE FUNCTION audit_seals(p_tenant uuid, p_after bigint, p_last bigint, p_rows integer)
RETURNS TABLE (seq bigint, from_xid text, to_xid text, events bigint, chain text, sealed_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_tenant uuid := audit_reader(p_tenant);
BEGIN
	RETURN QUERY
	SELECT s.seq, s.from_xid::text, s.to_xid::text, s.events, encode(s.chain, 'hex'), s.sealed_at
	  FROM audit_seal s
	 WHERE s.tenant_id = v_tenant AND s.seq > p_after AND s.seq <= p_last
	 ORDER BY s.seq LIMIT p_rows;
END
$$;
SELECT define('audit_seals(uuid,bigint,bigint,integer)', 'chaperone_app', 'chaperone_operator');

-- Each value as it was hashed by audit_row().
CREATE FUNCTION audit_events(p_tenant uuid, p_xid text, p_id bigint, p_rows integer)
RETURNS TABLE (xid text, id bigint, tenant_id text, epoch text, actor_id text, request text,
	operation text, table_name text, row_id text, changed text, ordinary text, commitment text,
	digest text)
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_tenant uuid := audit_reader(p_tenant);
	v_xid xid8 := p_xid::xid8;
BEGIN
	RETURN QUERY
	SELECT e.xid::text, e.id, e.tenant_id::text, extract(epoch FROM e.at)::text, e.actor_id::text,
	       e.request, e.operation, e.table_name, e.row_id, e.changed::text, e.ordinary::text,
	       encode(e.commitment, 'hex'), encode(e.digest, 'hex')
	  FROM audit_event e
	 WHERE e.tenant_id = v_tenant AND (e.xid, e.id) > (v_xid, p_id)
	 ORDER BY e.xid, e.id LIMIT p_rows;
END
$$;
SELECT define('audit_events(uuid,text,bigint,integer)', 'chaperone_app', 'chaperone_operator');

-- Every tenant that has a trail or ought to, those of none included: a forger may have moved an event.
CREATE FUNCTION audit_tenants() RETURNS TABLE (id uuid, name text) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	v_last uuid := '00000000-0000-0000-0000-000000000000';
BEGIN
	LOOP
		SELECT x.id INTO v_last FROM (
			(SELECT e.tenant_id AS id FROM audit_event e WHERE e.tenant_id > v_last ORDER BY 1 LIMIT 1)
			UNION ALL
			(SELECT s.tenant_id FROM audit_seal s WHERE s.tenant_id > v_last ORDER BY 1 LIMIT 1)
			UNION ALL
			(SELECT t.id FROM tenant t WHERE t.id > v_last ORDER BY 1 LIMIT 1)) x
		 ORDER BY 1 LIMIT 1;
		EXIT WHEN v_last IS NULL;
		RETURN QUERY SELECT v_last, (SELECT t.name FROM tenant t WHERE t.id = v_last);
	END LOOP;
END
$$;
SELECT define('audit_tenants()', 'chaperone_operator');

-- Heads that leave the database: who can rewrite a whole chain cannot reach those outside.
CREATE TABLE audit_head_sent (
	tenant_id uuid PRIMARY KEY REFERENCES tenant,
	seq       bigint NOT NULL
);
SELECT declare_table('audit_head_sent', 'life of the tenant', 'none', ordinary => '{tenant_id,seq}');

CREATE FUNCTION audit_heads() RETURNS TABLE (tenant_id uuid, seq bigint, chain text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN QUERY
	SELECT t.id, s.seq, encode(s.chain, 'hex')
	  FROM tenant t
	  LEFT JOIN audit_head_sent h ON h.tenant_id = t.id,
	  LATERAL (SELECT a.seq, a.chain FROM audit_seal a WHERE a.tenant_id = t.id
		ORDER BY a.seq DESC LIMIT 1) s
	 WHERE s.seq > coalesce(h.seq, 0);
END
$$;
SELECT define('audit_heads()', 'chaperone_worker');

-- After they are written outside: what is lost in between is sent again.
CREATE FUNCTION audit_heads_sent(p_tenants uuid[], p_seqs bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO audit_head_sent AS h
	SELECT * FROM unnest(p_tenants, p_seqs) AS n (tenant_id, seq)
	    ON CONFLICT (tenant_id) DO UPDATE SET seq = greatest(h.seq, EXCLUDED.seq);
END
$$;
SELECT define('audit_heads_sent(uuid[],bigint[])', 'chaperone_worker');

-- A database that was restored from a dump counts its transactions from the beginning, while the
-- trail's own numbers go on: `shift` is what is added to the new ones.
ALTER TABLE audit_horizon ADD COLUMN shift bigint NOT NULL DEFAULT 0;
SELECT declare_column('audit_horizon', 'shift', 'ordinary');

CREATE FUNCTION audit_xid(p_xid xid8, p_shift bigint) RETURNS xid8 LANGUAGE sql IMMUTABLE
AS $$ SELECT (p_xid::text::bigint + p_shift)::text::xid8 $$;
GRANT EXECUTE ON FUNCTION audit_xid(xid8, bigint) TO chaperone_definer;

-- As in 0001, in the trail's own numbers; the horizon never moves back.
DROP FUNCTION audit_seal();
CREATE FUNCTION audit_seal() RETURNS bigint LANGUAGE plpgsql AS $$
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
SELECT define('audit_seal()', 'chaperone_worker');

-- How far this database's transactions are behind the trail: more than 0 after a restore.
CREATE FUNCTION audit_behind() RETURNS bigint LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT greatest(0, greatest(h.sealed::text::bigint,
			1 + (SELECT max(e.xid)::text::bigint FROM audit_event e))
			- audit_xid(pg_snapshot_xmax(pg_current_snapshot()), h.shift)::text::bigint)
		  FROM audit_horizon h);
END
$$;
SELECT define('audit_behind()', 'chaperone_gate', 'chaperone_owner');

CREATE FUNCTION audit_shift(p_by bigint) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
	v_shift bigint;
BEGIN
	UPDATE audit_horizon SET shift = shift + p_by RETURNING shift INTO v_shift;
	RETURN v_shift;
END
$$;
SELECT define('audit_shift(bigint)', 'chaperone_owner');

-- `migrate` calls this last, as the owner. True: the trail had to be taken up again.
CREATE FUNCTION audit_resume() RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	v_by bigint := audit_behind();
BEGIN
	IF v_by = 0 THEN RETURN false; END IF;
	EXECUTE format('ALTER TABLE audit_event ALTER COLUMN xid
		SET DEFAULT public.audit_xid(pg_current_xact_id(), %s)', audit_shift(v_by));
	RETURN true;
END
$$;

-- Signing keys: next is published before it signs, retired until no token of it can be alive.
ALTER TABLE signing_key ADD COLUMN retired_at timestamptz;
SELECT declare_column('signing_key', 'retired_at', 'ordinary');
UPDATE signing_key SET retired_at = now() WHERE state = 'retired';
ALTER TABLE signing_key ADD CONSTRAINT signing_key_retired
	CHECK ((state = 'retired') = (retired_at IS NOT NULL));
CREATE UNIQUE INDEX signing_key_next ON signing_key (state) WHERE state = 'next';

-- An access token lives for an hour at most; the rest is for instances that hear late.
CREATE FUNCTION signing_key_public(k signing_key) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT k.state <> 'retired' OR k.retired_at > now() - interval '65 minutes'
$$;
GRANT EXECUTE ON FUNCTION signing_key_public(signing_key) TO chaperone_definer;

DROP FUNCTION signing_keys();
CREATE FUNCTION signing_keys() RETURNS TABLE (id uuid, state text, sealed text, public_pem text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN QUERY SELECT k.id, k.state, k.sealed, k.public_pem FROM signing_key k
	 WHERE signing_key_public(k) ORDER BY k.retired_at DESC NULLS FIRST, k.created_at;
END
$$;
SELECT define('signing_keys()', 'chaperone_gate');

CREATE FUNCTION signing_key_next(p_id uuid, p_sealed text, p_public_pem text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO signing_key (id, state, sealed, public_pem)
	VALUES (p_id, 'next', p_sealed, p_public_pem) ON CONFLICT DO NOTHING;
END
$$;
SELECT define('signing_key_next(uuid,text,text)', 'chaperone_gate', 'chaperone_operator');

-- All there ever were: a head that was signed years ago is checked with its key of then.
CREATE FUNCTION signing_key_list() RETURNS TABLE (id uuid, state text, published boolean,
	created_at timestamptz, retired_at timestamptz, public_pem text)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN QUERY SELECT k.id, k.state, signing_key_public(k), k.created_at, k.retired_at, k.public_pem
	  FROM signing_key k ORDER BY k.created_at, k.id;
END
$$;
SELECT define('signing_key_list()', 'chaperone_operator');

-- The next key signs once it has been published for p_wait seconds; `waiting` says how many are
-- left. No row: there is none. What no longer signs needs no private half.
CREATE FUNCTION signing_key_rotate(p_wait integer) RETURNS TABLE (id uuid, waiting integer)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	v_next uuid;
	v_waiting integer;
BEGIN
	SELECT k.id, ceil(extract(epoch FROM k.created_at - now()) + p_wait)::integer
	  INTO v_next, v_waiting FROM signing_key k WHERE k.state = 'next' FOR UPDATE;
	IF NOT FOUND THEN RETURN; END IF;
	IF v_waiting <= 0 THEN
		UPDATE signing_key SET state = 'retired', retired_at = now(), sealed = '' WHERE state = 'active';
		UPDATE signing_key SET state = 'active' WHERE id = v_next;
	END IF;
	RETURN QUERY SELECT v_next, greatest(v_waiting, 0);
END
$$;
SELECT define('signing_key_rotate(integer)', 'chaperone_operator');
