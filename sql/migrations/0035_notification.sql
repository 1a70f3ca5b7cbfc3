-- What happens, what comes due, and whom the service tells of it: once, by itself, in transactions of its own.

-- Something that people may be told of. Written with the change itself; told by the worker, which says so in told_at.
CREATE TABLE event (
	tenant_id    uuid NOT NULL REFERENCES tenant,
	id           uuid NOT NULL DEFAULT gen_random_uuid(),
	place        bigint GENERATED ALWAYS AS IDENTITY, -- the order in which they are told
	kind         text NOT NULL,
	subject_kind text NOT NULL CHECK (subject_kind IN ('message', 'channel_application', 'media_enquiry')),
	subject_id   uuid NOT NULL,
	school_id    uuid, -- the subject's place; null: the tenant itself
	actor_id     uuid, -- who did it, and need not be told; null: the service itself
	clock_id     uuid, -- whose time has come
	due_at       timestamptz,
	at           timestamptz NOT NULL DEFAULT now(),
	told_at      timestamptz,
	fault        text, -- the SQLSTATE for which nobody could be told
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT event_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	CONSTRAINT event_once UNIQUE (tenant_id, clock_id, kind, due_at) -- however often a clock is reckoned again
);
CREATE INDEX event_untold ON event (place) WHERE told_at IS NULL;
CREATE INDEX event_old ON event (told_at) WHERE told_at IS NOT NULL;

-- When the service has to do something about a clock. A clock that stops or moves takes its timers along.
CREATE TABLE timer (
	tenant_id uuid NOT NULL,
	clock_id  uuid NOT NULL,
	kind      text NOT NULL, -- of the event
	fires_at  timestamptz NOT NULL,
	due_at    timestamptz NOT NULL, -- the clock's
	PRIMARY KEY (tenant_id, clock_id, kind),
	CONSTRAINT timer_clock FOREIGN KEY (tenant_id, clock_id) REFERENCES clock (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX timer_at ON timer (fires_at);

-- What one person was told.
CREATE TABLE notification (
	tenant_id    uuid NOT NULL,
	id           uuid NOT NULL DEFAULT gen_random_uuid(),
	event_id     uuid NOT NULL,
	person_id    uuid NOT NULL,
	kind         text NOT NULL,
	urgent       boolean NOT NULL,
	subject_kind text NOT NULL,
	subject_id   uuid NOT NULL,
	school_id    uuid,
	due_at       timestamptz,
	seen_at      timestamptz,
	version      integer NOT NULL DEFAULT 1,
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT notification_once UNIQUE (tenant_id, event_id, person_id),
	CONSTRAINT notification_event FOREIGN KEY (tenant_id, event_id) REFERENCES event (tenant_id, id),
	CONSTRAINT notification_person FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
	CONSTRAINT notification_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id)
);
CREATE INDEX notification_newest ON notification (tenant_id, person_id, created_at, id);
CREATE INDEX notification_unseen ON notification (tenant_id, person_id, created_at, id) WHERE seen_at IS NULL;

SELECT declare_table('event', 'a year', 'none',
	ordinary => '{tenant_id,id,place,kind,subject_kind,subject_id,school_id,actor_id,clock_id,due_at,at,told_at,fault}');
SELECT declare_table('timer', 'until it fires', 'none', ordinary => '{tenant_id,clock_id,kind,fires_at,due_at}');
SELECT declare_table('notification', 'a year', 'none',
	ordinary => '{tenant_id,id,event_id,person_id,kind,urgent,subject_kind,subject_id,school_id,due_at,seen_at,version,created_at}');

GRANT SELECT ON notification TO chaperone_app;
GRANT UPDATE (seen_at, version) ON notification TO chaperone_app;
-- One's own, while one sees what it is about: whoever is excluded, or left out of the compartment, was never told.
CREATE POLICY sight ON notification FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND person_id = (SELECT me_person())
		AND CASE subject_kind
			WHEN 'message' THEN EXISTS (SELECT FROM message m
				WHERE m.tenant_id = notification.tenant_id AND m.id = subject_id)
			WHEN 'channel_application' THEN EXISTS (SELECT FROM channel_application a
				WHERE a.tenant_id = notification.tenant_id AND a.id = subject_id)
			WHEN 'media_enquiry' THEN EXISTS (SELECT FROM media_enquiry e
				WHERE e.tenant_id = notification.tenant_id AND e.id = subject_id) END);
CREATE POLICY changing ON notification FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND person_id = (SELECT me_person()));

