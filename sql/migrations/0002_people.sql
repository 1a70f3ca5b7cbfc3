-- Tenants, schools, people, appointments, and how they sign in.

-- H1 H2 H3: a trust, or a school that stands alone. A school of a trust has trust_id.
CREATE TABLE tenant (
	id         uuid PRIMARY KEY,
	kind       text NOT NULL CHECK (kind IN ('trust', 'school')),
	name       text NOT NULL CHECK (name <> ''),
	companies_house_number text,
	demo       boolean NOT NULL DEFAULT false,
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE school (
	tenant_id  uuid NOT NULL REFERENCES tenant,
	id         uuid NOT NULL,
	trust_id   uuid REFERENCES tenant CHECK (trust_id = tenant_id),
	name       text NOT NULL CHECK (name <> ''),
	urn        text CHECK (urn ~ '^[0-9]{6}$'),
	phase      text CHECK (phase IN ('nursery', 'primary', 'middle_deemed_primary',
		'middle_deemed_secondary', 'secondary', 'all_through', 'sixteen_to_nineteen', 'not_applicable')),
	establishment_type_group text CHECK (establishment_type_group IN ('academies', 'free_schools',
		'local_authority_maintained', 'independent', 'special', 'colleges', 'other')),
	local_authority text, -- WEL 2.3 names it as an interested party
	email      text,
	telephone  text,
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT school_urn UNIQUE (tenant_id, urn)
);

-- One human being's sign-in; it may be several persons, one in each tenant.
CREATE TABLE identity (
	id             uuid PRIMARY KEY,
	login          text NOT NULL UNIQUE CHECK (login = lower(login)),
	password_hash  text,
	failures       integer NOT NULL DEFAULT 0,
	locked_until   timestamptz,
	created_at     timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE person (
	tenant_id   uuid NOT NULL REFERENCES tenant,
	id          uuid NOT NULL,
	school_id   uuid, -- the one school they belong to; null: they serve the tenant or several schools
	identity_id uuid REFERENCES identity,
	name        text NOT NULL CHECK (name <> ''),
	email       text CHECK (email = lower(email)),
	person_type text NOT NULL CHECK (person_type IN ('employee', 'agency', 'volunteer', 'ptfa',
		'governor', 'trustee', 'member', 'contractor', 'student_teacher', 'candidate', 'parent')),
	job_title   text,
	left_on     date,
	version     integer NOT NULL DEFAULT 1,
	created_at  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT person_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	CONSTRAINT person_email UNIQUE (tenant_id, email),
	CONSTRAINT person_identity UNIQUE (tenant_id, identity_id)
);
CREATE INDEX person_name ON person (tenant_id, name, id);
CREATE INDEX person_by_school ON person (tenant_id, school_id, name, id);

CREATE TABLE appointment (
	tenant_id    uuid NOT NULL REFERENCES tenant,
	id           uuid NOT NULL,
	person_id    uuid NOT NULL,
	role         text NOT NULL CHECK (role IN ('slt', 'administrator', 'staff', 'governor')),
	duties       text[] NOT NULL DEFAULT '{}',
	scope        text NOT NULL CHECK (scope IN ('tenant', 'schools')),
	state        text NOT NULL CHECK (state IN ('proposed', 'active', 'declined', 'ended')),
	from_on      date NOT NULL,
	to_on        date CHECK (to_on >= from_on),
	granted_by   uuid, -- null: the operator's first invitation
	granted_name text,
	confirmed_by uuid,
	confirmed_name text,
	reason       text,
	version      integer NOT NULL DEFAULT 1,
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT appointment_person FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
	CONSTRAINT appointment_granter FOREIGN KEY (tenant_id, granted_by) REFERENCES person (tenant_id, id),
	CONSTRAINT appointment_confirmer FOREIGN KEY (tenant_id, confirmed_by) REFERENCES person (tenant_id, id),
	-- A26: nobody grants to themselves; a second person is another one.
	CONSTRAINT appointment_not_to_self CHECK (granted_by <> person_id),
	CONSTRAINT appointment_second_person CHECK (confirmed_by <> granted_by AND confirmed_by <> person_id)
);
CREATE INDEX appointment_by_person ON appointment (tenant_id, person_id);
CREATE INDEX appointment_created ON appointment (tenant_id, created_at, id);

CREATE TABLE appointment_school (
	tenant_id      uuid NOT NULL,
	appointment_id uuid NOT NULL,
	school_id      uuid NOT NULL,
	person_id      uuid NOT NULL,
	PRIMARY KEY (tenant_id, appointment_id, school_id),
	FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE TABLE appointment_history (
	tenant_id      uuid NOT NULL,
	id             bigint GENERATED ALWAYS AS IDENTITY,
	appointment_id uuid NOT NULL,
	at             timestamptz NOT NULL DEFAULT now(),
	actor_id       uuid,
	actor_name     text,
	action         text NOT NULL,
	from_state     text,
	to_state       text NOT NULL,
	note           text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, appointment_id) REFERENCES appointment (tenant_id, id)
);
CREATE INDEX appointment_history_of ON appointment_history (tenant_id, appointment_id);

CREATE FUNCTION appointment_current(a appointment) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT a.state = 'active' AND a.from_on <= today() AND coalesce(a.to_on >= today(), true)
$$;
GRANT EXECUTE ON FUNCTION appointment_current(appointment)
	TO chaperone_app, chaperone_gate, chaperone_worker, chaperone_operator, chaperone_definer;
-- What is held, past the caller's sight: whether an appointment may be ended, or its holder
-- invited or removed, must not depend on how much of it the caller sees.
CREATE FUNCTION appointment_schools(p_appointment uuid) RETURNS uuid[] LANGUAGE sql STABLE AS $$
	SELECT coalesce(array_agg(school_id ORDER BY school_id), '{}') FROM appointment_school
	 WHERE tenant_id = me_tenant() AND appointment_id = p_appointment
$$;
CREATE FUNCTION appointments_held(p_person uuid)
RETURNS TABLE (id uuid, role text, duties text[], scope text, school_ids uuid[])
LANGUAGE sql STABLE AS $$
	SELECT a.id, a.role, a.duties, a.scope, appointment_schools(a.id) FROM appointment a
	 WHERE a.tenant_id = me_tenant() AND a.person_id = p_person AND a.state IN ('proposed', 'active')
$$;
SELECT define('appointment_schools(uuid)', 'chaperone_app', 'chaperone_definer');
SELECT define('appointments_held(uuid)', 'chaperone_app');

-- Who is blind to a row: named in it, or in conflict with it. By identity, so that a second
-- person of the same human being is blind as well.
CREATE TABLE exclusion (
	tenant_id   uuid NOT NULL REFERENCES tenant,
	subject_id  uuid NOT NULL, -- of the application, later case, complaint or check
	person_id   uuid NOT NULL,
	reason      text NOT NULL,
	excluded_by uuid,
	created_at  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, subject_id, person_id),
	CONSTRAINT exclusion_person FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, excluded_by) REFERENCES person (tenant_id, id)
);
CREATE INDEX exclusion_by_person ON exclusion (tenant_id, person_id);

