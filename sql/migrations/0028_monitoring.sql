-- Monitoring: who looks at a channel on which days, who may look at somebody a second time, what a school
-- says that it looks at, what it finds there, and what the press asks (M1, M2, M9, R1 to R4, J1, J2).

-- Who holds a duty: where the caller's is enough to see what only that duty is for.
CREATE FUNCTION me_duty(p_duty text, OUT wide boolean, OUT schools uuid[]) LANGUAGE plpgsql STABLE AS $$
BEGIN
	SELECT coalesce(bool_or(a.scope = 'tenant'), false), coalesce(array_agg(x.school_id), '{}') INTO wide, schools
	  FROM appointment a
	  LEFT JOIN appointment_school x ON x.tenant_id = a.tenant_id AND x.appointment_id = a.id
	 WHERE a.tenant_id = me_tenant() AND a.person_id = me_person() AND p_duty = ANY (a.duties)
	   AND appointment_current(a);
END
$$;
SELECT define('me_duty(text)', 'chaperone_app', 'chaperone_definer');
CREATE FUNCTION me_duty_wide(p_duty text) RETURNS boolean LANGUAGE sql STABLE
AS $$ SELECT wide FROM me_duty(p_duty) $$;
CREATE FUNCTION me_duty_schools(p_duty text) RETURNS uuid[] LANGUAGE sql STABLE
AS $$ SELECT schools FROM me_duty(p_duty) $$;
GRANT EXECUTE ON FUNCTION me_duty_wide(text), me_duty_schools(text) TO chaperone_app;

-- M9: that somebody is looked at a second time is decided by name, for a reason, until a day. A record.
CREATE TABLE monitoring_authorisation (
	tenant_id       uuid NOT NULL REFERENCES tenant,
	id              uuid NOT NULL,
	school_id       uuid, -- null: of the whole tenant
	state           text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'ended')),
	person_id       uuid, -- whom it concerns, when the tenant knows them
	person_name     text, -- at the time
	concerns        text, -- whom or what it concerns, in words
	scope           text NOT NULL CHECK (scope <> ''),
	reason          text NOT NULL CHECK (reason <> ''),
	from_on         date NOT NULL,
	until_on        date NOT NULL,
	dpia_reference  text,
	authorised_by   uuid NOT NULL,
	authorised_name text NOT NULL,
	ended_by        uuid,
	ended_name      text,
	ended_at        timestamptz,
	end_reason      text,
	version         integer NOT NULL DEFAULT 1,
	created_at      timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, authorised_by) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, ended_by) REFERENCES person (tenant_id, id),
	CONSTRAINT monitoring_authorisation_concerns CHECK (num_nonnulls(person_id, concerns) > 0),
	CONSTRAINT monitoring_authorisation_days CHECK (until_on >= from_on),
	CONSTRAINT monitoring_authorisation_length CHECK (until_on - from_on <= 366),
	CONSTRAINT monitoring_authorisation_not_own CHECK (authorised_by <> person_id),
	CONSTRAINT monitoring_authorisation_ended CHECK (state <> 'ended' OR ended_by IS NOT NULL)
);
CREATE INDEX monitoring_authorisation_created ON monitoring_authorisation (tenant_id, created_at, id);
CREATE INDEX monitoring_authorisation_at ON monitoring_authorisation (tenant_id, school_id, created_at, id);
SELECT declare_table('monitoring_authorisation', 'end + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,state,person_id,from_on,until_on,authorised_by,ended_by,ended_at,version,created_at}',
	personal => '{person_name,concerns,scope,reason,dpia_reference,authorised_name,ended_name,end_reason}');

-- Whom it concerns is blind to it from the commit on, whatever they hold.
CREATE FUNCTION monitoring_exclude() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO exclusion (tenant_id, subject_id, person_id, reason, excluded_by)
	VALUES (NEW.tenant_id, NEW.id, NEW.person_id, 'whom a monitoring authorisation concerns', NEW.authorised_by);
	RETURN NULL;
