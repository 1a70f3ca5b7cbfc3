-- Messages on channels and the clocks that they start (A8, A8a, A19); the safeguarding compartment begins here.

-- Sessions keep the circles they were given: there is one more now.
UPDATE session SET circles_version = NULL;

-- How often the calendar of a place has changed, and up to where its clocks were reckoned again.
CREATE TABLE calendar_version (
	tenant_id uuid NOT NULL REFERENCES tenant,
	place_id  uuid NOT NULL, -- the school, or the tenant itself
	version   integer NOT NULL DEFAULT 1,
	reckoned  integer NOT NULL DEFAULT 0,
	PRIMARY KEY (tenant_id, place_id),
	CONSTRAINT calendar_version_order CHECK (reckoned <= version)
);
CREATE INDEX calendar_version_waiting ON calendar_version (tenant_id, place_id) WHERE reckoned < version;
SELECT declare_table('calendar_version', 'life of the tenant', 'none',
	ordinary => '{tenant_id,place_id,version,reckoned}');

CREATE TABLE message (
	tenant_id      uuid NOT NULL REFERENCES tenant,
	id             uuid NOT NULL,
	school_id      uuid, -- the channel's, or where it came in; null: the tenant itself
	channel_id     uuid, -- null: it came by none of our channels
	state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'acknowledged', 'closed')),
	kind           text NOT NULL CHECK (kind IN ('comment', 'query', 'complaint', 'direct_message', 'mention', 'review', 'tag')),
	source         text NOT NULL CHECK (source IN ('own_channel', 'closed_group', 'third_party_page', 'email', 'phone', 'letter', 'in_person')),
	received_at    timestamptz NOT NULL,
	text           text NOT NULL CHECK (text <> ''),
	url            text,
	external_ref   text, -- what the platform calls it
	author_kind    text NOT NULL CHECK (author_kind IN ('parent', 'pupil', 'staff', 'ex_pupil', 'public', 'journalist', 'unknown')), -- M12
	author_confidence text NOT NULL CHECK (author_confidence IN ('confirmed', 'likely', 'unknown')),
	author_identity text NOT NULL CHECK (author_identity IN ('declared', 'pseudonymous', 'anonymous', 'unknown')), -- E5
	author_name    text,
	author_handle  text,
	author_contact text,
	-- What it is beside its kind; null: nobody has looked. Safeguarding ones stand in the compartment.
	triage         text[] CHECK (triage <@ '{data_protection_complaint,freedom_of_information,subject_access,safeguarding,self_generated_imagery,media,names_individual}'),
	safeguarding   boolean NOT NULL DEFAULT false,
	about_name     text, -- whom it names, in words
	assignee_id    uuid,
	assignee_name  text,
	acknowledged_at timestamptz,
	acknowledged_name text,
	answered_at    timestamptz,
	outcome        text CHECK (outcome IN ('acknowledged', 'answered', 'redirected', 'escalated', 'converted_to_complaint', 'hidden', 'no_reply_needed')),
	closed_at      timestamptz,
	next_due_at    timestamptz, -- of the clocks that run; null: none does, or nothing is promised
	due_order      timestamptz NOT NULL GENERATED ALWAYS AS (coalesce(next_due_at, timestamptz '9999-12-31 00:00:00+00')) STORED,
	recorded_by    uuid NOT NULL,
	recorded_name  text NOT NULL,
	version        integer NOT NULL DEFAULT 1,
	created_at     timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT message_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	CONSTRAINT message_channel FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id),
	CONSTRAINT message_assignee FOREIGN KEY (tenant_id, assignee_id) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, recorded_by) REFERENCES person (tenant_id, id),
	CONSTRAINT message_external UNIQUE (tenant_id, channel_id, external_ref),
	CONSTRAINT message_past CHECK (received_at <= created_at + interval '1 minute'),
	CONSTRAINT message_own_channel CHECK (source <> 'own_channel' OR channel_id IS NOT NULL),
	CONSTRAINT message_compartment CHECK (safeguarding OR NOT coalesce(triage, '{}') && '{safeguarding,self_generated_imagery}'),
	CONSTRAINT message_closed CHECK ((state = 'closed') = (outcome IS NOT NULL) AND (state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX message_newest ON message (tenant_id, received_at, id);
CREATE INDEX message_by_school ON message (tenant_id, school_id, received_at, id);
CREATE INDEX message_by_channel ON message (tenant_id, channel_id, received_at, id);
CREATE INDEX message_open ON message (tenant_id, due_order, id) WHERE state <> 'closed';
CREATE INDEX message_open_by_school ON message (tenant_id, school_id, due_order, id) WHERE state <> 'closed';
CREATE INDEX message_assigned ON message (tenant_id, assignee_id, due_order, id) WHERE state <> 'closed';
CREATE STATISTICS message_place (dependencies) ON tenant_id, school_id FROM message;

CREATE TABLE message_history (
	tenant_id  uuid NOT NULL,
	id         bigint GENERATED ALWAYS AS IDENTITY,
	message_id uuid NOT NULL,
	at         timestamptz NOT NULL DEFAULT now(),
	actor_id   uuid,
	actor_name text,
	action     text NOT NULL,
	from_state text,
	to_state   text NOT NULL,
	note       text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id)
);
CREATE INDEX message_history_of ON message_history (tenant_id, message_id, id);

-- Who beside the DSL works on what stands in the compartment.
CREATE TABLE message_handler (
	tenant_id   uuid NOT NULL,
	id          uuid NOT NULL,
	message_id  uuid NOT NULL,
	person_id   uuid NOT NULL,
	person_name text NOT NULL,
	reason      text,
	named_by    uuid NOT NULL,
	named_name  text NOT NULL,
	ended_at    timestamptz,
	created_at  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
	CONSTRAINT message_handler_person FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, named_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX message_handler_once ON message_handler (tenant_id, person_id, message_id) WHERE ended_at IS NULL;
CREATE INDEX message_handler_of ON message_handler (tenant_id, message_id);

-- One promise about one item: when it began, when it is due and why, what ended it.
CREATE TABLE clock (
	tenant_id        uuid NOT NULL,
	id               uuid NOT NULL,
	message_id       uuid NOT NULL,
	place_id         uuid NOT NULL, -- whose calendar it goes by: the school, or the tenant itself
	kind             text NOT NULL CHECK (kind IN ('response', 'answer', 'data_protection_complaint', 'freedom_of_information',
		'subject_access', 'breach', 'lado', 'complaint_acknowledgement', 'complaint_informal', 'complaint_formal', 'complaint_panel')),
	started_at       timestamptz NOT NULL,
	first_due_at     timestamptz, -- as it was reckoned at first
	due_at           timestamptz, -- null: nothing is promised
	because          jsonb NOT NULL,
	paused_on        date, -- since then; null: it runs
	paused_days      integer NOT NULL DEFAULT 0 CHECK (paused_days >= 0),
	stopped_at       timestamptz,
	stopped_name     text,
	stop             text CHECK (stop IN ('acknowledged', 'answered', 'fulfilled', 'not_applicable')),
	calendar_version integer NOT NULL, -- by which it was reckoned
	calendar_conflict boolean NOT NULL DEFAULT false, -- the calendar would have made it late: it keeps its due date
	version          integer NOT NULL DEFAULT 1,
	created_at       timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
	CONSTRAINT clock_stopped CHECK ((stopped_at IS NULL) = (stop IS NULL))
);
CREATE UNIQUE INDEX clock_running ON clock (tenant_id, message_id, kind) WHERE stopped_at IS NULL;
CREATE INDEX clock_of ON clock (tenant_id, message_id, started_at, id);
CREATE INDEX clock_at ON clock (tenant_id, place_id, id) WHERE stopped_at IS NULL;
CREATE TABLE clock_history (
	tenant_id  uuid NOT NULL,
	id         bigint GENERATED ALWAYS AS IDENTITY,
	clock_id   uuid NOT NULL,
	at         timestamptz NOT NULL DEFAULT now(),
	actor_id   uuid, -- null: the service itself
	actor_name text,
	action     text NOT NULL CHECK (action IN ('start', 'stop', 'pause', 'resume', 'calendar', 'conflict')),
	due_at     timestamptz,
	because    jsonb,
	note       text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, clock_id) REFERENCES clock (tenant_id, id)
);
CREATE INDEX clock_history_of ON clock_history (tenant_id, clock_id, id);

SELECT declare_table('message', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,channel_id,state,kind,source,received_at,external_ref,author_kind,author_confidence,author_identity,triage,safeguarding,assignee_id,acknowledged_at,answered_at,outcome,closed_at,next_due_at,due_order,recorded_by,version,created_at}',
	personal => '{text,url,author_name,author_handle,author_contact,about_name,assignee_name,acknowledged_name,recorded_name}');
