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

-- The one list of who is in which circle:
--   member     holds any appointment
--   colleague  works there, or leads the board: everybody but plain governors
--   keeper     keeps people's records: leaders, HR, auditors
--   leader     decides or runs: SLT, administrators, heads; chairs and proprietors as substitutes
CREATE FUNCTION circles_of(p_tenant uuid, p_person uuid, p_day date) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
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
		     ELSE coalesce(array_agg(school_id) FILTER (WHERE leader), '{}')::text END]
	  INTO v_circles
	  FROM (SELECT a.scope = 'tenant' AS wide, x.school_id,
		       a.role <> 'governor'
			OR a.duties && '{head,dsl,dpo,hr,clerk,auditor,chair,proprietor}' AS colleague,
		       a.role IN ('slt', 'administrator')
			OR a.duties && '{head,hr,auditor,chair,proprietor}' AS keeper,
		       a.role IN ('slt', 'administrator') OR a.duties && '{head,chair,proprietor}' AS leader
		  FROM appointment a
		  LEFT JOIN appointment_school x ON x.tenant_id = a.tenant_id AND x.appointment_id = a.id
		 WHERE a.tenant_id = p_tenant AND a.person_id = p_person
		   AND a.state = 'active' AND a.from_on <= p_day
		   AND (a.to_on IS NULL OR a.to_on >= p_day)
		   AND (a.scope = 'tenant' OR x.school_id IS NOT NULL)) held
	HAVING count(*) > 0;
	RETURN coalesce(v_circles, '{"{}","{}","{}","{}"}');