CREATE TABLE session (
	id          uuid PRIMARY KEY,
	identity_id uuid NOT NULL REFERENCES identity,
	tenant_id   uuid NOT NULL,
	person_id   uuid NOT NULL,
	version     integer NOT NULL DEFAULT 1, -- rises when what the person holds changes
	auth_time   timestamptz NOT NULL,
	amr         text[] NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT now(),
	expires_at  timestamptz NOT NULL,
	revoked_at  timestamptz,
	FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX session_by_person ON session (tenant_id, person_id) WHERE revoked_at IS NULL;
CREATE INDEX session_by_identity ON session (identity_id) WHERE revoked_at IS NULL;
CREATE TABLE refresh_token (
	token_hash bytea PRIMARY KEY,
	session_id uuid NOT NULL REFERENCES session,
	expires_at timestamptz NOT NULL,
	used_at    timestamptz
);
CREATE INDEX refresh_token_of ON refresh_token (session_id);
CREATE TABLE invitation (
	tenant_id   uuid NOT NULL,
	id          uuid NOT NULL,
	person_id   uuid NOT NULL,
	token_hash  bytea NOT NULL UNIQUE,
	invited_by  uuid,
	expires_at  timestamptz NOT NULL,
	accepted_at timestamptz,
	created_at  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE TABLE signing_key (
	id          uuid PRIMARY KEY, -- the kid
	state       text NOT NULL CHECK (state IN ('next', 'active', 'retired')),
	sealed      text NOT NULL,
	public_pem  text NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX signing_key_active ON signing_key (state) WHERE state = 'active';
CREATE TABLE idempotency (
	key         text PRIMARY KEY,
	identity_id uuid NOT NULL REFERENCES identity,
	digest      text NOT NULL,
	status      integer NOT NULL,
	body        text NOT NULL,
	location    text,
	created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idempotency_age ON idempotency (created_at);

SELECT declare_table('tenant', 'contract + 6 years', 'rows',
	ordinary => '{id,kind,name,companies_house_number,demo,version,created_at}');
SELECT declare_table('school', 'contract + 6 years', 'rows',
	ordinary => '{tenant_id,id,trust_id,name,urn,phase,establishment_type_group,local_authority,email,telephone,version,created_at}');
SELECT declare_table('identity', 'last person + 1 year', 'none', ordinary => '{id,failures,locked_until,created_at}',
	personal => '{login}', secret => '{password_hash}');
SELECT declare_table('person', 'leaving + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,identity_id,person_type,left_on,version,created_at}',
	personal => '{name,email,job_title}');
SELECT declare_table('appointment', 'end + 6 years', 'rows',
	ordinary => '{tenant_id,id,person_id,role,duties,scope,state,from_on,to_on,granted_by,confirmed_by,version,created_at}',
	personal => '{granted_name,confirmed_name,reason}');
SELECT declare_table('appointment_school', 'end + 6 years', 'rows',
	ordinary => '{tenant_id,appointment_id,school_id,person_id}');
SELECT declare_table('appointment_history', 'end + 6 years', 'none',
	ordinary => '{tenant_id,id,appointment_id,at,actor_id,action,from_state,to_state}', personal => '{actor_name,note}');
SELECT declare_table('exclusion', 'as long as its subject', 'rows',
	ordinary => '{tenant_id,subject_id,person_id,excluded_by,created_at}', personal => '{reason}');
SELECT declare_table('session', 'expiry + 90 days', 'none',
	ordinary => '{id,identity_id,tenant_id,person_id,version,auth_time,amr,created_at,expires_at,revoked_at}');
SELECT declare_table('refresh_token', 'expiry + 90 days', 'none',
	ordinary => '{session_id,expires_at,used_at}', secret => '{token_hash}');
SELECT declare_table('invitation', 'expiry + 1 year', 'rows',
	ordinary => '{tenant_id,id,person_id,invited_by,expires_at,accepted_at,created_at}', secret => '{token_hash}');
SELECT declare_table('signing_key', 'retirement + 1 year', 'none',
	ordinary => '{id,state,public_pem,created_at}', secret => '{sealed}');
SELECT declare_table('idempotency', '24 hours', 'none',
	ordinary => '{key,identity_id,digest,status,created_at,location}', personal => '{body}');

-- The second wall. Each policy states the widest sight that anybody in the tenant may have;
-- the circles come from enter(), not from the permission matrix.
GRANT SELECT ON tenant, school, appointment_school, appointment_history, exclusion TO chaperone_app;
GRANT SELECT, INSERT, UPDATE ON person, appointment TO chaperone_app;
GRANT INSERT, UPDATE ON school TO chaperone_app;
GRANT INSERT ON appointment_school, appointment_history, exclusion, invitation TO chaperone_app;
GRANT SELECT (tenant_id, id, person_id, expires_at, accepted_at, created_at) ON invitation TO chaperone_app;
GRANT SELECT, INSERT ON idempotency TO chaperone_app;

CREATE POLICY sight ON tenant FOR SELECT TO chaperone_app USING (id = (SELECT me_tenant()));
CREATE POLICY sight ON school TO chaperone_app
	USING (tenant_id = (SELECT me_tenant())
		AND ((SELECT me_wide('member')) OR id = ANY ((SELECT me_schools('member'))::uuid[])))
	WITH CHECK (tenant_id = (SELECT me_tenant())
		AND ((SELECT me_wide('leader')) OR id = ANY ((SELECT me_schools('leader'))::uuid[])));
-- Colleagues know each other within their schools, and those who serve the whole tenant.
CREATE POLICY sight ON person FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND (id = (SELECT me_person())
		OR (SELECT me_wide('colleague'))
		OR school_id = ANY ((SELECT me_schools('colleague'))::uuid[])
		OR (school_id IS NULL AND (SELECT me_schools('colleague')) <> '{}')));
CREATE POLICY adding ON person FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY changing ON person FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY sight ON appointment_school FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND (person_id = (SELECT me_person())
		OR (SELECT me_wide('keeper'))
		OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
-- Nobody adds a school to what they hold themselves.
CREATE POLICY adding ON appointment_school FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND person_id <> (SELECT me_person())
		AND ((SELECT me_wide('keeper')) OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY sight ON appointment FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND (person_id = (SELECT me_person())
		OR (SELECT me_wide('keeper'))
		OR EXISTS (SELECT FROM appointment_school s WHERE s.tenant_id = appointment.tenant_id
			AND s.appointment_id = appointment.id
			AND s.school_id = ANY ((SELECT me_schools('keeper'))::uuid[]))));
CREATE POLICY adding ON appointment FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND granted_by = (SELECT me_person())
		AND ((SELECT me_wide('keeper'))
		OR (scope = 'schools' AND (SELECT me_schools('keeper')) <> '{}')));
CREATE POLICY changing ON appointment FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR EXISTS (SELECT FROM appointment_school s WHERE s.tenant_id = appointment.tenant_id
			AND s.appointment_id = appointment.id
			AND s.school_id = ANY ((SELECT me_schools('keeper'))::uuid[]))));
CREATE POLICY sight ON appointment_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM appointment a
		WHERE a.tenant_id = appointment_history.tenant_id AND a.id = appointment_id));