SELECT declare_table('message_history', 'closure + 6 years', 'none',
	ordinary => '{tenant_id,id,message_id,at,actor_id,action,from_state,to_state}', personal => '{actor_name,note}');
SELECT declare_table('message_handler', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,message_id,person_id,named_by,ended_at,created_at}', personal => '{person_name,reason,named_name}');
SELECT declare_table('clock', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,message_id,place_id,kind,started_at,first_due_at,due_at,because,paused_on,paused_days,stopped_at,stop,calendar_version,calendar_conflict,version,created_at}',
	personal => '{stopped_name}');
SELECT declare_table('clock_history', 'closure + 6 years', 'none',
	ordinary => '{tenant_id,id,clock_id,at,actor_id,action,due_at,because}', personal => '{actor_name,note}');

-- The caller's own channels: on which they hold a grant at present, themselves or by a post or team.
CREATE FUNCTION me_channels() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN ARRAY(SELECT g.channel_id FROM channel_grant g
		 WHERE g.tenant_id = me_tenant() AND g.person_id = me_person() AND holds_now(g.from_on, g.until_on, g.ended_at)
		UNION SELECT g.channel_id FROM membership b JOIN channel_grant g ON g.tenant_id = b.tenant_id
			AND coalesce(g.post_id, g.team_id) = coalesce(b.post_id, b.team_id)
		 WHERE b.tenant_id = me_tenant() AND b.person_id = me_person() AND holds_now(b.from_on, b.until_on, b.ended_at)
		   AND holds_now(g.from_on, g.until_on, g.ended_at));
