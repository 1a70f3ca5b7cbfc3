-- Who decides on an application, and whose turn it is.

-- Does the caller see this application? As the policy `sight` of its table has it, for those functions that
-- look past it.
CREATE OR REPLACE FUNCTION application_in_sight(a channel_application) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN a.tenant_id = me_tenant() AND a.id <> ALL (me_excluded())
	   AND (me_person() IN (a.applicant_id, a.recorded_by) OR me_wide('leader')
		OR coalesce(a.school_id = ANY (me_schools('leader')), false) OR a.id = ANY (me_operating()));
END
$$;

-- The rule of the step that an application is at: a chain that has become shorter since ends
-- with its last step.
CREATE OR REPLACE FUNCTION application_rule(a channel_application) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
	v_chain jsonb := setting_of(a.tenant_id, a.school_id, 'application.approver_chain');
BEGIN
	RETURN v_chain -> least(a.step, jsonb_array_length(v_chain) - 1);
END
$$;
REVOKE EXECUTE ON FUNCTION application_rule(channel_application) FROM chaperone_app; -- who had it once

-- The same as far as the caller sees the application, with how many steps there are.
CREATE OR REPLACE FUNCTION application_step(p_application uuid, OUT everybody boolean, OUT steps integer)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	SELECT application_rule(a) ->> 'need' = 'all',
	       jsonb_array_length(setting_of(a.tenant_id, a.school_id, 'application.approver_chain'))
	  INTO everybody, steps
	  FROM channel_application a
	 WHERE a.tenant_id = me_tenant() AND a.id = p_application AND application_in_sight(a);
END
$$;
GRANT EXECUTE ON FUNCTION application_step(uuid) TO chaperone_app;

-- Since when whoever the applicant's side appoints is theirs: some time before the draft, so that
-- an accomplice is not made a judge first and asked afterwards.
CREATE OR REPLACE FUNCTION application_since(a channel_application) RETURNS timestamptz
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN a.created_at - interval '1 day' * setting_of(a.tenant_id, a.school_id, 'application.decider_standing_days')::integer;
END
$$;