CREATE POLICY adding ON appointment_history FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND actor_id = (SELECT me_person()));
CREATE POLICY sight ON invitation FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM person p
		WHERE p.tenant_id = invitation.tenant_id AND p.id = person_id));
CREATE POLICY adding ON invitation FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND invited_by = (SELECT me_person())
		AND EXISTS (SELECT FROM person p WHERE p.tenant_id = invitation.tenant_id AND p.id = person_id));
CREATE POLICY own ON idempotency TO chaperone_app
	USING (identity_id = (SELECT me_identity())) WITH CHECK (identity_id = (SELECT me_identity()));

-- The first statement of every transaction: checks that the session still stands and that
-- nothing about it changed, and sets who is calling. No row: revoked. The circles:
--   member     holds any appointment
--   colleague  works there, or leads the board: everybody but plain governors
--   keeper     keeps people's records: leaders, HR, auditors
--   leader     decides or runs: SLT, administrators, heads; chairs and proprietors as substitutes
CREATE FUNCTION enter(p_session uuid, p_version integer, p_request text, p_read_only boolean)
RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	v_day date := today();
	r record;
	unused text; -- an assignment costs less than PERFORM
BEGIN
	SELECT s.tenant_id, s.person_id, s.identity_id, p.name, f.*,
	       ARRAY(SELECT e.subject_id FROM person mine JOIN exclusion e
			ON e.tenant_id = mine.tenant_id AND e.person_id = mine.id
		      WHERE mine.identity_id = s.identity_id)::text AS excluded,
	       ARRAY(SELECT o.application_id FROM application_operator o
		      WHERE o.tenant_id = s.tenant_id AND o.person_id = s.person_id)::text AS operating
	  INTO r
	  FROM session s
	  JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
	 CROSS JOIN LATERAL (
		SELECT coalesce(bool_or(scope = 'tenant'), false) AS member_wide,
		       coalesce(bool_or(scope = 'tenant' AND colleague), false) AS colleague_wide,
		       coalesce(bool_or(scope = 'tenant' AND keeper), false) AS keeper_wide,
		       coalesce(bool_or(scope = 'tenant' AND leader), false) AS leader_wide,
		       coalesce(array_agg(school_id) FILTER (WHERE school_id IS NOT NULL), '{}') AS member_schools,
		       coalesce(array_agg(school_id) FILTER (WHERE school_id IS NOT NULL AND colleague), '{}') AS colleague_schools,
		       coalesce(array_agg(school_id) FILTER (WHERE school_id IS NOT NULL AND keeper), '{}') AS keeper_schools,
		       coalesce(array_agg(school_id) FILTER (WHERE school_id IS NOT NULL AND leader), '{}') AS leader_schools
		  FROM (SELECT a.scope, x.school_id,
			       a.role <> 'governor'
				OR a.duties && '{head,dsl,dpo,hr,clerk,auditor,chair,proprietor}' AS colleague,
			       a.role IN ('slt', 'administrator')
				OR a.duties && '{head,hr,auditor,chair,proprietor}' AS keeper,
			       a.role IN ('slt', 'administrator') OR a.duties && '{head,chair,proprietor}' AS leader
			  FROM appointment a
			  LEFT JOIN appointment_school x ON x.tenant_id = a.tenant_id AND x.appointment_id = a.id
			 WHERE a.tenant_id = s.tenant_id AND a.person_id = s.person_id
			   AND a.state = 'active' AND a.from_on <= v_day
			   AND (a.to_on IS NULL OR a.to_on >= v_day)) held
	 ) f
	 WHERE s.id = p_session AND s.version = p_version AND s.revoked_at IS NULL
	   AND s.expires_at > now() AND (p.left_on IS NULL OR p.left_on >= v_day);
	IF NOT FOUND THEN RETURN false; END IF;
	unused := set_config('me.tenant', r.tenant_id::text, true);
	unused := set_config('me.person', r.person_id::text, true);
	unused := set_config('me.identity', r.identity_id::text, true);
	unused := set_config('me.name', r.name, true);
	unused := set_config('me.request', coalesce(p_request, ''), true);
	unused := set_config('me.member_wide', r.member_wide::text, true);
	unused := set_config('me.colleague_wide', r.colleague_wide::text, true);
	unused := set_config('me.keeper_wide', r.keeper_wide::text, true);
	unused := set_config('me.leader_wide', r.leader_wide::text, true);
	unused := set_config('me.member_schools', r.member_schools::text, true);
	unused := set_config('me.colleague_schools', r.colleague_schools::text, true);
	unused := set_config('me.keeper_schools', r.keeper_schools::text, true);
	unused := set_config('me.leader_schools', r.leader_schools::text, true);
	unused := set_config('me.excluded', r.excluded, true);
	unused := set_config('me.operating', r.operating, true);
	IF p_read_only THEN
		unused := set_config('transaction_read_only', 'on', true);
	END IF;
	RETURN true;