END
$$;
SELECT define('monitoring_exclude()', 'chaperone_owner');
CREATE TRIGGER exclude AFTER INSERT ON monitoring_authorisation FOR EACH ROW
	WHEN (NEW.person_id IS NOT NULL) EXECUTE FUNCTION monitoring_exclude();

GRANT SELECT, INSERT ON monitoring_authorisation TO chaperone_app;
GRANT UPDATE (state, ended_by, ended_name, ended_at, end_reason, version) ON monitoring_authorisation TO chaperone_app;
-- Leaders and the data protection officer; administrators are leaders, whom the matrix keeps out.
CREATE POLICY sight ON monitoring_authorisation FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND person_id IS DISTINCT FROM (SELECT me_person())
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
			OR (SELECT me_duty_wide('dpo')) OR school_id = ANY ((SELECT me_duty_schools('dpo'))::uuid[])));
CREATE POLICY adding ON monitoring_authorisation FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND authorised_by = (SELECT me_person()) AND state = 'active'
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON monitoring_authorisation FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND person_id IS DISTINCT FROM (SELECT me_person())
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));

-- R4: what a school says it looks at in public, edition by edition.
CREATE TABLE monitoring_statement (
	tenant_id     uuid NOT NULL REFERENCES tenant,
	id            uuid NOT NULL,
	school_id     uuid, -- null: of the tenant, for every school without its own
	edition       integer NOT NULL CHECK (edition > 0),
	body          text NOT NULL CHECK (body <> ''),
	dpia_note     text NOT NULL CHECK (dpia_note <> ''),
	written_by    uuid NOT NULL,
	written_name  text NOT NULL,
	superseded_at timestamptz,
	version       integer NOT NULL DEFAULT 1,
	created_at    timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT monitoring_statement_edition UNIQUE NULLS NOT DISTINCT (tenant_id, school_id, edition),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, written_by) REFERENCES person (tenant_id, id)
);
CREATE INDEX monitoring_statement_created ON monitoring_statement (tenant_id, created_at, id);
CREATE INDEX monitoring_statement_at ON monitoring_statement (tenant_id, school_id, created_at, id);
SELECT declare_table('monitoring_statement', 'superseded + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,edition,written_by,superseded_at,version,created_at}',
	personal => '{body,dpia_note,written_name}');
GRANT SELECT, INSERT ON monitoring_statement TO chaperone_app;
GRANT UPDATE (superseded_at, version) ON monitoring_statement TO chaperone_app;
CREATE POLICY sight ON monitoring_statement FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY adding ON monitoring_statement FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND written_by = (SELECT me_person())
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON monitoring_statement FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));