END
$$;
SELECT define('me_channels()', 'chaperone_app');
-- What the caller was named for in the compartment, while they hold anything at all.
CREATE FUNCTION me_handling() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN ARRAY(SELECT h.message_id FROM message_handler h
		 WHERE h.tenant_id = me_tenant() AND h.person_id = me_person() AND h.ended_at IS NULL
		   AND (me_wide('member') OR me_schools('member') <> '{}'));
END
$$;
SELECT define('me_handling()', 'chaperone_app');

-- A message is due when the first of its clocks is; and what happened to a clock is written down with it.
CREATE FUNCTION clock_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO clock_history (tenant_id, clock_id, actor_id, actor_name, action, due_at, because)
	SELECT NEW.tenant_id, NEW.id, me_person(), nullif(me_name(), ''), CASE
			WHEN TG_OP = 'INSERT' THEN 'start'
			WHEN NEW.stopped_at IS NOT NULL AND OLD.stopped_at IS NULL THEN 'stop'
			WHEN NEW.paused_on IS NOT NULL AND OLD.paused_on IS NULL THEN 'pause'
			WHEN NEW.paused_on IS NULL AND OLD.paused_on IS NOT NULL THEN 'resume'
			WHEN NEW.calendar_conflict AND NOT OLD.calendar_conflict THEN 'conflict'
			ELSE 'calendar' END, NEW.due_at, NEW.because
	 WHERE TG_OP = 'INSERT' OR (NEW.due_at, NEW.paused_on, NEW.stopped_at, NEW.calendar_conflict)
			IS DISTINCT FROM (OLD.due_at, OLD.paused_on, OLD.stopped_at, OLD.calendar_conflict);
	UPDATE message m SET next_due_at = (SELECT min(c.due_at) FROM clock c
		WHERE c.tenant_id = m.tenant_id AND c.message_id = m.id AND c.stopped_at IS NULL)
	 WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.message_id;
	RETURN NULL;