END
$$;
SELECT define('enter(uuid,integer,text,boolean)', 'chaperone_app');
CREATE INDEX person_by_identity ON person (identity_id) WHERE identity_id IS NOT NULL;

-- What a token stands for: one row an appointment, at least one; none when revoked.
CREATE FUNCTION principal(p_session uuid)
RETURNS TABLE (identity_id uuid, tenant_id uuid, person_id uuid, session_version integer,
	auth_time bigint, amr text[], valid_until bigint, role text, duties text[],
	tenant_wide boolean, school_ids uuid[])
LANGUAGE sql STABLE AS $$
	SELECT s.identity_id, s.tenant_id, s.person_id, s.version,
	       extract(epoch FROM s.auth_time)::bigint, s.amr,
	       (SELECT extract(epoch FROM min(t))::bigint FROM (
		SELECT s.expires_at AS t
		UNION ALL
		SELECT (b.from_on)::timestamp AT TIME ZONE 'Europe/London' FROM appointment b
		 WHERE b.tenant_id = s.tenant_id AND b.person_id = s.person_id
		   AND b.state = 'active' AND b.from_on > today()
		UNION ALL
		SELECT (b.to_on + 1)::timestamp AT TIME ZONE 'Europe/London' FROM appointment b
		 WHERE b.tenant_id = s.tenant_id AND b.person_id = s.person_id
		   AND b.state = 'active' AND b.to_on >= today()) boundary),
	       a.role, a.duties, a.scope = 'tenant',
	       coalesce((SELECT array_agg(x.school_id ORDER BY x.school_id) FROM appointment_school x
		WHERE x.tenant_id = a.tenant_id AND x.appointment_id = a.id), '{}')
	  FROM session s
	  JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
	  LEFT JOIN appointment a ON a.tenant_id = s.tenant_id AND a.person_id = s.person_id
	   AND appointment_current(a)
	 WHERE s.id = p_session AND s.revoked_at IS NULL AND s.expires_at > now()
	   AND (p.left_on IS NULL OR p.left_on >= today())