-- J1 J2: what the press asks, and that nobody answers before it is approved.
CREATE TABLE media_enquiry (
	tenant_id       uuid NOT NULL REFERENCES tenant,
	id              uuid NOT NULL,
	school_id       uuid, -- null: of the whole tenant
	state           text NOT NULL DEFAULT 'received'
		CHECK (state IN ('received', 'approved', 'responded', 'declined')),
	outlet          text NOT NULL CHECK (outlet <> ''),
	journalist_name text,
	contact         text,
	medium         text NOT NULL CHECK (medium IN ('comment', 'message', 'email', 'telephone', 'in_person', 'other')),
	about           text NOT NULL CHECK (about <> ''),
	about_url       text,
	channel_id      uuid,
	deadline_at     timestamptz,
	received_at     timestamptz NOT NULL,
	logged_by       uuid NOT NULL,
	logged_name     text NOT NULL,
	approved_by     uuid,
	approved_name   text,
	approved_at     timestamptz,
	approved_words  text,
	spokesperson    text,
	responded_at    timestamptz,
	version         integer NOT NULL DEFAULT 1,
	created_at      timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id),
	FOREIGN KEY (tenant_id, logged_by) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, approved_by) REFERENCES person (tenant_id, id),
	CONSTRAINT media_enquiry_past CHECK (received_at <= created_at),
	CONSTRAINT media_enquiry_four_eyes CHECK (approved_by <> logged_by),
	CONSTRAINT media_enquiry_approved CHECK (state NOT IN ('approved', 'responded')
		OR num_nonnulls(approved_by, approved_name, approved_at, approved_words, spokesperson) = 5),
	CONSTRAINT media_enquiry_responded CHECK ((state = 'responded') = (responded_at IS NOT NULL))
);
CREATE INDEX media_enquiry_created ON media_enquiry (tenant_id, created_at, id);
CREATE INDEX media_enquiry_at ON media_enquiry (tenant_id, school_id, created_at, id);
CREATE INDEX media_enquiry_waiting ON media_enquiry (tenant_id, received_at, id) WHERE state = 'received';
CREATE TABLE media_enquiry_history (
	tenant_id        uuid NOT NULL,
	id               bigint GENERATED ALWAYS AS IDENTITY,
	media_enquiry_id uuid NOT NULL,
	at               timestamptz NOT NULL DEFAULT now(),
	actor_id         uuid,
	actor_name       text,
	action           text NOT NULL,
	from_state       text,
	to_state         text NOT NULL,
	note             text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, media_enquiry_id) REFERENCES media_enquiry (tenant_id, id)
);
CREATE INDEX media_enquiry_history_of ON media_enquiry_history (tenant_id, media_enquiry_id);
SELECT declare_table('media_enquiry', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,state,medium,channel_id,deadline_at,received_at,logged_by,approved_by,approved_at,responded_at,version,created_at}',
	personal => '{outlet,journalist_name,contact,about,about_url,logged_name,approved_name,approved_words,spokesperson}');
SELECT declare_table('media_enquiry_history', 'closure + 6 years', 'none',
	ordinary => '{tenant_id,id,media_enquiry_id,at,actor_id,action,from_state,to_state}', personal => '{actor_name,note}');

-- An approval is the word of a leader there, in their own name; staff decline nothing, and answer only
-- where the rule lets them.
CREATE FUNCTION media_enquiry_judged() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	v_leader boolean := me_wide('leader') OR coalesce(NEW.school_id = ANY (me_schools('leader')), false);
BEGIN
	IF NEW.state = 'approved' AND OLD.state <> 'approved'
		OR (NEW.approved_by, NEW.approved_name, NEW.approved_words, NEW.spokesperson)
			IS DISTINCT FROM (OLD.approved_by, OLD.approved_name, OLD.approved_words, OLD.spokesperson) THEN
		v_leader := v_leader AND OLD.state = 'received' AND NEW.state = 'approved' AND NEW.approved_by = me_person();
	ELSIF NEW.state = 'responded' AND OLD.state <> 'responded' THEN
		v_leader := v_leader OR setting_of(NEW.tenant_id, NEW.school_id, 'journalist.rule') = '"follow_media_policy"';
	ELSIF NEW.state = OLD.state THEN
		v_leader := true;
	END IF;
	IF NOT v_leader THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = 'what the press is told is a leader''s to decide, in their own name';
	END IF;
	RETURN NEW;
END
$$;
SELECT define('media_enquiry_judged()', 'chaperone_owner');
CREATE TRIGGER judged BEFORE UPDATE OF state, approved_by, approved_name, approved_words, spokesperson ON media_enquiry
	FOR EACH ROW EXECUTE FUNCTION media_enquiry_judged();

-- What is told of a row comes from somebody who sees it; as whoever writes, so that row security answers.
CREATE FUNCTION monitoring_in_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'mention_history' THEN
		PERFORM FROM mention s WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.mention_id;
	ELSE
		PERFORM FROM media_enquiry s WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.media_enquiry_id;
	END IF;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = 'nothing is added to what is out of sight';
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER in_sight AFTER INSERT ON media_enquiry_history
	FOR EACH ROW EXECUTE FUNCTION monitoring_in_sight();

GRANT SELECT, INSERT ON media_enquiry, media_enquiry_history TO chaperone_app;
GRANT UPDATE (state, approved_by, approved_name, approved_at, approved_words, spokesperson, responded_at, version)
	ON media_enquiry TO chaperone_app;
