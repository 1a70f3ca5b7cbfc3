-- Moderation: what was hidden, deleted, blocked or reported, why, what the audience was told, and who appealed (A9).

-- The words for the audience, one for each house rule; null school_id: every school's.
CREATE TABLE moderation_reason (
	tenant_id   uuid NOT NULL REFERENCES tenant,
	id          uuid NOT NULL,
	school_id   uuid,
	house_rule  text NOT NULL CHECK (house_rule <> ''),
	public_text text NOT NULL CHECK (public_text <> ''),
	retired     boolean NOT NULL DEFAULT false, -- nobody names it any more
	version     integer NOT NULL DEFAULT 1,
	created_at  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT moderation_reason_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	CONSTRAINT moderation_reason_once UNIQUE NULLS NOT DISTINCT (tenant_id, school_id, house_rule)
);
CREATE INDEX moderation_reason_newest ON moderation_reason (tenant_id, created_at, id);
CREATE INDEX moderation_reason_at ON moderation_reason (tenant_id, school_id, created_at, id);

-- A snapshot is evidence of the very message.
ALTER TABLE evidence ADD CONSTRAINT evidence_of_message UNIQUE (tenant_id, message_id, id);

CREATE TABLE moderation_action (
	tenant_id         uuid NOT NULL REFERENCES tenant,
	id                uuid NOT NULL,
	school_id         uuid, -- the message's or the channel's, which do not change; null: the tenant itself
	message_id        uuid, -- what it is about; null: something on the channel that nobody recorded
	channel_id        uuid, -- the message's, if it has one
	state             text NOT NULL CHECK (state IN ('open', 'taken', 'complete', 'appealed', 'overturned', 'withdrawn')),
	kind              text NOT NULL CHECK (kind IN ('block', 'mute', 'hide', 'delete', 'report_to_platform', 'restrict', 'warn')),
	reason            text NOT NULL CHECK (reason <> ''),
	target_author     text,
	target_url        text,
	target_person_id  uuid, -- whom what was said is aimed at: blind to this, and never its moderator (B7)
	taken_at          timestamptz,
	taken_by          uuid,
	taken_name        text,
	snapshot_id       uuid, -- what shows that it was there
	no_snapshot_reason text CHECK (no_snapshot_reason IN ('illegal_imagery', 'already_gone', 'safety')),
	no_snapshot_words text,
	moderation_reason_id uuid,
	public_reason     text,
	public_reason_posted_at timestamptz,
	public_reason_url text,
	waived_at         timestamptz, -- the DSL: telling the audience would do harm
	waived_by         uuid,
	waived_name       text,
	waive_reason      text,
	completed_at      timestamptz,
	overturned_at     timestamptz,
	recorded_by       uuid NOT NULL,
	recorded_name     text NOT NULL,
	version           integer NOT NULL DEFAULT 1,
	created_at        timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT moderation_action_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	CONSTRAINT moderation_action_message FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id),
	CONSTRAINT moderation_action_channel FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id),
	CONSTRAINT moderation_action_target_person FOREIGN KEY (tenant_id, target_person_id) REFERENCES person (tenant_id, id),
	CONSTRAINT moderation_action_taken_by FOREIGN KEY (tenant_id, taken_by) REFERENCES person (tenant_id, id),
	CONSTRAINT moderation_action_waived_by FOREIGN KEY (tenant_id, waived_by) REFERENCES person (tenant_id, id),
	CONSTRAINT moderation_action_recorded_by FOREIGN KEY (tenant_id, recorded_by) REFERENCES person (tenant_id, id),
	CONSTRAINT moderation_action_template FOREIGN KEY (tenant_id, moderation_reason_id)
		REFERENCES moderation_reason (tenant_id, id),
	CONSTRAINT moderation_action_evidence FOREIGN KEY (tenant_id, message_id, snapshot_id)
		REFERENCES evidence (tenant_id, message_id, id),
	CONSTRAINT moderation_action_target CHECK (message_id IS NOT NULL
		OR channel_id IS NOT NULL AND num_nonnulls(target_author, target_url) > 0),
	CONSTRAINT moderation_action_not_personal CHECK (target_person_id <> ALL (ARRAY[recorded_by, taken_by, waived_by])),
	CONSTRAINT moderation_action_past CHECK (taken_at <= now() + interval '1 minute'),
	CONSTRAINT moderation_action_taken CHECK ((state IN ('open', 'withdrawn')) = (taken_at IS NULL)
		AND num_nulls(taken_at, taken_by, taken_name) IN (0, 3)),
	CONSTRAINT moderation_action_safety CHECK (no_snapshot_reason IS DISTINCT FROM 'safety' OR no_snapshot_words IS NOT NULL),
	CONSTRAINT moderation_action_posted CHECK (public_reason_posted_at IS NULL OR public_reason IS NOT NULL),
	CONSTRAINT moderation_action_waived CHECK (num_nulls(waived_at, waived_by, waived_name, waive_reason) IN (0, 4)),
	CONSTRAINT moderation_action_snapshot CHECK (state <> 'complete' OR kind NOT IN ('hide', 'delete')
		OR num_nonnulls(snapshot_id, no_snapshot_reason) > 0),
	CONSTRAINT moderation_action_snapshot_of CHECK (snapshot_id IS NULL OR message_id IS NOT NULL),
	CONSTRAINT moderation_action_told CHECK (state <> 'complete' OR kind NOT IN ('block', 'hide', 'delete')
		OR num_nonnulls(public_reason_posted_at, waived_at) > 0)
);
CREATE INDEX moderation_action_newest ON moderation_action (tenant_id, created_at, id);
CREATE INDEX moderation_action_by_school ON moderation_action (tenant_id, school_id, created_at, id);
CREATE INDEX moderation_action_of ON moderation_action (tenant_id, message_id, created_at, id) WHERE message_id IS NOT NULL;
CREATE INDEX moderation_action_by_channel ON moderation_action (tenant_id, channel_id, created_at, id);
CREATE INDEX moderation_action_untold ON moderation_action (tenant_id, taken_at, id)
	WHERE state IN ('taken', 'appealed') AND public_reason_posted_at IS NULL AND waived_at IS NULL;