END
$$;
SELECT define('clock_touch()', 'chaperone_owner');
CREATE TRIGGER touch_message AFTER INSERT OR UPDATE ON clock
	FOR EACH ROW EXECUTE FUNCTION clock_touch();

-- A change of a calendar makes the clocks of its places be reckoned again: a school's its own, the tenant's those
-- of all its schools, a bank holiday everybody's.
CREATE FUNCTION calendar_touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'bank_holiday' THEN
		INSERT INTO calendar_version AS v (tenant_id, place_id)
		SELECT t.id, t.id FROM tenant t UNION ALL SELECT s.tenant_id, s.id FROM school s
		ON CONFLICT (tenant_id, place_id) DO UPDATE SET version = v.version + 1;
	ELSE
		INSERT INTO calendar_version AS v (tenant_id, place_id)
		SELECT DISTINCT w.tenant_id, p.id FROM written w, LATERAL (
			SELECT w.school_id AS id WHERE w.school_id IS NOT NULL
			UNION ALL SELECT w.tenant_id WHERE w.school_id IS NULL
			UNION ALL SELECT s.id FROM school s WHERE w.school_id IS NULL AND s.tenant_id = w.tenant_id) p
		 ORDER BY 1, 2
		ON CONFLICT (tenant_id, place_id) DO UPDATE SET version = v.version + 1;
	END IF;
	RETURN NULL;
END
$$;
SELECT define('calendar_touch()', 'chaperone_owner');
CREATE TRIGGER touch_added AFTER INSERT ON calendar_period
	REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION calendar_touch();
CREATE TRIGGER touch_changed AFTER UPDATE ON calendar_period
	REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION calendar_touch();
CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON bank_holiday
	FOR EACH STATEMENT EXECUTE FUNCTION calendar_touch();

GRANT SELECT ON calendar_version TO chaperone_app;
GRANT SELECT ON clock_history TO chaperone_app;
GRANT SELECT, INSERT ON message, message_history, message_handler, clock TO chaperone_app;
GRANT UPDATE (state, kind, author_kind, author_confidence, author_identity, author_name, author_handle, author_contact, triage,
	about_name, assignee_id, assignee_name, acknowledged_at, acknowledged_name, answered_at, outcome, closed_at, version)
	ON message TO chaperone_app;
GRANT UPDATE (ended_at) ON message_handler TO chaperone_app;
GRANT UPDATE (due_at, because, paused_on, paused_days, stopped_at, stopped_name, stop, calendar_version, calendar_conflict, version)
	ON clock TO chaperone_app;

CREATE POLICY sight ON calendar_version FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('member'))
		OR (place_id = tenant_id AND (SELECT me_schools('member')) <> '{}')
		OR place_id = ANY ((SELECT me_schools('member'))::uuid[])));
-- An ordinary message: those who decide or run, the DSL, whoever recorded it or works on it, and who runs its channel. One in the
-- compartment: the DSL, and whom the DSL named for it.
CREATE POLICY sight ON message FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND ((SELECT me_wide('safeguarder')) OR school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])
			OR CASE WHEN safeguarding THEN id = ANY ((SELECT me_handling())::uuid[])
				ELSE (SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
					OR ((SELECT me_wide('member')) OR (SELECT me_schools('member')) <> '{}')
						AND (recorded_by = (SELECT me_person()) OR assignee_id = (SELECT me_person())
							OR channel_id = ANY ((SELECT me_channels())::uuid[])) END));