CREATE POLICY sight ON media_enquiry FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND (logged_by = (SELECT me_person())
		OR (SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY adding ON media_enquiry FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND logged_by = (SELECT me_person())
		AND state = 'received' AND approved_by IS NULL
		AND ((SELECT me_wide('colleague')) OR school_id = ANY ((SELECT me_schools('colleague'))::uuid[])));
CREATE POLICY changing ON media_enquiry FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND (logged_by = (SELECT me_person())
		OR (SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY sight ON media_enquiry_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM media_enquiry e
		WHERE e.tenant_id = media_enquiry_history.tenant_id AND e.id = media_enquiry_id));
CREATE POLICY adding ON media_enquiry_history FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND actor_id = (SELECT me_person()));

-- M1 M2: who looks at a channel on which days of the week.
CREATE TABLE monitor_duty (
	tenant_id     uuid NOT NULL REFERENCES tenant,
	id            uuid NOT NULL,
	channel_id    uuid NOT NULL,
	school_id     uuid, -- of the channel
	person_id     uuid,
	post_id       uuid,
	team_id       uuid,
	holder_text   text NOT NULL, -- the name at the time
	days          text[] NOT NULL,
	holiday_cover boolean NOT NULL DEFAULT false, -- in school holidays as well
	from_on       date NOT NULL,
	until_on      date,
	added_by      uuid NOT NULL,
	added_name    text NOT NULL,
	version       integer NOT NULL DEFAULT 1,
	created_at    timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, post_id) REFERENCES post (tenant_id, id),
	FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id),
	FOREIGN KEY (tenant_id, added_by) REFERENCES person (tenant_id, id),
	CONSTRAINT monitor_duty_of_one CHECK (num_nonnulls(person_id, post_id, team_id) = 1),
	CONSTRAINT monitor_duty_days CHECK (days <> '{}' AND days <@ '{mon,tue,wed,thu,fri,sat,sun}'),
	CONSTRAINT monitor_duty_term CHECK (until_on >= from_on)
);
CREATE INDEX monitor_duty_created ON monitor_duty (tenant_id, created_at, id);
CREATE INDEX monitor_duty_at ON monitor_duty (tenant_id, school_id, created_at, id);
CREATE INDEX monitor_duty_of ON monitor_duty (tenant_id, channel_id);
CREATE INDEX monitor_duty_by_person ON monitor_duty (tenant_id, person_id) WHERE person_id IS NOT NULL;
CREATE INDEX monitor_duty_by_body ON monitor_duty (tenant_id, coalesce(post_id, team_id)) WHERE person_id IS NULL;
SELECT declare_table('monitor_duty', 'end + 6 years', 'rows',
	ordinary => '{tenant_id,id,channel_id,school_id,person_id,post_id,team_id,days,holiday_cover,from_on,until_on,added_by,version,created_at}',
	personal => '{holder_text,added_name}');
GRANT SELECT, INSERT ON monitor_duty TO chaperone_app;
GRANT UPDATE (days, holiday_cover, until_on, version) ON monitor_duty TO chaperone_app;
CREATE POLICY sight ON monitor_duty FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('colleague'))
		OR (school_id IS NULL AND (SELECT me_schools('colleague')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('colleague'))::uuid[])));
CREATE POLICY adding ON monitor_duty FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND added_by = (SELECT me_person())
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[]))
		AND EXISTS (SELECT FROM channel c WHERE c.tenant_id = monitor_duty.tenant_id AND c.id = channel_id
			AND c.school_id IS NOT DISTINCT FROM monitor_duty.school_id));
CREATE POLICY changing ON monitor_duty FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));

-- Whoever leaves is on the rota no longer than that.
CREATE FUNCTION monitor_duty_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE monitor_duty d SET until_on = greatest(d.from_on, NEW.left_on), version = d.version + 1
	 WHERE d.tenant_id = NEW.tenant_id AND d.person_id = NEW.id AND (d.until_on IS NULL OR d.until_on > NEW.left_on);
	RETURN NULL;
