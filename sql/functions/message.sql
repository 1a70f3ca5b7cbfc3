-- The safeguarding compartment: who sees a message, and how one goes in and comes out (A8, A18).

-- Does the caller see this message? As the policy `sight` of its table has it, for those functions that look
-- past it.
CREATE OR REPLACE FUNCTION message_in_sight(m message) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN m.tenant_id = me_tenant() AND m.id <> ALL (me_excluded())
	   AND (me_wide('safeguarder') OR coalesce(m.school_id = ANY (me_schools('safeguarder')), false)
		OR CASE WHEN m.safeguarding THEN m.id = ANY (me_handling())
			ELSE me_wide('leader') OR coalesce(m.school_id = ANY (me_schools('leader')), false)
			  OR (me_wide('member') OR me_schools('member') <> '{}') AND (m.recorded_by = me_person()
				OR coalesce(m.assignee_id = me_person(), false)
				OR coalesce(m.channel_id = ANY (me_channels()), false)) END);
END
$$;

-- How many DSLs and deputies there are for this message, and how many of them are kept from it.
CREATE OR REPLACE FUNCTION message_safeguarders(m message, OUT held integer, OUT kept integer)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	SELECT count(DISTINCT p.id), count(DISTINCT p.id) FILTER (WHERE EXISTS (SELECT FROM exclusion e JOIN person x
			ON x.tenant_id = e.tenant_id AND x.id = e.person_id
			WHERE e.subject_id = m.id AND (x.id = p.id OR x.identity_id = p.identity_id)))
	  INTO held, kept
	  FROM appointment a JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
	 WHERE a.tenant_id = m.tenant_id AND a.duties && '{dsl,deputy_dsl}' AND appointment_current(a)
	   AND (p.left_on IS NULL OR p.left_on >= today())
	   AND (a.scope = 'tenant' OR EXISTS (SELECT FROM appointment_school s WHERE s.tenant_id = a.tenant_id
		AND s.appointment_id = a.id AND s.school_id = m.school_id));
END
$$;

-- Puts a message into the compartment, from where its caller may not see it any more: who is no DSL and not named
-- for it hears only that it is there. The version says what they looked at; no row: somebody was first.
CREATE OR REPLACE FUNCTION message_protect(p_message uuid, p_version integer, p_triage text[], p_about text, p_note text)
RETURNS TABLE (id uuid, state text) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
	m message;
	s record;
BEGIN
	SELECT * INTO m FROM message WHERE tenant_id = me_tenant() AND id = p_message FOR NO KEY UPDATE;
	IF NOT FOUND OR NOT message_in_sight(m) OR m.version <> p_version THEN RETURN; END IF;
	s := message_safeguarders(m);
	IF NOT m.safeguarding AND s.held > 0 AND s.held = s.kept THEN
		RAISE EXCEPTION USING DETAIL = 'blocked', MESSAGE = 'Every DSL and deputy who would see it is excluded from it: '
			'appoint another deputy first, or nobody would see it any more.';
	END IF;
	UPDATE message SET safeguarding = true, triage = p_triage, about_name = coalesce(p_about, m.about_name), version = m.version + 1
	 WHERE tenant_id = m.tenant_id AND id = m.id;
	INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, from_state, to_state, note)
	VALUES (m.tenant_id, m.id, me_person(), me_name(), 'protect', m.state, m.state, p_note);
	RETURN QUERY SELECT m.id, m.state;
END
$$;
GRANT EXECUTE ON FUNCTION message_protect(uuid, integer, text[], text, text) TO chaperone_app;

-- Did the caller put this message there? Then they know of it, and hear so instead of 404.
CREATE OR REPLACE FUNCTION message_protected(p_message uuid) RETURNS boolean LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN EXISTS (SELECT FROM message m JOIN message_history h ON h.tenant_id = m.tenant_id AND h.message_id = m.id
		WHERE m.tenant_id = me_tenant() AND m.id = p_message AND m.safeguarding AND m.id <> ALL (me_excluded())
		  AND h.action = 'protect' AND h.actor_id = me_person());
END
$$;
GRANT EXECUTE ON FUNCTION message_protected(uuid) TO chaperone_app;

-- How many see what the caller put there: none where a school has nobody for it.
CREATE OR REPLACE FUNCTION message_protectors(p_message uuid) RETURNS integer LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	IF NOT message_protected(p_message) THEN RETURN NULL; END IF;
	RETURN (SELECT s.held - s.kept FROM message m, message_safeguarders(m) s WHERE m.tenant_id = me_tenant() AND m.id = p_message);
END
$$;
GRANT EXECUTE ON FUNCTION message_protectors(uuid) TO chaperone_app;

-- The DSL takes a message out of the compartment again. No row: out of sight, or changed since.
CREATE OR REPLACE FUNCTION message_release(p_message uuid, p_version integer, p_note text)
RETURNS TABLE (id uuid, state text) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
	m message;
BEGIN
	SELECT * INTO m FROM message WHERE tenant_id = me_tenant() AND id = p_message FOR NO KEY UPDATE;
	IF NOT FOUND OR NOT message_in_sight(m) OR m.version <> p_version OR NOT m.safeguarding
	   OR NOT (me_wide('safeguarder') OR coalesce(m.school_id = ANY (me_schools('safeguarder')), false)) THEN
		RETURN;
	END IF;
	UPDATE message SET safeguarding = false, version = m.version + 1,
	       triage = array_remove(array_remove(m.triage, 'safeguarding'), 'self_generated_imagery')
	 WHERE tenant_id = m.tenant_id AND id = m.id;
	INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, from_state, to_state, note)
	VALUES (m.tenant_id, m.id, me_person(), me_name(), 'release', m.state, m.state, p_note);
	RETURN QUERY SELECT m.id, m.state;
END
$$;
GRANT EXECUTE ON FUNCTION message_release(uuid, integer, text) TO chaperone_app;

-- Does somebody hold one of these roles or duties anywhere at present? For the DSL, who names people without reading what
-- they hold.
CREATE OR REPLACE FUNCTION message_reader(p_person uuid, p_roles text[], p_duties text[]) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN (me_wide('safeguarder') OR me_schools('safeguarder') <> '{}')
	   AND EXISTS (SELECT FROM appointment a WHERE a.tenant_id = me_tenant() AND a.person_id = p_person
		AND (a.role = ANY (p_roles) OR a.duties && p_duties) AND appointment_current(a));
END
$$;
GRANT EXECUTE ON FUNCTION message_reader(uuid, text[], text[]) TO chaperone_app;
