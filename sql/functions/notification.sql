-- Whom the service tells of what happened, and of what has come due.

-- Timers whose time has come become events; one that another instance is at is left to it.
CREATE OR REPLACE FUNCTION timers_fire(p_limit integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_fired integer;
BEGIN
	WITH due AS (
		SELECT t.tenant_id, t.clock_id, t.kind FROM timer t WHERE t.fires_at <= now()
		 ORDER BY t.fires_at LIMIT p_limit FOR UPDATE SKIP LOCKED
	), fired AS (
		DELETE FROM timer t USING due d
		 WHERE t.tenant_id = d.tenant_id AND t.clock_id = d.clock_id AND t.kind = d.kind
		RETURNING t.*
	), happens AS (
		INSERT INTO event (tenant_id, kind, subject_kind, subject_id, school_id, clock_id, due_at)
		SELECT f.tenant_id, f.kind, 'message', m.id, m.school_id, f.clock_id, f.due_at
		  FROM fired f JOIN clock k ON k.tenant_id = f.tenant_id AND k.id = f.clock_id
		  JOIN message m ON m.tenant_id = k.tenant_id AND m.id = k.message_id
		    ON CONFLICT DO NOTHING
	)
	SELECT count(*) INTO v_fired FROM fired;
	RETURN v_fired;
END
$$;
GRANT EXECUTE ON FUNCTION timers_fire(integer) TO chaperone_worker;

-- Who holds a role or a duty at a school, or of the whole tenant where nobody does at the school.
CREATE OR REPLACE FUNCTION holding(p_tenant uuid, p_school uuid, p_word text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN QUERY
	WITH held AS (
		SELECT a.person_id, x.school_id IS NOT NULL AS here
		  FROM appointment a
		  LEFT JOIN appointment_school x ON x.tenant_id = a.tenant_id AND x.appointment_id = a.id AND x.school_id = p_school
		 WHERE a.tenant_id = p_tenant AND a.state = 'active' AND appointment_current(a)
		   AND (a.role = p_word OR p_word = ANY (a.duties)) AND (a.scope = 'tenant' OR x.school_id IS NOT NULL)
	)
	SELECT DISTINCT h.person_id FROM held h WHERE h.here OR NOT EXISTS (SELECT FROM held o WHERE o.here);
END
$$;
REVOKE EXECUTE ON FUNCTION holding(uuid, uuid, text) FROM PUBLIC;

-- Whom a word of the table in models/notice.c means for an event; in the context of its tenant.
CREATE OR REPLACE FUNCTION event_people(e event, p_whom text) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	CASE p_whom
	WHEN 'assignee' THEN
		RETURN QUERY SELECT m.assignee_id FROM message m WHERE m.tenant_id = e.tenant_id AND m.id = e.subject_id;
	WHEN 'channel' THEN
		RETURN QUERY SELECT h.person_id FROM message m
		  JOIN channel_grant g ON g.tenant_id = m.tenant_id AND g.channel_id = m.channel_id
		   AND g.access IN ('admin', 'moderator') AND holds_now(g.from_on, g.until_on, g.ended_at),
		       holders_of(g.tenant_id, g.person_id, coalesce(g.post_id, g.team_id), NULL) h
		 WHERE m.tenant_id = e.tenant_id AND m.id = e.subject_id;
	WHEN 'handler' THEN
		RETURN QUERY SELECT h.person_id FROM message_handler h
		 WHERE h.tenant_id = e.tenant_id AND h.message_id = e.subject_id AND h.ended_at IS NULL;
	WHEN 'applicant' THEN
		RETURN QUERY SELECT a.applicant_id FROM channel_application a WHERE a.tenant_id = e.tenant_id AND a.id = e.subject_id;
	WHEN 'decider' THEN
		RETURN QUERY SELECT d.person_id FROM application_deciders(e.subject_id) d WHERE d.may;
	WHEN 'recorder' THEN
		RETURN QUERY SELECT q.logged_by FROM media_enquiry q WHERE q.tenant_id = e.tenant_id AND q.id = e.subject_id;
	ELSE
		RETURN QUERY SELECT holding(e.tenant_id, e.school_id, p_whom);
	END CASE;
END
$$;
REVOKE EXECUTE ON FUNCTION event_people(event, text) FROM PUBLIC;

-- The worker's context: nobody yet, past the circles of a tenant.
CREATE OR REPLACE FUNCTION stand_wide(p_tenant uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	PERFORM set_config('me.' || k, v, true) FROM (VALUES ('tenant', p_tenant::text), ('person', ''), ('identity', ''),
		('excluded', '{}'), ('operating', '{}'), ('member', '*'), ('colleague', '*'), ('keeper', '*'), ('leader', '*'),
		('safeguarder', '*')) x (k, v);
END
$$;
REVOKE EXECUTE ON FUNCTION stand_wide(uuid) FROM PUBLIC;

-- The worker's context: as enter() would have it for this person. False: they have left.
CREATE OR REPLACE FUNCTION stand_for(p_tenant uuid, p_person uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	p person;
	v_circles text[] := circles_of(p_tenant, p_person, today());
BEGIN
	SELECT * INTO p FROM person WHERE tenant_id = p_tenant AND id = p_person AND (left_on IS NULL OR left_on >= today());
	IF NOT FOUND THEN RETURN false; END IF;
	PERFORM set_config('me.' || k, v, true) FROM (VALUES ('tenant', p_tenant::text), ('person', p_person::text),
		('identity', coalesce(p.identity_id::text, '')), ('member', v_circles[1]), ('colleague', v_circles[2]), ('keeper', v_circles[3]),
		('leader', v_circles[4]), ('safeguarder', v_circles[5]),
		('excluded', ARRAY(SELECT e.subject_id FROM person o JOIN exclusion e ON e.tenant_id = o.tenant_id AND e.person_id = o.id
			WHERE o.id = p.id AND o.tenant_id = p_tenant OR o.identity_id = p.identity_id)::text),
		('operating', ARRAY(SELECT o.application_id FROM application_operator o
			WHERE o.tenant_id = p_tenant AND o.person_id = p_person)::text)) x (k, v);
	RETURN true;
END
$$;
REVOKE EXECUTE ON FUNCTION stand_for(uuid, uuid) FROM PUBLIC;

-- Does this person see what it is about? As they would by themselves, the compartment and exclusions included.
CREATE OR REPLACE FUNCTION event_heard_by(e event, p_person uuid) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN stand_for(e.tenant_id, p_person) AND e.subject_id <> ALL (me_excluded()) AND CASE e.subject_kind
		WHEN 'message' THEN EXISTS (SELECT FROM message m
			WHERE m.tenant_id = e.tenant_id AND m.id = e.subject_id AND message_in_sight(m))
		WHEN 'channel_application' THEN EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = e.tenant_id AND a.id = e.subject_id AND application_in_sight(a))
		ELSE true END;
END
$$;
REVOKE EXECUTE ON FUNCTION event_heard_by(event, uuid) FROM PUBLIC;

-- Tells of one event: [{kind, urgent, whom: [...]}] says whom, the first word that finds anybody. Who did it is told only of
-- what is urgent.
CREATE OR REPLACE FUNCTION event_tell(e event, p_notices jsonb) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	n record;
	v_whom text;
	v_people uuid[];
BEGIN
	FOR n IN SELECT * FROM jsonb_to_recordset(p_notices) AS r (kind text, urgent boolean, whom text[]) WHERE r.kind = e.kind LOOP
		FOREACH v_whom IN ARRAY n.whom LOOP
			PERFORM stand_wide(e.tenant_id);
			v_people := ARRAY(SELECT DISTINCT p FROM event_people(e, v_whom) p WHERE p IS NOT NULL);
			v_people := ARRAY(SELECT p FROM unnest(v_people) p WHERE event_heard_by(e, p));
			CONTINUE WHEN v_people = '{}';
			INSERT INTO notification (tenant_id, event_id, person_id, kind, urgent, subject_kind, subject_id, school_id, due_at)
			SELECT e.tenant_id, e.id, p, e.kind, n.urgent, e.subject_kind, e.subject_id, e.school_id,
			       CASE WHEN e.due_at IS NOT NULL THEN e.due_at ELSE (SELECT m.next_due_at FROM message m
					WHERE m.tenant_id = e.tenant_id AND m.id = e.subject_id) END
			  FROM unnest(v_people) p WHERE n.urgent OR p IS DISTINCT FROM e.actor_id
			    ON CONFLICT DO NOTHING;
			EXIT;
		END LOOP;
	END LOOP;
END
$$;
REVOKE EXECUTE ON FUNCTION event_tell(event, jsonb) FROM PUBLIC;

-- Tells some events that nobody was told of, and says how many; another instance is at those that it leaves out. One that
-- cannot be told says why, and holds up no other; what only came at a bad moment is tried again.
CREATE OR REPLACE FUNCTION events_tell(p_notices jsonb, p_limit integer) RETURNS integer LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	e event;
	v_told integer := 0;
	v_fault text;
BEGIN
	FOR e IN SELECT * FROM event WHERE told_at IS NULL ORDER BY place LIMIT p_limit FOR UPDATE SKIP LOCKED LOOP
		BEGIN
			v_fault := NULL;
			PERFORM event_tell(e, p_notices);
		EXCEPTION
			WHEN transaction_rollback OR operator_intervention OR lock_not_available OR insufficient_resources THEN RAISE;
			WHEN OTHERS THEN
				v_fault := SQLSTATE;
				RAISE WARNING 'event % cannot be told: %', e.id, SQLSTATE;
		END;
		UPDATE event SET told_at = now(), fault = v_fault WHERE tenant_id = e.tenant_id AND id = e.id;
		v_told := v_told + 1;
	END LOOP;
	RETURN v_told;
END
$$;
GRANT EXECUTE ON FUNCTION events_tell(jsonb, integer) TO chaperone_worker;