-- The appointments that the applicant's side made since then, or whose holder it let in (by an
-- invitation to an address of its choice), themselves or through those whom they appointed or let in.
-- Whoever could appoint before keeps their own word: what they grant is theirs, whatever the side has
-- given them on top. Whoever was let in since has none.
CREATE OR REPLACE FUNCTION application_made(p_tenant uuid, p_application uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_since timestamptz;
	v_side uuid[] := ARRAY(SELECT application_side(p_tenant, p_application));
BEGIN
	SELECT application_since(a) INTO v_since FROM channel_application a
	 WHERE a.tenant_id = p_tenant AND a.id = p_application;
	RETURN QUERY
	WITH RECURSIVE made (id, person_id, word) AS (
		SELECT NULL::uuid, side, false FROM unnest(v_side) side
		UNION
		SELECT g.id, g.person_id, NOT g.let_in AND EXISTS (SELECT FROM appointment c
			WHERE c.tenant_id = p_tenant AND c.person_id = g.person_id AND c.created_at <= v_since
			  AND (c.role = 'slt' OR c.duties && '{chair,proprietor}'))
		  FROM made, LATERAL (
			SELECT h.id, h.person_id, false AS let_in FROM appointment h
			 WHERE h.tenant_id = p_tenant AND h.created_at > v_since AND h.granted_by = made.person_id
			UNION ALL
			SELECT h.id, h.person_id, true FROM invitation v
			  JOIN appointment h ON h.tenant_id = v.tenant_id AND h.person_id = v.person_id
			   AND h.created_at <= v.accepted_at
			 WHERE v.tenant_id = p_tenant AND v.accepted_at > v_since AND v.invited_by = made.person_id) g
		 WHERE NOT made.word
	)
	SELECT made.id FROM made WHERE made.id IS NOT NULL;
END
$$;

-- Whether the caller is SLT by more than what the applicant's side made.
CREATE OR REPLACE FUNCTION application_impartial(p_application uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = me_tenant() AND a.id = p_application AND application_in_sight(a))
	   AND (SELECT coalesce(bool_or(h.id NOT IN (SELECT application_made(me_tenant(), p_application))), true)
		  FROM appointment h
		 WHERE h.tenant_id = me_tenant() AND h.person_id = me_person() AND h.role = 'slt'
		   AND appointment_current(h));
END
$$;
GRANT EXECUTE ON FUNCTION application_impartial(uuid) TO chaperone_app;

-- Who may decide the present step: everybody the chain names, each with their conflict if
-- they have one; and, when that leaves nobody, the first configured substitute that exists.
-- It looks past the caller's sight, since whether anybody is left must not depend on it. Of
-- several appointments of one person, one without a conflict counts. Whoever does not see the
-- application, or is excluded from it, hears nothing.
CREATE OR REPLACE FUNCTION application_deciders(p_application uuid)
RETURNS TABLE (person_id uuid, person_name text, capacity text, conflict text, may boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
	a channel_application;
	v_rule jsonb;
	v_substitutes jsonb;
	v_role text; -- a role or a duty
	v_trust boolean;
	v_wide boolean; -- the step is the trust's own
	v_asked text[]; -- roles and duties of the step and of its substitutes
	v_since timestamptz;
	v_let_in uuid[]; -- who took up an invitation since then
BEGIN
	SELECT * INTO a FROM channel_application WHERE tenant_id = me_tenant() AND id = p_application;
	IF NOT FOUND OR NOT application_in_sight(a) THEN RETURN; END IF;
	v_since := application_since(a);
	v_let_in := ARRAY(SELECT v.person_id FROM invitation v
		WHERE v.tenant_id = a.tenant_id AND v.accepted_at > v_since);
	v_rule := application_rule(a);
	v_role := v_rule ->> 'role';
	v_substitutes := setting_of(a.tenant_id, a.school_id, 'application.substitute_decider');
	SELECT t.kind = 'trust' INTO v_trust FROM tenant t WHERE t.id = a.tenant_id;
	v_wide := v_trust AND (a.school_id IS NULL
		OR v_rule ->> 'scope' = 'tenant');
	SELECT array_agg(CASE WHEN s IN ('trust_slt', 'school_slt') THEN 'slt' ELSE s END) || v_role INTO v_asked
	  FROM jsonb_array_elements_text(v_substitutes) s;
	RETURN QUERY
	WITH holder AS ( -- current appointments that cover the application
		SELECT p.id, p.name, h.role, h.duties, h.scope = 'tenant' AND v_trust AS wide,
		       CASE WHEN p.id IN (a.applicant_id, a.recorded_by) THEN 'applicant'
			    WHEN EXISTS (SELECT FROM application_operator o WHERE o.tenant_id = a.tenant_id
				AND o.application_id = a.id AND o.person_id = p.id) THEN 'operator'
			    WHEN EXISTS (SELECT FROM exclusion e JOIN person x
				ON x.tenant_id = e.tenant_id AND x.id = e.person_id
				WHERE e.tenant_id = a.tenant_id AND e.subject_id = a.id
				  AND (x.id = p.id OR x.identity_id = p.identity_id))
				THEN 'excluded'
			    WHEN EXISTS (SELECT FROM application_decision d WHERE d.tenant_id = a.tenant_id
				AND d.application_id = a.id AND d.revision = a.revision AND d.step < a.step
				AND d.decider_id = p.id) THEN 'decided_before'
			    WHEN (h.created_at > v_since OR p.id = ANY (v_let_in))
				AND h.id IN (SELECT application_made(a.tenant_id, a.id))
				THEN 'appointed_by_applicant'
		       END AS conflict,
		       EXISTS (SELECT FROM application_decision d WHERE d.tenant_id = a.tenant_id
				AND d.application_id = a.id AND d.revision = a.revision AND d.step = a.step
				AND d.decider_id = p.id) AS done
		  FROM appointment h
		  JOIN person p ON p.tenant_id = h.tenant_id AND p.id = h.person_id
		   AND (p.left_on IS NULL OR p.left_on >= today())
		 WHERE h.tenant_id = a.tenant_id AND h.state = 'active' AND appointment_current(h)
		   AND (h.role = ANY (v_asked) OR h.duties <> '{}' AND h.duties && v_asked)
		   AND (h.scope = 'tenant' OR EXISTS (SELECT FROM appointment_school x
			WHERE x.tenant_id = h.tenant_id AND x.appointment_id = h.id AND x.school_id = a.school_id))
	), regular AS (
		SELECT DISTINCT ON (id) id, name, v_role AS capacity, conflict, done
		  FROM holder WHERE (role = v_role OR v_role = ANY (duties)) AND wide = v_wide
		 ORDER BY id, conflict NULLS FIRST
	), substitute AS (
		SELECT DISTINCT ON (h.id) h.id, h.name, 'substitute:' || s.value AS capacity, h.done,
		       s.ordinality AS place
		  FROM jsonb_array_elements_text(v_substitutes)
			WITH ORDINALITY s
		  JOIN holder h ON h.conflict IS NULL AND CASE s.value
			WHEN 'trust_slt' THEN h.role = 'slt' AND h.wide
			WHEN 'school_slt' THEN h.role = 'slt' AND NOT h.wide
			ELSE s.value = ANY (h.duties) AND (h.wide OR NOT v_trust) END
		 ORDER BY h.id, s.ordinality
	)
	SELECT id, name, capacity, conflict, conflict IS NULL AND NOT done FROM regular
	UNION ALL
	SELECT id, name, capacity, NULL, NOT done FROM substitute
	 WHERE NOT EXISTS (SELECT FROM regular WHERE conflict IS NULL)
	   AND place = (SELECT min(place) FROM substitute);
END
$$;
GRANT EXECUTE ON FUNCTION application_deciders(uuid) TO chaperone_app;

-- Why the caller may not decide now; no row when they may.
CREATE OR REPLACE FUNCTION application_turn(p_application uuid) RETURNS TABLE (code text, detail text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH d AS (
		SELECT * FROM application_deciders(p_application)
	), who AS (
		SELECT coalesce(string_agg(DISTINCT person_name || ' (' || replace(capacity, 'substitute:',
				'substitute, ') || ')', ', ') || ' may decide.',
			'Nobody is left who may decide: appoint a decider or name a substitute.') AS text
		  FROM d WHERE may
	), mine AS (
		SELECT CASE WHEN me_person() IN (a.applicant_id, a.recorded_by) THEN 'You are on the applicant''s side. '
			    WHEN a.id = ANY (me_operating()) THEN 'You would operate this channel. '
			    WHEN EXISTS (SELECT FROM d WHERE person_id = me_person() AND conflict = 'decided_before')
			    THEN 'You decided an earlier step. '
			    WHEN EXISTS (SELECT FROM d WHERE person_id = me_person() AND conflict = 'appointed_by_applicant')
			    THEN 'The applicant''s side appointed or invited you since the draft, or shortly before. ' END AS conflict
		  FROM channel_application a
		 WHERE a.tenant_id = me_tenant() AND a.id = p_application AND application_in_sight(a)
	)
	SELECT CASE WHEN mine.conflict IS NULL THEN 'not_your_turn' ELSE 'conflict_of_interest' END,
	       coalesce(mine.conflict, '') || who.text
	  FROM mine, who WHERE NOT EXISTS (SELECT FROM d WHERE person_id = me_person() AND may);
END
$$;
GRANT EXECUTE ON FUNCTION application_turn(uuid) TO chaperone_app;

-- Whether the caller has stepped down as an operator; told past their sight, which may have ended with it.
CREATE OR REPLACE FUNCTION application_stepped_down(p_application uuid) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN p_application <> ALL (me_excluded()) AND p_application <> ALL (me_operating())
	   AND EXISTS (SELECT FROM application_history h WHERE h.tenant_id = me_tenant()
		AND h.application_id = p_application AND h.actor_id = me_person() AND h.action = 'step_down');
END
$$;
GRANT EXECUTE ON FUNCTION application_stepped_down(uuid) TO chaperone_app;