END
$$;
SELECT define('monitor_duty_ends()', 'chaperone_owner');
CREATE TRIGGER duties_end AFTER UPDATE OF left_on ON person FOR EACH ROW
	WHEN (NEW.left_on IS NOT NULL AND NEW.left_on IS DISTINCT FROM OLD.left_on) EXECUTE FUNCTION monitor_duty_ends();

-- The channels that the caller looks after at present: by access to them (me_channels), or by a duty of the
-- rota, held themselves or by a post or team.
CREATE FUNCTION me_watched() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN me_channels() || ARRAY(SELECT d.channel_id FROM monitor_duty d
		WHERE d.tenant_id = me_tenant() AND holds_now(d.from_on, d.until_on, NULL)
		  AND (d.person_id = me_person() OR coalesce(d.post_id, d.team_id) IN (
			SELECT coalesce(b.post_id, b.team_id) FROM membership b WHERE b.tenant_id = me_tenant()
			   AND b.person_id = me_person() AND holds_now(b.from_on, b.until_on, b.ended_at))));
END
$$;
SELECT define('me_watched()', 'chaperone_app');

-- M1: "looked at 08:40, nothing". What was written down stays as it is.
CREATE TABLE channel_check (
	tenant_id    uuid NOT NULL REFERENCES tenant,
	id           uuid NOT NULL,
	channel_id   uuid NOT NULL,
	school_id    uuid, -- of the channel
	checked_at   timestamptz NOT NULL,
	checked_on   date GENERATED ALWAYS AS ((checked_at AT TIME ZONE 'Europe/London')::date) STORED,
	found        text NOT NULL CHECK (found IN ('nothing', 'messages', 'concern')),
	note         text,
	checked_by   uuid NOT NULL,
	checked_name text NOT NULL,
	version      integer NOT NULL DEFAULT 1,
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, checked_by) REFERENCES person (tenant_id, id),
	CONSTRAINT channel_check_past CHECK (checked_at <= created_at)
);
CREATE INDEX channel_check_at ON channel_check (tenant_id, checked_at, id);
CREATE INDEX channel_check_by_school ON channel_check (tenant_id, school_id, checked_at, id);
CREATE INDEX channel_check_of ON channel_check (tenant_id, channel_id, checked_at, id);
SELECT declare_table('channel_check', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,channel_id,school_id,checked_at,checked_on,found,checked_by,version,created_at}',
	personal => '{note,checked_name}');
GRANT SELECT, INSERT ON channel_check TO chaperone_app;
CREATE POLICY sight ON channel_check FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
		OR channel_id = ANY ((SELECT me_watched())::uuid[])));
CREATE POLICY adding ON channel_check FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND checked_by = (SELECT me_person())
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
			OR channel_id = ANY ((SELECT me_watched())::uuid[]))
		AND EXISTS (SELECT FROM channel c WHERE c.tenant_id = channel_check.tenant_id AND c.id = channel_id
			AND c.school_id IS NOT DISTINCT FROM channel_check.school_id));

-- R1: what is looked for in public: the names of the tenant, its schools and its channels, never people's.
CREATE TABLE watch_term (
	tenant_id  uuid NOT NULL REFERENCES tenant,
	id         uuid NOT NULL,
	school_id  uuid, -- null: for the whole tenant
	kind       text NOT NULL CHECK (kind IN ('name', 'handle')),
	text       text NOT NULL CHECK (text <> ''),
	added_by   uuid NOT NULL,
	added_name text NOT NULL,
	removed_at timestamptz,
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, added_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX watch_term_once ON watch_term (tenant_id, school_id, kind, lower(text)) NULLS NOT DISTINCT
	WHERE removed_at IS NULL;
CREATE INDEX watch_term_created ON watch_term (tenant_id, created_at, id);
CREATE INDEX watch_term_at ON watch_term (tenant_id, school_id, created_at, id);
SELECT declare_table('watch_term', 'end + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,kind,text,added_by,removed_at,version,created_at}', personal => '{added_name}');
GRANT SELECT, INSERT ON watch_term TO chaperone_app;
GRANT UPDATE (removed_at, version) ON watch_term TO chaperone_app;
CREATE POLICY sight ON watch_term FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('colleague'))
		OR (school_id IS NULL AND (SELECT me_schools('colleague')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('colleague'))::uuid[])));