$$;
SELECT define('principal(uuid)', 'chaperone_app', 'chaperone_gate');

-- A change of what a person holds ends their present access tokens at once; a refresh brings
-- new ones. A leaver's sessions end.
CREATE FUNCTION session_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'person' THEN
		UPDATE session SET revoked_at = now()
		 WHERE tenant_id = NEW.tenant_id AND person_id = NEW.id AND revoked_at IS NULL
		   AND NEW.left_on < today();
	ELSE
		UPDATE session SET version = version + 1
		 WHERE tenant_id = NEW.tenant_id AND person_id = NEW.person_id AND revoked_at IS NULL;
	END IF;
	RETURN NULL;
END
$$;
SELECT define('session_touch()', 'chaperone_owner');
CREATE TRIGGER touch AFTER UPDATE OF left_on ON person
	FOR EACH ROW EXECUTE FUNCTION session_touch();
CREATE TRIGGER touch_insert AFTER INSERT ON appointment
	FOR EACH ROW WHEN (NEW.state = 'active') EXECUTE FUNCTION session_touch();
CREATE TRIGGER touch_update AFTER UPDATE ON appointment
	FOR EACH ROW EXECUTE FUNCTION session_touch();

-- The gate: what may be asked before anybody is known. --------------------------------------

CREATE FUNCTION sign_in_find(p_login text)
RETURNS TABLE (identity_id uuid, password_hash text)
LANGUAGE sql STABLE AS $$
	SELECT id, password_hash FROM identity WHERE login = lower(p_login)
$$;
SELECT define('sign_in_find(text)', 'chaperone_gate');

-- Counts a try before its password is looked at, so that many at once are still counted one
-- by one; a right password sets it back. Five tries, then a lock that doubles from one minute to
-- an hour; an hour of peace after a lock forgets it. No row: locked.
CREATE FUNCTION sign_in_try(p_identity uuid) RETURNS TABLE (allowed boolean) LANGUAGE sql AS $$
	UPDATE identity SET
	       failures = CASE WHEN locked_until < now() - interval '1 hour' THEN 1 ELSE failures + 1 END,
	       locked_until = CASE WHEN failures + 1 >= 5
			AND (locked_until IS NULL OR locked_until >= now() - interval '1 hour') THEN
			now() + least(interval '1 minute' * 2 ^ least(failures - 4, 6), interval '1 hour') END
	 WHERE id = p_identity AND (locked_until IS NULL OR locked_until <= now())
	RETURNING true
$$;
SELECT define('sign_in_try(uuid)', 'chaperone_gate', 'chaperone_app');

