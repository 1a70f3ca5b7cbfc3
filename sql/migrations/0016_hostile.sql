-- What a hostile caller found: judges by several steps, and bare SQL within one's own standing.

-- The appointments that the applicant's side made since the draft, themselves or through those
-- whom they appointed. Whoever could appoint before the draft keeps their own word: what they
-- grant is theirs, whatever the side has given them on top.
CREATE FUNCTION application_made(p_tenant uuid, p_application uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_since timestamptz;
BEGIN
	SELECT created_at INTO v_since FROM channel_application
	 WHERE tenant_id = p_tenant AND id = p_application;
	RETURN QUERY
	WITH RECURSIVE made AS (
		SELECT h.id, h.person_id FROM appointment h
		 WHERE h.tenant_id = p_tenant AND h.created_at > v_since
		   AND h.granted_by IN (SELECT application_side(p_tenant, p_application))
		UNION
		SELECT h.id, h.person_id FROM made
		  JOIN appointment h ON h.tenant_id = p_tenant AND h.created_at > v_since
		   AND h.granted_by = made.person_id
		 WHERE NOT EXISTS (SELECT FROM appointment c
			WHERE c.tenant_id = p_tenant AND c.person_id = made.person_id AND c.created_at <= v_since
			  AND (c.role = 'slt' OR c.duties && '{chair,proprietor}'))
	)
	SELECT made.id FROM made;
END
$$;
SELECT define('application_made(uuid,uuid)', 'chaperone_definer');

-- Whether the caller leads here by more than what the applicant's side made since the draft.
CREATE FUNCTION application_impartial(p_application uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN EXISTS (SELECT FROM appointment h
		WHERE h.tenant_id = me_tenant() AND h.person_id = me_person() AND h.role = 'slt'
		  AND appointment_current(h)
		  AND h.id NOT IN (SELECT application_made(me_tenant(), p_application)));
END
$$;
SELECT define('application_impartial(uuid)', 'chaperone_app');

GRANT CREATE ON SCHEMA public TO chaperone_definer;
SET LOCAL ROLE chaperone_definer;

-- Who may decide the present step: everybody the chain names, each with their conflict if
-- they have one; and, when that leaves nobody, the first configured substitute that exists.
-- It looks past the caller's sight, since whether anybody is left must not depend on it. Of
-- several appointments of one person, one without a conflict counts. Who is excluded hears nothing.
CREATE OR REPLACE FUNCTION application_deciders(p_application uuid)
RETURNS TABLE (person_id uuid, person_name text, capacity text, conflict text, may boolean)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
	a channel_application;
	v_settings jsonb;
	v_role text; -- a role or a duty
	v_trust boolean;
	v_wide boolean; -- the step is the trust's own
	v_asked text[]; -- roles and duties of the step and of its substitutes
BEGIN
	SELECT * INTO a FROM channel_application WHERE tenant_id = me_tenant() AND id = p_application;
	IF NOT FOUND OR a.id = ANY (me_excluded()) THEN RETURN; END IF;
	v_settings := settings_of(a.tenant_id, a.school_id, 'application.approver_chain',
		'application.substitute_decider');
	v_role := v_settings -> 'application.approver_chain' -> a.step ->> 'role';
	SELECT t.kind = 'trust' INTO v_trust FROM tenant t WHERE t.id = a.tenant_id;
	v_wide := v_trust AND (a.school_id IS NULL
		OR v_settings -> 'application.approver_chain' -> a.step ->> 'scope' = 'tenant');
	SELECT array_agg(CASE WHEN s IN ('trust_slt', 'school_slt') THEN 'slt' ELSE s END) || v_role INTO v_asked
	  FROM jsonb_array_elements_text(v_settings -> 'application.substitute_decider') s;
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
			    WHEN h.created_at > a.created_at AND h.id IN (SELECT application_made(a.tenant_id, a.id))
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
		  FROM jsonb_array_elements_text(v_settings -> 'application.substitute_decider')
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

RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;