CREATE POLICY adding ON watch_term FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND added_by = (SELECT me_person())
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON watch_term FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));

-- R1 R2 R3: what somebody said in public, and what came of it. Of what is not public nothing is kept.
CREATE TABLE mention (
	tenant_id          uuid NOT NULL REFERENCES tenant,
	id                 uuid NOT NULL,
	school_id          uuid, -- null: of the whole tenant
	state              text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
	url                text NOT NULL,
	platform           text NOT NULL REFERENCES platform,
	author_handle      text,
	author_key         text GENERATED ALWAYS AS (nullif(lower(ltrim(btrim(author_handle), '@')), '')) STORED,
	excerpt            text NOT NULL CHECK (excerpt <> ''),
	public             boolean NOT NULL CONSTRAINT mention_public CHECK (public),
	watch_term_id      uuid,
	authorisation_id   uuid, -- of a second look at the same author
	action_taken       text NOT NULL CHECK (action_taken IN ('none', 'respond', 'incident', 'report')),
	playbook_reference text,
	found_at           timestamptz NOT NULL,
	found_by           uuid NOT NULL,
	found_name         text NOT NULL,
	closed_at          timestamptz,
	version            integer NOT NULL DEFAULT 1,
	created_at         timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, watch_term_id) REFERENCES watch_term (tenant_id, id),
	FOREIGN KEY (tenant_id, authorisation_id) REFERENCES monitoring_authorisation (tenant_id, id),
	FOREIGN KEY (tenant_id, found_by) REFERENCES person (tenant_id, id),
	CONSTRAINT mention_past CHECK (found_at <= created_at),
	CONSTRAINT mention_playbook CHECK (action_taken <> 'respond' OR playbook_reference IS NOT NULL),
	CONSTRAINT mention_closed CHECK (state <> 'closed' OR closed_at IS NOT NULL)
);
CREATE INDEX mention_created ON mention (tenant_id, created_at, id);
CREATE INDEX mention_at ON mention (tenant_id, school_id, created_at, id);
CREATE INDEX mention_author ON mention (tenant_id, platform, author_key) WHERE author_key IS NOT NULL;
CREATE TABLE mention_history (
	tenant_id  uuid NOT NULL,
	id         bigint GENERATED ALWAYS AS IDENTITY,
	mention_id uuid NOT NULL,
	at         timestamptz NOT NULL DEFAULT now(),
	actor_id   uuid,
	actor_name text,
	action     text NOT NULL,
	from_state text,
	to_state   text NOT NULL,
	note       text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, mention_id) REFERENCES mention (tenant_id, id)
);
CREATE INDEX mention_history_of ON mention_history (tenant_id, mention_id);
SELECT declare_table('mention', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,state,platform,public,watch_term_id,authorisation_id,action_taken,found_at,found_by,closed_at,version,created_at}',
	personal => '{url,author_handle,author_key,excerpt,playbook_reference,found_name}');
SELECT declare_table('mention_history', 'closure + 6 years', 'none',
	ordinary => '{tenant_id,id,mention_id,at,actor_id,action,from_state,to_state}', personal => '{actor_name,note}');