-- Opens a session in one tenant of the identity: the one asked for, else where the person was
-- last, else the first by name. No row: no such person, or left.
CREATE FUNCTION session_open(p_identity uuid, p_tenant uuid, p_session uuid, p_amr text[],
	p_auth_time timestamptz, p_refresh_hash bytea, p_seconds integer)
RETURNS TABLE (session_id uuid, tenant_id uuid, person_id uuid) LANGUAGE plpgsql AS $$
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
	UPDATE identity SET failures = 0, locked_until = NULL WHERE id = p_identity AND failures > 0;
	INSERT INTO session (id, identity_id, tenant_id, person_id, auth_time, amr, expires_at)
	VALUES (p_session, p_identity, r.tenant_id, r.id, coalesce(p_auth_time, now()), p_amr,
		now() + p_seconds * interval '1 second');
	INSERT INTO refresh_token (token_hash, session_id, expires_at)
	VALUES (p_refresh_hash, p_session, now() + p_seconds * interval '1 second');
	RETURN QUERY SELECT p_session, r.tenant_id, r.id;
END
$$;
SELECT define('session_open(uuid,uuid,uuid,text[],timestamptz,bytea,integer)',
	'chaperone_gate', 'chaperone_app');

-- One use: the second use of a refresh token ends the whole session (RFC 9700 section 4.14).
CREATE FUNCTION session_refresh(p_old bytea, p_new bytea, p_seconds integer)
RETURNS TABLE (session_id uuid) LANGUAGE plpgsql AS $$
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
	RETURN QUERY SELECT r.session_id;
END
$$;
SELECT define('session_refresh(bytea,bytea,integer)', 'chaperone_gate');

CREATE FUNCTION session_close(p_session uuid) RETURNS void LANGUAGE sql AS $$
	UPDATE session SET revoked_at = now()
	 WHERE id = p_session AND identity_id = me_identity() AND revoked_at IS NULL
$$;
SELECT define('session_close(uuid)', 'chaperone_app');

CREATE FUNCTION identity_hash() RETURNS TABLE (login text, password_hash text)
LANGUAGE sql STABLE AS $$
	SELECT login, password_hash FROM identity WHERE id = me_identity()
$$;
SELECT define('identity_hash()', 'chaperone_app');

-- A new password ends every other session of the identity.
CREATE FUNCTION password_change(p_hash text, p_keep uuid) RETURNS void LANGUAGE sql AS $$
	UPDATE identity SET password_hash = p_hash, failures = 0, locked_until = NULL
	 WHERE id = me_identity();
	UPDATE session SET revoked_at = now()
	 WHERE identity_id = me_identity() AND id <> p_keep AND revoked_at IS NULL;
$$;
SELECT define('password_change(text,uuid)', 'chaperone_app');

-- Unused, in time, and the person holds nothing that somebody else gave them since: an old
-- token must not open what its inviter could not have given.
CREATE FUNCTION invitation_open(v invitation) RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT v.accepted_at IS NULL AND v.expires_at > now()
	   AND NOT EXISTS (SELECT FROM appointment a
		WHERE a.tenant_id = v.tenant_id AND a.person_id = v.person_id
		  AND a.state IN ('proposed', 'active') AND a.created_at > v.created_at
		  AND a.granted_by IS DISTINCT FROM v.invited_by)
$$;
GRANT EXECUTE ON FUNCTION invitation_open(invitation) TO chaperone_definer;
-- Another address, or a newer invitation, ends those that are open.
CREATE FUNCTION invitation_lapse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'person' THEN
		UPDATE invitation SET expires_at = now()
		 WHERE tenant_id = NEW.tenant_id AND person_id = NEW.id
		   AND accepted_at IS NULL AND expires_at > now();
	ELSE
		UPDATE invitation SET expires_at = now()
		 WHERE tenant_id = NEW.tenant_id AND person_id = NEW.person_id AND id <> NEW.id
		   AND accepted_at IS NULL AND expires_at > now();
	END IF;
	RETURN NULL;
END
$$;
SELECT define('invitation_lapse()', 'chaperone_owner');
CREATE TRIGGER lapse AFTER UPDATE OF email ON person FOR EACH ROW
	WHEN (OLD.email IS DISTINCT FROM NEW.email) EXECUTE FUNCTION invitation_lapse();
CREATE TRIGGER lapse AFTER INSERT ON invitation FOR EACH ROW EXECUTE FUNCTION invitation_lapse();
CREATE FUNCTION invitation_find(p_hash bytea)
RETURNS TABLE (name text, email text, tenant_name text, identity_id uuid, password_hash text)
LANGUAGE sql STABLE AS $$
	SELECT p.name, p.email, t.name, i.id, i.password_hash
	  FROM invitation v
	  JOIN person p ON p.tenant_id = v.tenant_id AND p.id = v.person_id
	  JOIN tenant t ON t.id = v.tenant_id
	  LEFT JOIN identity i ON i.login = p.email
	 WHERE v.token_hash = p_hash AND invitation_open(v) AND p.identity_id IS NULL AND p.email IS NOT NULL
	   AND (p.left_on IS NULL OR p.left_on >= today())