CREATE STATISTICS moderation_action_place (dependencies) ON tenant_id, school_id FROM moderation_action;

CREATE TABLE moderation_history (
	tenant_id  uuid NOT NULL,
	id         bigint GENERATED ALWAYS AS IDENTITY,
	action_id  uuid NOT NULL,
	at         timestamptz NOT NULL DEFAULT now(),
	actor_id   uuid,
	actor_name text,
	action     text NOT NULL,
	from_state text,
	to_state   text NOT NULL,
	note       text,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT moderation_history_action FOREIGN KEY (tenant_id, action_id) REFERENCES moderation_action (tenant_id, id)
);
CREATE INDEX moderation_history_of ON moderation_history (tenant_id, action_id, id);

-- What a platform was told, and what it made of it (B6).
CREATE TABLE moderation_report (
	tenant_id          uuid NOT NULL,
	id                 uuid NOT NULL,
	action_id          uuid NOT NULL,
	platform_reference text,
	status             text NOT NULL CHECK (status IN ('sent', 'acknowledged', 'removed', 'refused')),
	reported_at        timestamptz NOT NULL,
	chase_on           date NOT NULL, -- ask again then, unless the platform has decided
	reported_by        uuid NOT NULL,
	reported_name      text NOT NULL,
	version            integer NOT NULL DEFAULT 1,
	created_at         timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT moderation_report_action FOREIGN KEY (tenant_id, action_id) REFERENCES moderation_action (tenant_id, id),
	CONSTRAINT moderation_report_by FOREIGN KEY (tenant_id, reported_by) REFERENCES person (tenant_id, id),
	CONSTRAINT moderation_report_past CHECK (reported_at <= created_at + interval '1 minute')
);
CREATE INDEX moderation_report_of ON moderation_report (tenant_id, action_id, reported_at, id);
CREATE INDEX moderation_report_chase ON moderation_report (tenant_id, chase_on, id) WHERE status IN ('sent', 'acknowledged');