END
$$;
SELECT define('circles_of(uuid,uuid,date)', 'chaperone_definer');

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
-- The one place that resolves settings: these keys of a school, or of the tenant itself.
CREATE FUNCTION settings_of(p_tenant uuid, p_school uuid, VARIADIC p_keys text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (
	SELECT jsonb_object_agg(d.key, coalesce((
		SELECT s.value FROM setting s
		 WHERE s.tenant_id = p_tenant AND s.key = d.key
		   AND (s.school_id IS NULL OR s.school_id = p_school)
		 ORDER BY s.locked AND s.school_id IS NULL DESC, s.school_id IS NULL LIMIT 1), d.value))
	  FROM setting_default d WHERE d.key = ANY (p_keys));
END
$$;
SELECT define('settings_of(uuid,uuid,text[])', 'chaperone_app', 'chaperone_definer');

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

-- What a register row lacks, and why it matters (H6); and what the data says about "official",
-- test by test: met, not met or unknown (A2). One reading of the grants gives both.
CREATE FUNCTION channel_review(c channel, OUT classification jsonb, OUT flags text[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
	g record;
	v_handles text;
	v_most integer;
	v_access text;
	v_oversight text;
	v_few text;
BEGIN
	SELECT count(*) FILTER (WHERE access = 'admin') AS admins,
	       count(*) FILTER (WHERE access = 'poster') AS posters,
	       count(DISTINCT holder) AS holders,
	       count(DISTINCT holder) FILTER (WHERE access IN ('admin', 'poster')) = 1 AS same,
	       coalesce(bool_or(holder_kind = 'ambiguous'), false) AS ambiguous,
	       -- somebody other than the posters oversees what is posted
	       NOT coalesce(array_agg(name) FILTER (WHERE access IN ('admin', 'moderator'))
			<@ coalesce(array_agg(name) FILTER (WHERE access = 'poster'), '{}'), true) AS oversight
	  INTO g
	  FROM (SELECT access, holder_kind, lower(holder_text) AS name,
		       coalesce(person_id::text, lower(holder_text)) AS holder
		  FROM channel_grant
		 WHERE tenant_id = c.tenant_id AND channel_id = c.id
		   AND (until_on IS NULL OR until_on >= today())) current;
	IF c.handle_key IS NOT NULL THEN
		SELECT p.handles INTO v_handles FROM platform p WHERE p.code = c.platform;
	END IF;
	v_most := setting_of(c.tenant_id, c.school_id, 'channel.max_admins');
	flags := array_remove(ARRAY[
		CASE WHEN c.platform IS NULL THEN 'missing_platform' END,
		CASE WHEN c.handle_key IS NULL AND c.url IS NULL THEN 'missing_handle' END,
		CASE WHEN c.url IS NULL THEN 'missing_url' END,
		CASE WHEN c.handle_key ~ '\s' OR c.handle_key !~* coalesce(v_handles, '.')
			THEN 'invalid_handle' END,
		CASE WHEN c.register_cells ->> 'owner_level' = 'school' AND c.school_id IS NULL
			THEN 'owner_unmatched' END,
		CASE WHEN g.admins = 0 THEN 'missing_admin' END,
		CASE WHEN g.posters = 0 THEN 'missing_posters' END,
		CASE WHEN g.holders = 1 THEN 'single_operator' END,
		CASE WHEN g.admins > 0 AND g.posters = 1 AND g.same THEN 'admin_is_only_poster' END,
		CASE WHEN g.ambiguous THEN 'ambiguous_holder' END,
		CASE WHEN c.privacy_notice_on IS NULL AND c.state IN ('approved', 'active')
			THEN 'not_in_privacy_notice' END], NULL);
	v_access := CASE WHEN g.admins = 0 THEN 'not_met' ELSE 'unknown' END;
	v_oversight := CASE WHEN g.posters = 0 OR g.admins = 0 OR g.ambiguous THEN 'unknown'
		WHEN g.oversight THEN 'met' ELSE 'not_met' END;
	v_few := CASE WHEN g.admins = 0 THEN 'unknown'
		WHEN g.admins <= v_most THEN 'met' ELSE 'not_met' END;
	classification := jsonb_build_object('value',
		CASE WHEN c.declared = 'affiliated' THEN 'affiliated'
		     WHEN 'not_met' IN (v_access, v_oversight, v_few) THEN 'quasi'
		     WHEN 'unknown' IN (v_access, v_oversight, v_few) THEN 'unknown' ELSE 'official' END,
		'tests', jsonb_build_array(
		jsonb_build_object('test', 'access_held_by_school', 'result', v_access, 'reason',
			CASE WHEN g.admins = 0 THEN 'No current administrator is recorded.'
			     ELSE 'No credential record yet says that the school holds the master login.' END),
		jsonb_build_object('test', 'editorial_oversight', 'result', v_oversight, 'reason',
			CASE WHEN g.posters = 0 OR g.admins = 0 THEN 'Posters or administrators are not recorded.'
			     WHEN g.ambiguous THEN 'The register does not say clearly who holds what.'
			     WHEN g.oversight THEN 'Somebody other than the posters oversees what is posted.'
			     ELSE 'Whoever posts is also the only one who oversees.' END),
		jsonb_build_object('test', 'few_administrators', 'result', v_few, 'reason',
			CASE WHEN g.admins = 0 THEN 'No administrator is recorded.'
			     ELSE g.admins || ' of at most ' || v_most || ' administrators.' END)));
END
$$;
GRANT EXECUTE ON FUNCTION channel_review(channel) TO chaperone_app, chaperone_definer;
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

-- The first statement of every transaction: checks that the session still stands and that
-- nothing about it changed, and sets who is calling. False: revoked.
CREATE OR REPLACE FUNCTION enter(p_session uuid, p_version integer, p_request text, p_read_only boolean)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_day date := today();
	r record;
	unused text; -- an assignment costs less than PERFORM
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
	unused := set_config('me.tenant', r.tenant_id::text, true);
	unused := set_config('me.person', r.person_id::text, true);
	unused := set_config('me.identity', r.identity_id::text, true);
	unused := set_config('me.name', r.name, true);
	unused := set_config('me.request', coalesce(p_request, ''), true);
	unused := set_config('me.member', r.circles[1], true);
	unused := set_config('me.colleague', r.circles[2], true);
	unused := set_config('me.keeper', r.circles[3], true);
	unused := set_config('me.leader', r.circles[4], true);
	unused := set_config('me.excluded', r.excluded, true);
	unused := set_config('me.operating', r.operating, true);
	IF p_read_only THEN
		unused := set_config('transaction_read_only', 'on', true);
	END IF;
	RETURN true;
END
$$;

CREATE OR REPLACE FUNCTION setting_of(p_tenant uuid, p_school uuid, p_key text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN settings_of(p_tenant, p_school, p_key) -> p_key;
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

-- What stands between an application and its next move (see 0004): its settings read at once.
CREATE OR REPLACE FUNCTION application_readiness(p_application uuid)
RETURNS TABLE (stage text, code text, detail text, pointer text, strength text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH a AS (
		SELECT * FROM channel_application WHERE tenant_id = me_tenant() AND id = p_application
	), part (name, value, ask) AS (
		SELECT v.* FROM a, LATERAL (VALUES
			('aim', a.aim, 'Say what the account is for.'),
			('audience', a.audience, 'Say whom it is meant to reach.'),
			('promotion', a.promotion, 'Say how it will be made known.'),
			('visibility', a.visibility, 'Say whether it is open, private or a closed group.')) v
	), operator AS (
		SELECT o.person_id, o.person_name, p.left_on, p.person_type = 'employee' AS staff,
		       t.policy_edition, t.trained_on
		  FROM a JOIN application_operator o ON o.tenant_id = a.tenant_id AND o.application_id = a.id
		  JOIN person p ON p.tenant_id = o.tenant_id AND p.id = o.person_id
		  LEFT JOIN LATERAL (SELECT policy_edition, trained_on FROM attestation t
			WHERE t.tenant_id = o.tenant_id AND t.person_id = o.person_id
			ORDER BY created_at DESC, id DESC LIMIT 1) t ON true
	), limits AS (
		SELECT v -> 'application.required_parts' AS parts,
		       (v -> 'application.min_operators')::int AS operators,
		       (v -> 'application.min_staff_operators')::int AS staff,
		       v ->> 'policy.current_edition' AS edition,
		       (v -> 'training.valid_months')::int AS months,
		       CASE v ->> 'application.training_gate' WHEN 'required' THEN 'block' ELSE 'warn' END AS training,
		       CASE v ->> 'application.risk_assessment' WHEN 'required' THEN 'block' ELSE 'warn' END AS risk
		  FROM a, settings_of(a.tenant_id, a.school_id, 'application.required_parts',
			'application.min_operators', 'application.min_staff_operators', 'policy.current_edition',
			'training.valid_months', 'application.training_gate', 'application.risk_assessment') v
	)
	SELECT 'submit', 'missing_' || part.name, part.ask, '/' || part.name, 'block'
	  FROM part, limits WHERE limits.parts ? part.name AND coalesce(btrim(part.value), '') = ''
	UNION ALL
	SELECT 'submit', 'missing_purpose', 'Choose a purpose and say in words how it serves education or the community.',
	       '/purpose', 'block' FROM a WHERE purpose IS NULL OR coalesce(btrim(purpose_detail), '') = ''
	UNION ALL
	SELECT 'submit', 'missing_other_communication_methods',
	       'Say how you also reach those who cannot or do not use social media.',
	       '/other_communication_methods', 'block' FROM a
	 WHERE coalesce(btrim(other_communication_methods), '') = ''
	UNION ALL
	SELECT 'submit', 'missing_pupils_justification', 'Pupils are involved: say why that is appropriate.',
	       '/pupils_justification', 'block' FROM a
	 WHERE involves_pupils AND coalesce(btrim(pupils_justification), '') = ''
	UNION ALL
	SELECT 'submit', 'too_few_operators', format('Name at least %s people to run the account; there %s %s.',
		limits.operators, CASE n WHEN 1 THEN 'is' ELSE 'are' END, n), '/operators', 'block'
	  FROM limits, (SELECT count(*) FILTER (WHERE left_on IS NULL OR left_on >= today()) AS n FROM operator) c
	 WHERE n < limits.operators AND limits.parts ? 'operators'
	UNION ALL
	SELECT 'submit', 'too_few_staff_operators',
	       format('At least %s of the operators must be employees; there %s %s.',
		limits.staff, CASE n WHEN 1 THEN 'is' ELSE 'are' END, n), '/operators', 'block'
	  FROM limits, (SELECT count(*) FILTER (WHERE staff AND (left_on IS NULL OR left_on >= today())) AS n
		FROM operator) c
	 WHERE n < limits.staff AND limits.parts ? 'operators'
	UNION ALL
	SELECT 'submit', 'operator_left', person_name || ' has left.', '/operators', 'block'
	  FROM operator WHERE left_on < today()
	UNION ALL
	SELECT 'approve', 'policy_not_read', person_name || ' is not attested to have read '
		|| CASE limits.edition WHEN '' THEN 'the policy.' ELSE 'edition ' || limits.edition || ' of the policy.' END,
	       NULL, limits.training
	  FROM operator, limits
	 WHERE policy_edition IS NULL OR (limits.edition <> '' AND policy_edition <> limits.edition)
	UNION ALL
	SELECT 'approve', 'not_trained', person_name || CASE WHEN trained_on IS NULL
		THEN ' has no attested training.' ELSE ' was last trained on ' || to_char(trained_on, 'FMDD Month YYYY')
		|| ', more than ' || limits.months || ' months ago.' END, NULL, limits.training
	  FROM operator, limits
	 WHERE trained_on IS NULL OR trained_on + limits.months * interval '1 month' < today()
	UNION ALL
	SELECT 'approve', 'no_risk_assessment',
	       'There is no current risk assessment: record one at /v1/assessments.', NULL, limits.risk
	  FROM a, limits
	 WHERE NOT EXISTS (SELECT FROM assessment s WHERE s.tenant_id = a.tenant_id AND s.review_on >= today()
		AND (s.id = a.assessment_id OR a.assessment_id IS NULL
			AND (s.school_id IS NULL OR s.school_id = a.school_id)));
END
$$;

RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;