-- A message happens to people when it comes, is somebody's, turns out to be more than a comment, or goes into the compartment.
CREATE FUNCTION message_happens() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	v_before text[] := '{}'; -- what it was already
	v_assignee uuid;
	v_safeguarding boolean := false;
BEGIN
	IF TG_OP = 'UPDATE' THEN
		v_before := coalesce(OLD.triage, '{}');
		v_assignee := OLD.assignee_id;
		v_safeguarding := OLD.safeguarding;
	END IF;
	INSERT INTO event (tenant_id, kind, subject_kind, subject_id, school_id, actor_id)
	SELECT NEW.tenant_id, k.kind, 'message', NEW.id, NEW.school_id, me_person()
	  FROM (VALUES
		('message_unassigned', (TG_OP = 'INSERT' OR v_assignee IS NOT NULL) AND NEW.assignee_id IS NULL AND NEW.state <> 'closed'),
		('message_assigned_to_me', NEW.assignee_id IS DISTINCT FROM v_assignee AND NEW.assignee_id IS NOT NULL),
		('message_safeguarding', NEW.safeguarding AND NOT v_safeguarding),
		('message_names_individual', NEW.triage && '{names_individual}' AND NOT v_before && '{names_individual}'),
		('message_media', NEW.triage && '{media}' AND NOT v_before && '{media}'),
		('message_information_rights', EXISTS (SELECT unnest(NEW.triage)
			INTERSECT SELECT unnest('{data_protection_complaint,freedom_of_information,subject_access}'::text[])
			EXCEPT SELECT unnest(v_before)))) k (kind, happens)
	 WHERE k.happens;
	RETURN NULL;
END
$$;
SELECT define('message_happens()', 'chaperone_owner');
CREATE TRIGGER happens AFTER INSERT ON message FOR EACH ROW EXECUTE FUNCTION message_happens();
CREATE TRIGGER happens_again AFTER UPDATE ON message FOR EACH ROW
	WHEN ((NEW.triage, NEW.assignee_id, NEW.safeguarding) IS DISTINCT FROM (OLD.triage, OLD.assignee_id, OLD.safeguarding))
	EXECUTE FUNCTION message_happens();

-- An application happens to whoever has to do something about it next, and to the applicant once it is decided.
CREATE FUNCTION application_happens() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	v_kinds text[] := CASE NEW.state WHEN 'submitted' THEN '{application_to_decide}'
		WHEN 'more_information' THEN '{application_to_answer}'
		WHEN 'approved' THEN '{application_decided,account_to_record}'
		WHEN 'rejected' THEN '{application_decided}' WHEN 'account_created' THEN '{application_decided}' END;
BEGIN
	INSERT INTO event (tenant_id, kind, subject_kind, subject_id, school_id, actor_id)
	SELECT NEW.tenant_id, k, 'channel_application', NEW.id, NEW.school_id, me_person() FROM unnest(v_kinds) k;
	RETURN NULL;
END
$$;
SELECT define('application_happens()', 'chaperone_owner');
CREATE TRIGGER happens AFTER UPDATE ON channel_application FOR EACH ROW
	WHEN ((NEW.state, NEW.step, NEW.revision) IS DISTINCT FROM (OLD.state, OLD.step, OLD.revision))
	EXECUTE FUNCTION application_happens();

CREATE FUNCTION media_enquiry_happens() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO event (tenant_id, kind, subject_kind, subject_id, school_id, actor_id, due_at)
	VALUES (NEW.tenant_id, CASE NEW.state WHEN 'received' THEN 'media_enquiry_to_decide' ELSE 'media_enquiry_decided' END,
		'media_enquiry', NEW.id, NEW.school_id, me_person(), NEW.deadline_at);
	RETURN NULL;
END
$$;
SELECT define('media_enquiry_happens()', 'chaperone_owner');
CREATE TRIGGER happens AFTER INSERT ON media_enquiry FOR EACH ROW EXECUTE FUNCTION media_enquiry_happens();
CREATE TRIGGER happens_again AFTER UPDATE ON media_enquiry FOR EACH ROW
	WHEN (NEW.state IS DISTINCT FROM OLD.state AND NEW.state IN ('approved', 'declined'))
	EXECUTE FUNCTION media_enquiry_happens();

-- Clocks that run already.
INSERT INTO timer (tenant_id, clock_id, kind, fires_at, due_at)
SELECT k.tenant_id, k.id, 'message_overdue', k.due_at, k.due_at FROM clock k WHERE k.stopped_at IS NULL AND k.due_at > now();