-- Who was moderated objects; somebody judges who neither took it nor recorded it.
CREATE TABLE moderation_appeal (
	tenant_id    uuid NOT NULL,
	id           uuid NOT NULL,
	action_id    uuid NOT NULL,
	by_name      text NOT NULL CHECK (by_name <> ''),
	text         text NOT NULL CHECK (text <> ''),
	received_at  timestamptz NOT NULL,
	from_state   text NOT NULL CHECK (from_state IN ('taken', 'complete')), -- which it has again when upheld
	taken_by     uuid NOT NULL,
	recorded_by  uuid NOT NULL,
	opened_by    uuid NOT NULL,
	opened_name  text NOT NULL,
	outcome      text CHECK (outcome IN ('upheld', 'overturned')),
	decision     text,
	decided_at   timestamptz,
	decided_by   uuid,
	decided_name text,
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT moderation_appeal_action FOREIGN KEY (tenant_id, action_id) REFERENCES moderation_action (tenant_id, id),
	CONSTRAINT moderation_appeal_taken_by FOREIGN KEY (tenant_id, taken_by) REFERENCES person (tenant_id, id),
	CONSTRAINT moderation_appeal_recorded_by FOREIGN KEY (tenant_id, recorded_by) REFERENCES person (tenant_id, id),
	CONSTRAINT moderation_appeal_opened_by FOREIGN KEY (tenant_id, opened_by) REFERENCES person (tenant_id, id),
	CONSTRAINT moderation_appeal_decided_by FOREIGN KEY (tenant_id, decided_by) REFERENCES person (tenant_id, id),
	CONSTRAINT moderation_appeal_past CHECK (received_at <= created_at + interval '1 minute'),
	CONSTRAINT moderation_appeal_decided CHECK (num_nulls(outcome, decision, decided_at, decided_by, decided_name) IN (0, 5)),
	CONSTRAINT moderation_appeal_four_eyes CHECK (decided_by <> ALL (ARRAY[taken_by, recorded_by]))
);
CREATE UNIQUE INDEX moderation_appeal_open ON moderation_appeal (tenant_id, action_id) WHERE decided_at IS NULL;
CREATE INDEX moderation_appeal_of ON moderation_appeal (tenant_id, action_id, created_at, id);

SELECT declare_table('moderation_reason', 'life of the tenant', 'rows',
	ordinary => '{tenant_id,id,school_id,retired,version,created_at}', personal => '{house_rule,public_text}');
SELECT declare_table('moderation_action', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,message_id,channel_id,state,kind,target_person_id,taken_at,taken_by,snapshot_id,no_snapshot_reason,moderation_reason_id,public_reason_posted_at,waived_at,waived_by,completed_at,overturned_at,recorded_by,version,created_at}',
	personal => '{reason,target_author,target_url,taken_name,no_snapshot_words,public_reason,public_reason_url,waived_name,waive_reason,recorded_name}');
SELECT declare_table('moderation_history', 'closure + 6 years', 'none',
	ordinary => '{tenant_id,id,action_id,at,actor_id,action,from_state,to_state}', personal => '{actor_name,note}');
SELECT declare_table('moderation_report', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,action_id,status,reported_at,chase_on,reported_by,version,created_at}',
	personal => '{platform_reference,reported_name}');
SELECT declare_table('moderation_appeal', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,action_id,received_at,from_state,taken_by,recorded_by,opened_by,outcome,decided_at,decided_by,created_at}',
	personal => '{by_name,text,opened_name,decision,decided_name}');

GRANT SELECT, INSERT ON moderation_reason, moderation_action, moderation_history, moderation_report, moderation_appeal
	TO chaperone_app;
GRANT UPDATE (house_rule, public_text, retired, version) ON moderation_reason TO chaperone_app;
GRANT UPDATE (state, taken_at, taken_by, taken_name, snapshot_id, no_snapshot_reason, no_snapshot_words, moderation_reason_id, public_reason,
	public_reason_posted_at, public_reason_url, waived_at, waived_by, waived_name, waive_reason, completed_at, overturned_at,
	version) ON moderation_action TO chaperone_app;
GRANT UPDATE (platform_reference, status, chase_on, version) ON moderation_report TO chaperone_app;
GRANT UPDATE (outcome, decision, decided_at, decided_by, decided_name) ON moderation_appeal TO chaperone_app;

CREATE POLICY sight ON moderation_reason FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY adding ON moderation_reason FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON moderation_reason FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));

-- About a message: whoever sees the message, so the compartment and its exclusions hold here as well. Without one: those who decide
-- or run, the DSL, whoever recorded it, and who runs the channel. Never whom it is aimed at.
CREATE POLICY sight ON moderation_action FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND CASE WHEN message_id IS NULL
			THEN (SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
				OR (SELECT me_wide('safeguarder')) OR school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])
				OR ((SELECT me_wide('member')) OR (SELECT me_schools('member')) <> '{}')
					AND (recorded_by = (SELECT me_person()) OR channel_id = ANY ((SELECT me_channels())::uuid[]))
			ELSE EXISTS (SELECT FROM message m WHERE m.tenant_id = moderation_action.tenant_id AND m.id = message_id) END);