CREATE POLICY adding ON message FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND recorded_by = (SELECT me_person()) AND NOT safeguarding
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
			OR (SELECT me_wide('safeguarder')) OR school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])
			OR channel_id = ANY ((SELECT me_channels())::uuid[])));
CREATE POLICY changing ON message FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND ((SELECT me_wide('safeguarder')) OR school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])
			OR CASE WHEN safeguarding THEN id = ANY ((SELECT me_handling())::uuid[])
				ELSE (SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
					OR ((SELECT me_wide('member')) OR (SELECT me_schools('member')) <> '{}')
						AND (recorded_by = (SELECT me_person()) OR assignee_id = (SELECT me_person())
							OR channel_id = ANY ((SELECT me_channels())::uuid[])) END));
CREATE POLICY sight ON message_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM message m
		WHERE m.tenant_id = message_history.tenant_id AND m.id = message_id));
CREATE POLICY adding ON message_history FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND actor_id = (SELECT me_person()));
-- Afterwards and not in the policy: the first is written with the message. As whoever writes, so that row security answers.
CREATE FUNCTION message_told() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM message m WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.message_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = 'nothing is added to what is out of sight';
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER in_sight AFTER INSERT ON message_history FOR EACH ROW EXECUTE FUNCTION message_told();
CREATE POLICY sight ON message_handler FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM message m
		WHERE m.tenant_id = message_handler.tenant_id AND m.id = message_id));
CREATE POLICY adding ON message_handler FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND named_by = (SELECT me_person())
		AND EXISTS (SELECT FROM message m WHERE m.tenant_id = message_handler.tenant_id AND m.id = message_id AND m.safeguarding
			AND ((SELECT me_wide('safeguarder')) OR m.school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[]))));
CREATE POLICY changing ON message_handler FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM message m
		WHERE m.tenant_id = message_handler.tenant_id AND m.id = message_id
			AND ((SELECT me_wide('safeguarder')) OR m.school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[]))));
CREATE POLICY sight ON clock FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM message m
		WHERE m.tenant_id = clock.tenant_id AND m.id = message_id));
CREATE POLICY adding ON clock FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM message m
		WHERE m.tenant_id = clock.tenant_id AND m.id = message_id));
CREATE POLICY changing ON clock FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM message m
		WHERE m.tenant_id = clock.tenant_id AND m.id = message_id));
CREATE POLICY sight ON clock_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM clock c
		WHERE c.tenant_id = clock_history.tenant_id AND c.id = clock_id));

-- Whom a message names may be kept from it, by whoever could read it as a leader or as the DSL.
ALTER POLICY sight ON exclusion
	USING (tenant_id = (SELECT me_tenant()) AND (
		(((SELECT me_wide('leader')) OR (SELECT me_schools('leader')) <> '{}')
			AND EXISTS (SELECT FROM channel_application a WHERE a.tenant_id = exclusion.tenant_id AND a.id = subject_id))
		OR EXISTS (SELECT FROM message m WHERE m.tenant_id = exclusion.tenant_id AND m.id = subject_id)));
ALTER POLICY adding ON exclusion
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND excluded_by = (SELECT me_person())
		AND subject_id <> ALL ((SELECT me_operating())::uuid[])
		AND (EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = exclusion.tenant_id AND a.id = subject_id
			  AND (SELECT me_person()) NOT IN (a.applicant_id, a.recorded_by)
			  AND ((SELECT me_wide('leader')) OR a.school_id = ANY ((SELECT me_schools('leader'))::uuid[])))
		OR EXISTS (SELECT FROM message m WHERE m.tenant_id = exclusion.tenant_id AND m.id = subject_id)));

INSERT INTO setting_default (place, key, value, type, unit, min, max, words, strength, strength_of, requirements, help, changes)
VALUES (42, 'clock.ack_stops_clock', 'true', 'boolean', NULL, NULL, NULL, NULL, NULL, 'clock.response_hours', '{M5}',
	'Whether a first answer may only acknowledge receipt.',
	'Acknowledging a message stops the clock of its first answer; otherwise only the answer does.');