-- M9: a second look at the same author, wherever in the tenant the first one was, takes a recorded
-- authorisation that stands today. Who comes at the same time with the same author waits.
CREATE FUNCTION mention_looked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	v_key text := nullif(lower(ltrim(btrim(NEW.author_handle), '@')), ''); -- generated after this
BEGIN
	IF NEW.tenant_id IS DISTINCT FROM me_tenant() THEN RETURN NEW; END IF; -- which row security refuses
	PERFORM pg_advisory_xact_lock(28, hashtext(NEW.tenant_id || ' ' || NEW.platform || ' ' || v_key) & 1023);
	IF EXISTS (SELECT FROM mention m WHERE m.tenant_id = NEW.tenant_id AND m.platform = NEW.platform AND m.author_key = v_key)
		AND NOT EXISTS (SELECT FROM monitoring_authorisation a
			WHERE a.tenant_id = NEW.tenant_id AND a.id = NEW.authorisation_id AND a.state = 'active'
			  AND today() BETWEEN a.from_on AND a.until_on) THEN
		RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'mention_second_look',
			MESSAGE = 'a second look at one person needs a recorded authorisation with an expiry';
	END IF;
	RETURN NEW;
END
$$;
SELECT define('mention_looked()', 'chaperone_owner');
CREATE TRIGGER looked BEFORE INSERT ON mention FOR EACH ROW
	WHEN (NEW.author_handle IS NOT NULL) EXECUTE FUNCTION mention_looked();
CREATE TRIGGER in_sight AFTER INSERT ON mention_history
	FOR EACH ROW EXECUTE FUNCTION monitoring_in_sight();

GRANT SELECT, INSERT ON mention, mention_history TO chaperone_app;
GRANT UPDATE (state, action_taken, playbook_reference, closed_at, version) ON mention TO chaperone_app;
-- Whom an authorisation concerns does not see what was found by it either.
CREATE POLICY sight ON mention FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant())
		AND coalesce(authorisation_id <> ALL ((SELECT me_excluded())::uuid[]), true)
		AND (found_by = (SELECT me_person())
			OR (SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
			OR (SELECT me_wide('safeguarder')) OR school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])));
CREATE POLICY adding ON mention FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND found_by = (SELECT me_person()) AND state = 'open'
		AND ((SELECT me_wide('colleague')) OR school_id = ANY ((SELECT me_schools('colleague'))::uuid[])));
CREATE POLICY changing ON mention FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant())
		AND coalesce(authorisation_id <> ALL ((SELECT me_excluded())::uuid[]), true)
		AND (found_by = (SELECT me_person())
			OR (SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
			OR (SELECT me_wide('safeguarder')) OR school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])));
CREATE POLICY sight ON mention_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM mention m
		WHERE m.tenant_id = mention_history.tenant_id AND m.id = mention_id));
CREATE POLICY adding ON mention_history FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND actor_id = (SELECT me_person()));

INSERT INTO setting_default (place, key, value, type, unit, min, max, words, strength, strength_of, requirements, help, changes)
VALUES
	(51, 'monitor.days', '"working_days"', 'enum', NULL, NULL, NULL,
	 '{working_days,every_day,school_days}', '"should"', NULL, '{M1,M2}',
	 'On which days somebody looks at each channel: on working days, every day, holidays included, or while pupils are in.',
	 'A day that it asks for, and on which nobody looked at a channel, is listed as missed.'),
	(52, 'journalist.rule', '"do_not_respond_report_now"', 'enum', NULL, NULL, NULL,
	 '{follow_media_policy,do_not_respond_report_now}', '"must"', NULL, '{J1,J2}',
	 'What staff do when a journalist writes or rings: answer by the media policy once their words are approved, or never answer and report it at once.',
	 'With the second, staff log an enquiry and do no more; either way it waits for school leaders at once, and nobody answers before the words are approved.');
UPDATE setting_preset_value SET value = '"follow_media_policy"'
 WHERE key = 'journalist.rule' AND preset = 'independent_prep';
UPDATE setting_preset_value SET value = '"do_not_respond_report_now"'
 WHERE key = 'journalist.rule' AND preset = 'acceptable_use';
UPDATE setting_preset_value SET value = '"every_day"'
 WHERE key = 'monitor.days' AND preset IN ('independent_prep', 'acceptable_use');
-- "Moderated" says nothing of days.
DELETE FROM setting_preset_value WHERE key = 'monitor.days' AND preset = 'local_authority_primary';