CREATE POLICY adding ON moderation_action FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND recorded_by = (SELECT me_person()) AND state IN ('open', 'taken')
		AND waived_by IS NULL AND CASE WHEN message_id IS NULL
			THEN EXISTS (SELECT FROM channel c WHERE c.tenant_id = moderation_action.tenant_id AND c.id = channel_id
					AND c.school_id IS NOT DISTINCT FROM moderation_action.school_id)
				AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
				OR (SELECT me_wide('safeguarder')) OR school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])
				OR channel_id = ANY ((SELECT me_channels())::uuid[]))
			ELSE EXISTS (SELECT FROM message m WHERE m.tenant_id = moderation_action.tenant_id AND m.id = message_id
				AND m.school_id IS NOT DISTINCT FROM moderation_action.school_id
				AND m.channel_id IS NOT DISTINCT FROM moderation_action.channel_id) END);
CREATE POLICY changing ON moderation_action FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND CASE WHEN message_id IS NULL
			THEN (SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
				OR (SELECT me_wide('safeguarder')) OR school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])
				OR ((SELECT me_wide('member')) OR (SELECT me_schools('member')) <> '{}')
					AND (recorded_by = (SELECT me_person()) OR channel_id = ANY ((SELECT me_channels())::uuid[]))
			ELSE EXISTS (SELECT FROM message m WHERE m.tenant_id = moderation_action.tenant_id AND m.id = message_id) END);

-- What hangs on an action is seen with it.
CREATE POLICY sight ON moderation_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM moderation_action x
		WHERE x.tenant_id = moderation_history.tenant_id AND x.id = action_id));
CREATE POLICY adding ON moderation_history FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND actor_id = (SELECT me_person()));
CREATE POLICY sight ON moderation_report FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM moderation_action x
		WHERE x.tenant_id = moderation_report.tenant_id AND x.id = action_id));
CREATE POLICY adding ON moderation_report FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND reported_by = (SELECT me_person()) AND EXISTS (SELECT FROM moderation_action x
		WHERE x.tenant_id = moderation_report.tenant_id AND x.id = action_id));
CREATE POLICY changing ON moderation_report FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM moderation_action x
		WHERE x.tenant_id = moderation_report.tenant_id AND x.id = action_id));
CREATE POLICY sight ON moderation_appeal FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM moderation_action x
		WHERE x.tenant_id = moderation_appeal.tenant_id AND x.id = action_id));
CREATE POLICY adding ON moderation_appeal FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND opened_by = (SELECT me_person()) AND decided_by IS NULL
		AND EXISTS (SELECT FROM moderation_action x
			WHERE x.tenant_id = moderation_appeal.tenant_id AND x.id = action_id
			  AND x.taken_by = moderation_appeal.taken_by AND x.recorded_by = moderation_appeal.recorded_by));
-- Once, by oneself, and then never again.
CREATE POLICY changing ON moderation_appeal FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND decided_by IS NULL AND EXISTS (SELECT FROM moderation_action x
		WHERE x.tenant_id = moderation_appeal.tenant_id AND x.id = action_id))
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND decided_by = (SELECT me_person()));

-- Whom it is aimed at may be kept from it, by whoever sees it; beside the policies that stand there for other subjects.
CREATE POLICY moderation_sight ON exclusion FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM moderation_action x
		WHERE x.tenant_id = exclusion.tenant_id AND x.id = subject_id));
CREATE POLICY moderation_adding ON exclusion FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND excluded_by = (SELECT me_person()) AND EXISTS (SELECT FROM moderation_action x
		WHERE x.tenant_id = exclusion.tenant_id AND x.id = subject_id AND x.target_person_id = person_id));

-- Afterwards and not in the policy: the first is written with the action. As whoever writes, so that row security answers.
CREATE FUNCTION moderation_said() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM FROM moderation_action x WHERE x.tenant_id = NEW.tenant_id AND x.id = NEW.action_id;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = 'nothing is added to what is out of sight';
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER in_sight AFTER INSERT ON moderation_history FOR EACH ROW EXECUTE FUNCTION moderation_said();

-- Telling the audience nothing is the DSL's decision, whatever else the caller may change.
CREATE FUNCTION moderation_waiving() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.waived_by IS DISTINCT FROM me_person()
	   OR NOT (me_wide('safeguarder') OR coalesce(NEW.school_id = ANY (me_schools('safeguarder')), false)) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege', MESSAGE = 'the DSL waives a public reason';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER waiving BEFORE UPDATE ON moderation_action FOR EACH ROW
	WHEN ((NEW.waived_at, NEW.waived_by, NEW.waived_name, NEW.waive_reason)
		IS DISTINCT FROM (OLD.waived_at, OLD.waived_by, OLD.waived_name, OLD.waive_reason))
	EXECUTE FUNCTION moderation_waiving();
