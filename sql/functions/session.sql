-- Who is calling, and in which circles they stand.

-- The one list of who is in which circle:
--   member     holds any appointment
--   colleague  works there, or leads the board: everybody but plain governors
--   keeper     keeps people's records: leaders, HR, auditors
--   leader     decides or runs: SLT, administrators, heads; chairs and proprietors as substitutes
--   safeguarder  the safeguarding compartment: the DSL and deputies
-- Sessions keep what they were given: a change here also takes a migration that says
-- UPDATE session SET circles_version = NULL.
CREATE OR REPLACE FUNCTION circles_of(p_tenant uuid, p_person uuid, p_day date) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_circles text[];
BEGIN
	SELECT ARRAY[
		CASE WHEN bool_or(wide) THEN '*'
		     ELSE array_agg(school_id)::text END,
		CASE WHEN bool_or(wide AND colleague) THEN '*'
		     ELSE coalesce(array_agg(school_id) FILTER (WHERE colleague), '{}')::text END,
		CASE WHEN bool_or(wide AND keeper) THEN '*'
		     ELSE coalesce(array_agg(school_id) FILTER (WHERE keeper), '{}')::text END,
		CASE WHEN bool_or(wide AND leader) THEN '*'
		     ELSE coalesce(array_agg(school_id) FILTER (WHERE leader), '{}')::text END,
		CASE WHEN bool_or(wide AND safeguarder) THEN '*'
		     ELSE coalesce(array_agg(school_id) FILTER (WHERE safeguarder), '{}')::text END]
	  INTO v_circles
	  FROM (SELECT a.scope = 'tenant' AS wide, x.school_id,
		       a.role <> 'governor'
			OR a.duties && '{head,dsl,deputy_dsl,dpo,hr,clerk,auditor,chair,proprietor}' AS colleague,
		       a.role IN ('slt', 'administrator')
			OR a.duties && '{head,hr,auditor,chair,proprietor}' AS keeper,
		       a.role IN ('slt', 'administrator') OR a.duties && '{head,chair,proprietor}' AS leader,
		       a.duties && '{dsl,deputy_dsl}' AS safeguarder
		  FROM appointment a
		  LEFT JOIN appointment_school x ON x.tenant_id = a.tenant_id AND x.appointment_id = a.id
		 WHERE a.tenant_id = p_tenant AND a.person_id = p_person
		   AND a.state = 'active' AND a.from_on <= p_day
		   AND (a.to_on IS NULL OR a.to_on >= p_day)
		   AND (a.scope = 'tenant' OR x.school_id IS NOT NULL)) held
	HAVING count(*) > 0;
	RETURN coalesce(v_circles, '{"{}","{}","{}","{}","{}"}');
END
$$;

-- The first statement of every transaction: checks that the session still stands and that
-- nothing about it changed, and sets who is calling. False: revoked.
CREATE OR REPLACE FUNCTION enter(p_session uuid, p_version integer, p_request text, p_read_only boolean)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_day date := today();
	r record;
	unused text[]; -- an assignment costs less than PERFORM, and one less than eleven
BEGIN
	SELECT s.tenant_id, s.person_id, s.identity_id, p.name,
	       CASE WHEN s.circles_version = s.version AND s.circles_day = v_day THEN s.circles
		    ELSE circles_of(s.tenant_id, s.person_id, v_day) END AS circles,
	       ARRAY(SELECT e.subject_id FROM person mine JOIN exclusion e
			ON e.tenant_id = mine.tenant_id AND e.person_id = mine.id
		      WHERE mine.identity_id = s.identity_id)::text AS excluded,
	       ARRAY(SELECT o.application_id FROM application_operator o
		      WHERE o.tenant_id = s.tenant_id AND o.person_id = s.person_id)::text AS operating
	  INTO r
	  FROM session s
	  JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
	 WHERE s.id = p_session AND s.version = p_version AND s.revoked_at IS NULL
	   AND s.expires_at > now() AND (p.left_on IS NULL OR p.left_on >= v_day);
	IF NOT FOUND THEN RETURN false; END IF;
	unused := ARRAY[set_config('me.tenant', r.tenant_id::text, true),
		set_config('me.person', r.person_id::text, true),
		set_config('me.identity', r.identity_id::text, true),
		set_config('me.name', r.name, true),
		set_config('me.request', coalesce(p_request, ''), true),
		set_config('me.member', r.circles[1], true),
		set_config('me.colleague', r.circles[2], true),
		set_config('me.keeper', r.circles[3], true),
		set_config('me.leader', r.circles[4], true),
		set_config('me.safeguarder', r.circles[5], true),
		set_config('me.excluded', r.excluded, true),
		set_config('me.operating', r.operating, true),
		CASE WHEN p_read_only THEN set_config('transaction_read_only', 'on', true) END];
	RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION enter(uuid, integer, text, boolean) TO chaperone_app;

