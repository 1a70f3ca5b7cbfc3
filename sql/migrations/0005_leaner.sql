-- The same answers for less work: on each call, on each audited row, on each channel.

-- What a token was minted for stands in its session: the circles that enter() would find (see
-- there), for one version of what the person holds and one day. A change of either makes them
-- stale, never wrong: enter() then finds them anew.
ALTER TABLE session
	ADD COLUMN circles text[], -- member, colleague, keeper, leader: '*' or the schools as an array
	ADD COLUMN circles_version integer,
	ADD COLUMN circles_day date;
INSERT INTO column_class VALUES ('session', 'circles', 'ordinary'),
	('session', 'circles_version', 'ordinary'), ('session', 'circles_day', 'ordinary');

-- Writes the circles of a session when its token is made. The session is locked first, in a
-- statement of its own: whoever changes an appointment has to raise the version of this very
-- row, so they are either seen here or make what is written here stale.
CREATE FUNCTION session_circles(p_session uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM session WHERE id = p_session FOR NO KEY UPDATE;
	UPDATE session SET circles = circles_of(tenant_id, person_id, today()),
	       circles_version = version, circles_day = today()
	 WHERE id = p_session;
END
$$;
SELECT define('session_circles(uuid)', 'chaperone_definer');

-- Standing in a circle: '*' over the whole tenant, or an array of schools.
CREATE OR REPLACE FUNCTION me_wide(p_circle text) RETURNS boolean LANGUAGE sql STABLE
AS $$ SELECT coalesce(current_setting('me.' || p_circle, true), '') = '*' $$;
CREATE OR REPLACE FUNCTION me_schools(p_circle text) RETURNS uuid[] LANGUAGE sql STABLE
AS $$ SELECT coalesce(nullif(nullif(current_setting('me.' || p_circle, true), ''), '*'), '{}')::uuid[] $$;

CREATE INDEX setting_key ON setting (tenant_id, key);

-- What is hashed: each part behind its length, so that no two rows read the same.
CREATE OR REPLACE FUNCTION audit_bytes(VARIADIC p_parts text[]) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE AS $$
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

DROP FUNCTION channel_flags(channel), channel_classification(channel);

-- P12 looks for what there is already, of one school on one platform.
CREATE INDEX channel_similar ON channel (tenant_id, coalesce(school_id, tenant_id), platform, created_at)
	WHERE state NOT IN ('closed', 'lost');

-- What looks past row security already belongs to chaperone_definer, who alone may replace it.
GRANT CREATE ON SCHEMA public TO chaperone_definer;
SET LOCAL ROLE chaperone_definer;

-- A session that is being opened is not yet seen by whoever changes what its person holds: both
-- take the person first.
CREATE OR REPLACE FUNCTION session_touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	IF TG_TABLE_NAME = 'person' THEN
		UPDATE session SET revoked_at = now()
		 WHERE tenant_id = NEW.tenant_id AND person_id = NEW.id AND revoked_at IS NULL
		   AND NEW.left_on < today();
	ELSE
		PERFORM FROM person WHERE tenant_id = NEW.tenant_id AND id = NEW.person_id
			FOR NO KEY UPDATE;
		UPDATE session SET version = version + 1
		 WHERE tenant_id = NEW.tenant_id AND person_id = NEW.person_id AND revoked_at IS NULL;
	END IF;
	RETURN NULL;
END
$$;

CREATE OR REPLACE FUNCTION session_open(p_identity uuid, p_tenant uuid, p_session uuid, p_amr text[],
	p_auth_time timestamptz, p_refresh_hash bytea, p_seconds integer)
RETURNS TABLE (session_id uuid, tenant_id uuid, person_id uuid) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	r record;
BEGIN
	SELECT p.tenant_id, p.id INTO r FROM person p JOIN tenant t ON t.id = p.tenant_id
	 WHERE p.identity_id = p_identity AND (p_tenant IS NULL OR p.tenant_id = p_tenant)
	   AND (p.left_on IS NULL OR p.left_on >= today())
	 ORDER BY (SELECT max(s.created_at) FROM session s WHERE s.identity_id = p_identity
		AND s.tenant_id = p.tenant_id) DESC NULLS LAST, t.name, t.id
	 LIMIT 1;
	IF NOT FOUND THEN RETURN; END IF;
	PERFORM FROM person p WHERE p.tenant_id = r.tenant_id AND p.id = r.id FOR SHARE;
	INSERT INTO session (id, identity_id, tenant_id, person_id, auth_time, amr, expires_at)
	VALUES (p_session, p_identity, r.tenant_id, r.id, coalesce(p_auth_time, now()), p_amr,
		now() + p_seconds * interval '1 second');
	INSERT INTO refresh_token (token_hash, session_id, expires_at)
	VALUES (p_refresh_hash, p_session, now() + p_seconds * interval '1 second');
	PERFORM session_circles(p_session);
	RETURN QUERY SELECT p_session, r.tenant_id, r.id;
END
$$;

CREATE OR REPLACE FUNCTION session_refresh(p_old bytea, p_new bytea, p_seconds integer)
RETURNS TABLE (session_id uuid) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	r record;
BEGIN
	SELECT t.session_id, t.used_at, t.expires_at > now() AS fresh, s.revoked_at INTO r
	  FROM refresh_token t JOIN session s ON s.id = t.session_id
	 WHERE t.token_hash = p_old FOR UPDATE OF t;
	IF NOT FOUND OR r.revoked_at IS NOT NULL OR NOT r.fresh THEN RETURN; END IF;
	IF r.used_at IS NOT NULL THEN
		UPDATE session SET revoked_at = now() WHERE id = r.session_id;
		RETURN;
	END IF;
	UPDATE refresh_token SET used_at = now() WHERE token_hash = p_old;
	INSERT INTO refresh_token (token_hash, session_id, expires_at)
	VALUES (p_new, r.session_id, now() + p_seconds * interval '1 second');
	UPDATE session SET expires_at = now() + p_seconds * interval '1 second' WHERE id = r.session_id;
	PERFORM session_circles(r.session_id);
	RETURN QUERY SELECT r.session_id;
END
$$;

-- Arguments: the columns that are not ordinary; those of them that are secret; the columns
-- that identify a row. Simple expressions, where a query would cost more than all of them.
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_hidden text[] := TG_ARGV[0]::text[];
	v_secret text[] := TG_ARGV[1]::text[];
	v_column text;
	v_row jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
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

RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;