$$;
SELECT define('invitation_find(bytea)', 'chaperone_gate');

-- Ties the invited person to an identity: the one that proved itself (p_proved), else a new one.
-- No row when anything is not as it was when the proof was asked for.
CREATE FUNCTION invitation_accept(p_hash bytea, p_email text, p_proved uuid, p_identity uuid,
	p_password_hash text)
RETURNS TABLE (identity_id uuid, tenant_id uuid) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	r record;
BEGIN
	SELECT p.tenant_id, p.id INTO r
	  FROM invitation v JOIN person p ON p.tenant_id = v.tenant_id AND p.id = v.person_id
	 WHERE v.token_hash = p_hash AND invitation_open(v) AND p.identity_id IS NULL
	   AND p.email = p_email
	   AND p_proved IS NOT DISTINCT FROM (SELECT i.id FROM identity i WHERE i.login = p.email)
	   FOR UPDATE;
	IF NOT FOUND THEN RETURN; END IF;
	UPDATE invitation v SET accepted_at = now() WHERE v.token_hash = p_hash;
	IF p_proved IS NULL THEN
		INSERT INTO identity (id, login, password_hash) VALUES (p_identity, p_email, p_password_hash);
	END IF;
	UPDATE person p SET identity_id = coalesce(p_proved, p_identity)
	 WHERE p.tenant_id = r.tenant_id AND p.id = r.id;
	RETURN QUERY SELECT coalesce(p_proved, p_identity), r.tenant_id;
END
$$;
SELECT define('invitation_accept(bytea,text,uuid,uuid,text)', 'chaperone_gate');

-- Tenants in which one identity is a person, for /v1/me and switching.
CREATE FUNCTION my_tenants() RETURNS TABLE (tenant_id uuid, tenant_name text, person_id uuid)
LANGUAGE sql STABLE AS $$
	SELECT t.id, t.name, p.id FROM person p JOIN tenant t ON t.id = p.tenant_id
	 WHERE p.identity_id = me_identity() AND (p.left_on IS NULL OR p.left_on >= today())
	 ORDER BY t.name, t.id
$$;
SELECT define('my_tenants()', 'chaperone_app');

-- No current SLT: nobody can decide. The chair or proprietor may then appoint one, or the
-- operator invites one; removing a leaver is never refused for it.
CREATE FUNCTION tenant_no_decider() RETURNS boolean LANGUAGE sql STABLE AS $$
	SELECT NOT EXISTS (SELECT FROM appointment a JOIN person p
		ON p.tenant_id = a.tenant_id AND p.id = a.person_id
	 WHERE a.tenant_id = me_tenant() AND a.role = 'slt' AND appointment_current(a)
	   AND (p.left_on IS NULL OR p.left_on >= today()))
$$;
SELECT define('tenant_no_decider()', 'chaperone_app');

CREATE FUNCTION signing_keys() RETURNS TABLE (id uuid, state text, sealed text, public_pem text)
LANGUAGE sql STABLE AS $$ SELECT id, state, sealed, public_pem FROM signing_key ORDER BY created_at $$;
SELECT define('signing_keys()', 'chaperone_gate');
-- The first instance to start makes the first key; the others find it.
CREATE FUNCTION signing_key_add(p_id uuid, p_sealed text, p_public_pem text) RETURNS void
LANGUAGE sql AS $$
	INSERT INTO signing_key (id, state, sealed, public_pem)
	VALUES (p_id, 'active', p_sealed, p_public_pem) ON CONFLICT DO NOTHING
$$;
SELECT define('signing_key_add(uuid,text,text)', 'chaperone_gate');

CREATE FUNCTION demo_tenants() RETURNS bigint LANGUAGE sql STABLE
AS $$ SELECT count(*) FROM tenant WHERE demo $$;
SELECT define('demo_tenants()', 'chaperone_gate', 'chaperone_operator');

-- The operator's way in: makes a tenant with its first SLT and an invitation. A tenant that
-- exists by name gets a new first SLT only while it has no decider.
CREATE FUNCTION tenant_create(p_tenant uuid, p_kind text, p_name text, p_school uuid,
	p_person uuid, p_person_name text, p_email text, p_appointment uuid,
	p_invitation uuid, p_token_hash bytea, p_days integer)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO tenant (id, kind, name) VALUES (p_tenant, p_kind, p_name);
	IF p_kind = 'school' THEN
		INSERT INTO school (tenant_id, id, name) VALUES (p_tenant, p_school, p_name);
	END IF;
	PERFORM tenant_invite(p_tenant, p_person, p_person_name, p_email, p_appointment,
		p_invitation, p_token_hash, p_days);