-- Does the caller see what belongs to all members of a school, or (null) of the tenant? The policies of
-- school, channel and setting say the same.
CREATE OR REPLACE FUNCTION me_member_at(p_school uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN me_wide('member') OR coalesce(p_school = ANY (me_schools('member')), me_schools('member') <> '{}');
END
$$;

-- Opens a session in one tenant of the identity: the one asked for, else where the person was
-- last, else the first by name. No row: no such person, or left. One that is switched to belongs
-- to the sign-in it came of (p_origin), whose row makes switching and signing out queue.
CREATE OR REPLACE FUNCTION session_open(p_identity uuid, p_tenant uuid, p_session uuid, p_amr text[],
	p_auth_time timestamptz, p_refresh_hash bytea, p_seconds integer, p_origin uuid)
RETURNS TABLE (session_id uuid, tenant_id uuid, person_id uuid) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	r record;
	v_origin uuid;
BEGIN
	SELECT p.tenant_id, p.id INTO r FROM person p JOIN tenant t ON t.id = p.tenant_id
	 WHERE p.identity_id = p_identity AND (p_tenant IS NULL OR p.tenant_id = p_tenant)
	   AND (p.left_on IS NULL OR p.left_on >= today())
	 ORDER BY (SELECT max(s.created_at) FROM session s WHERE s.identity_id = p_identity
		AND s.tenant_id = p.tenant_id) DESC NULLS LAST, t.name, t.id
	 LIMIT 1;
	IF NOT FOUND THEN RETURN; END IF;
	PERFORM FROM person p WHERE p.tenant_id = r.tenant_id AND p.id = r.id FOR SHARE;
	IF p_origin IS NOT NULL THEN
		SELECT coalesce(s.origin_id, s.id) INTO v_origin FROM session s
		 WHERE s.id = p_origin AND s.identity_id = p_identity;
		PERFORM FROM session s WHERE s.id = v_origin FOR SHARE;
		PERFORM FROM session s WHERE s.id = p_origin AND s.revoked_at IS NULL;
		IF NOT FOUND THEN RETURN; END IF;
	END IF;
	INSERT INTO session (id, identity_id, tenant_id, person_id, auth_time, amr, expires_at, origin_id)
	VALUES (p_session, p_identity, r.tenant_id, r.id, coalesce(p_auth_time, now()), p_amr,
		now() + p_seconds * interval '1 second', v_origin);
	INSERT INTO refresh_token (token_hash, session_id, expires_at)
	VALUES (p_refresh_hash, p_session, now() + p_seconds * interval '1 second');
	PERFORM session_circles(p_session);
	RETURN QUERY SELECT p_session, r.tenant_id, r.id;
END
$$;
GRANT EXECUTE ON FUNCTION session_open(uuid, uuid, uuid, text[], timestamptz, bytea, integer, uuid)
	TO chaperone_gate;
REVOKE EXECUTE ON FUNCTION session_open(uuid, uuid, uuid, text[], timestamptz, bytea, integer, uuid)
	FROM chaperone_app; -- who had it once

-- Whoever is signed in goes to another tenant of theirs: as themselves, and by the proof they gave.
CREATE OR REPLACE FUNCTION session_switch(p_tenant uuid, p_session uuid, p_refresh_hash bytea,
	p_seconds integer, p_origin uuid)
RETURNS TABLE (session_id uuid, tenant_id uuid, person_id uuid) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	o session;
BEGIN
	SELECT s.* INTO o FROM session s WHERE s.id = p_origin AND s.identity_id = me_identity();
	IF NOT FOUND THEN RETURN; END IF;
	RETURN QUERY SELECT * FROM session_open(o.identity_id, p_tenant, p_session, o.amr, o.auth_time,
		p_refresh_hash, p_seconds, p_origin);
END
$$;
GRANT EXECUTE ON FUNCTION session_switch(uuid, uuid, bytea, integer, uuid) TO chaperone_app;

-- Ends a sign-in: every session that came of it. The first one's row makes switching queue.
CREATE OR REPLACE FUNCTION session_end(p_session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	r record;
BEGIN
	SELECT identity_id, coalesce(origin_id, id) AS origin INTO r FROM session WHERE id = p_session;
	PERFORM FROM session WHERE id = r.origin FOR UPDATE;
	UPDATE session SET revoked_at = now()
	 WHERE identity_id = r.identity_id AND coalesce(origin_id, id) = r.origin AND revoked_at IS NULL;
END
$$;

-- Signing out, as oneself.
CREATE OR REPLACE FUNCTION session_close(p_session uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	PERFORM session_end(s.id) FROM session s WHERE s.id = p_session AND s.identity_id = me_identity();
END
$$;
GRANT EXECUTE ON FUNCTION session_close(uuid) TO chaperone_app;

-- One use: the second use of a refresh token ends the whole sign-in (RFC 9700 section 4.14); whoever
-- stole it may have switched.
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
		PERFORM session_end(r.session_id);
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
GRANT EXECUTE ON FUNCTION session_refresh(bytea, bytea, integer) TO chaperone_gate;

-- A change of what a person holds ends their present access tokens at once; a refresh brings
-- new ones. A leaver's sessions end. A session that is being opened is not yet seen by whoever
-- changes what its person holds: both take the person first.
CREATE OR REPLACE FUNCTION session_touch() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER
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
GRANT EXECUTE ON FUNCTION session_touch() TO chaperone_owner;