END
$$;
CREATE FUNCTION tenant_invite(p_tenant uuid, p_person uuid, p_person_name text, p_email text,
	p_appointment uuid, p_invitation uuid, p_token_hash bytea, p_days integer)
RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	v_person uuid;
BEGIN
	IF EXISTS (SELECT FROM appointment a WHERE a.tenant_id = p_tenant AND a.role = 'slt'
		AND appointment_current(a)) THEN
		RAISE EXCEPTION USING DETAIL = 'wrong-state',
			MESSAGE = 'The tenant has an SLT, who invites everybody else.';
	END IF;
	SELECT id INTO v_person FROM person
	 WHERE tenant_id = p_tenant AND email = lower(p_email);
	IF v_person IS NULL THEN
		v_person := p_person;
		INSERT INTO person (tenant_id, id, name, email, person_type)
		VALUES (p_tenant, v_person, p_person_name, lower(p_email), 'employee');
	END IF;
	INSERT INTO appointment (tenant_id, id, person_id, role, scope, state, from_on, reason)
	VALUES (p_tenant, p_appointment, v_person, 'slt', 'tenant', 'active', today(),
		'invited by the operator');
	INSERT INTO appointment_history (tenant_id, appointment_id, actor_name, action, to_state)
	VALUES (p_tenant, p_appointment, 'operator', 'invite', 'active');
	INSERT INTO invitation (tenant_id, id, person_id, token_hash, expires_at)
	VALUES (p_tenant, p_invitation, v_person, p_token_hash, now() + p_days * interval '1 day');
END
$$;
SELECT define('tenant_invite(uuid,uuid,text,text,uuid,uuid,bytea,integer)', 'chaperone_operator', 'chaperone_definer');
SELECT define('tenant_create(uuid,text,text,uuid,uuid,text,text,uuid,uuid,bytea,integer)', 'chaperone_operator');

-- A session for the command line, in the name of a person of the tenant; ends after an hour.
CREATE FUNCTION operator_session(p_session uuid, p_tenant text, p_email text)
RETURNS TABLE (session_id uuid, tenant_id uuid, person_id uuid) LANGUAGE plpgsql AS $$
DECLARE
	r record;
BEGIN
	SELECT p.tenant_id, p.id, p.identity_id INTO r FROM person p JOIN tenant t ON t.id = p.tenant_id
	 WHERE (t.id::text = p_tenant OR t.name = p_tenant) AND p.email = lower(p_email)
	   AND (p.left_on IS NULL OR p.left_on >= today());
	IF NOT FOUND OR r.identity_id IS NULL THEN RETURN; END IF;
	INSERT INTO session (id, identity_id, tenant_id, person_id, auth_time, amr, expires_at)
	VALUES (p_session, r.identity_id, r.tenant_id, r.id, now(), '{operator}', now() + interval '1 hour');
	RETURN QUERY SELECT p_session, r.tenant_id, r.id;
END
$$;
SELECT define('operator_session(uuid,text,text)', 'chaperone_operator');

-- What has run out: idempotency keys after a day, sessions and refresh tokens after 90 days.
CREATE FUNCTION sweep() RETURNS void LANGUAGE sql AS $$
	DELETE FROM idempotency WHERE created_at < now() - interval '24 hours';
	DELETE FROM refresh_token WHERE expires_at < now() - interval '90 days';
	DELETE FROM session s WHERE expires_at < now() - interval '90 days'
		AND NOT EXISTS (SELECT FROM refresh_token t WHERE t.session_id = s.id);
$$;
SELECT define('sweep()', 'chaperone_worker');

-- Who there is to sign in as, for `chaperone demo`; only ever of demo tenants.
CREATE FUNCTION demo_people()
RETURNS TABLE (tenant_name text, name text, email text, holds text) LANGUAGE sql STABLE AS $$
	SELECT t.name, p.name, p.email, a.role || coalesce(' + ' || nullif(array_to_string(a.duties, ', '), ''), '')
		|| ' @ ' || CASE a.scope WHEN 'tenant' THEN 'tenant' ELSE (SELECT string_agg(s.name, ', ')
			FROM appointment_school x JOIN school s ON s.tenant_id = x.tenant_id AND s.id = x.school_id
			WHERE x.tenant_id = a.tenant_id AND x.appointment_id = a.id) END
	  FROM person p JOIN tenant t ON t.id = p.tenant_id
	  JOIN appointment a ON a.tenant_id = p.tenant_id AND a.person_id = p.id
	 WHERE t.demo AND p.identity_id IS NOT NULL AND appointment_current(a)
	 ORDER BY t.id, p.id
$$;
SELECT define('demo_people()', 'chaperone_operator');
