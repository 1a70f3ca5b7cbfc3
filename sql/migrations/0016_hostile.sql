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

-- Whether the caller is SLT by more than what the applicant's side made since the draft.
CREATE FUNCTION application_impartial(p_application uuid) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT coalesce(bool_or(h.id NOT IN (SELECT application_made(me_tenant(), p_application))), true)
		  FROM appointment h
		 WHERE h.tenant_id = me_tenant() AND h.person_id = me_person() AND h.role = 'slt'
		   AND appointment_current(h));
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

-- What the service never rewrites, it may not: who holds what, who signs in as whom, whose
-- application it is. A column that it does change is granted by name.
REVOKE UPDATE ON person, appointment, channel_application FROM chaperone_app;
GRANT UPDATE (name, email, person_type, job_title, school_id, left_on, version) ON person TO chaperone_app;
GRANT UPDATE (state, to_on, confirmed_by, confirmed_name, version) ON appointment TO chaperone_app;
GRANT UPDATE (state, revision, step, platform, proposed_name, proposed_handle, kind, aim, audience,
	promotion, visibility, purpose, purpose_detail, other_communication_methods, involves_pupils,
	pupils_justification, assessment_id, channel_id, submitted_at, waiting_since, decided_at, version)
	ON channel_application TO chaperone_app;

-- The person beside a school is the appointment's own, so that row security judges the right one.
ALTER TABLE appointment ADD CONSTRAINT appointment_holder UNIQUE (tenant_id, id, person_id);
ALTER TABLE appointment_school
	DROP CONSTRAINT appointment_school_tenant_id_appointment_id_fkey,
	ADD CONSTRAINT appointment_school_holder FOREIGN KEY (tenant_id, appointment_id, person_id)
		REFERENCES appointment (tenant_id, id, person_id);

-- An application begins as a draft, and is approved by a decision on what was submitted.
ALTER POLICY adding ON channel_application
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND recorded_by = (SELECT me_person()) AND state = 'draft'
		AND ((SELECT me_wide('member')) OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE FUNCTION application_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NEW.state = 'account_created' AND OLD.state <> 'approved'
		OR NEW.state = 'approved' AND NOT EXISTS (SELECT FROM application_decision d
			WHERE d.tenant_id = NEW.tenant_id AND d.application_id = NEW.id
			  AND d.revision = NEW.revision AND d.outcome = 'approved') THEN
		RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'application_decided',
			MESSAGE = 'an application is approved by a decision, and recorded once approved';
	END IF;
	RETURN NEW;
END
$$;
SELECT define('application_decided()', 'chaperone_owner');
CREATE TRIGGER decided BEFORE UPDATE OF state ON channel_application FOR EACH ROW
	WHEN (NEW.state IN ('approved', 'account_created') AND NEW.state <> OLD.state)
	EXECUTE FUNCTION application_decided();

-- Who excludes leads there, and does not stand on the applicant's side.
ALTER POLICY adding ON exclusion
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND excluded_by = (SELECT me_person())
		AND subject_id <> ALL ((SELECT me_operating())::uuid[])
		AND EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = exclusion.tenant_id AND a.id = subject_id
			  AND (SELECT me_person()) NOT IN (a.applicant_id, a.recorded_by)
			  AND ((SELECT me_wide('leader')) OR a.school_id = ANY ((SELECT me_schools('leader'))::uuid[]))));
-- Whoever holds the token becomes the person: only who keeps their record gets one.
ALTER POLICY adding ON invitation
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND invited_by = (SELECT me_person())
		AND EXISTS (SELECT FROM person p WHERE p.tenant_id = invitation.tenant_id AND p.id = person_id
			AND ((SELECT me_wide('keeper')) OR p.school_id = ANY ((SELECT me_schools('keeper'))::uuid[]))));
ALTER POLICY adding ON attestation
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND attested_by = (SELECT me_person())
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[]))
		AND EXISTS (SELECT FROM person p WHERE p.tenant_id = attestation.tenant_id AND p.id = person_id));

-- What is told of a row, or hangs on it, comes from somebody who sees the row. Afterwards and not
-- in the policy: some rows are made by the same statement. As whoever writes, so that row
-- security answers.
CREATE FUNCTION subject_in_sight() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'application_history' THEN
		PERFORM FROM channel_application s WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.application_id;
	ELSIF TG_TABLE_NAME = 'appointment_history' THEN
		PERFORM FROM appointment s WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.appointment_id;
	ELSE
		PERFORM FROM channel s WHERE s.tenant_id = NEW.tenant_id AND s.id = NEW.channel_id;
	END IF;
	IF NOT FOUND THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = 'nothing is added to what is out of sight';
	END IF;
	RETURN NULL;
END
$$;
CREATE TRIGGER in_sight AFTER INSERT ON application_history
	FOR EACH ROW EXECUTE FUNCTION subject_in_sight();
CREATE TRIGGER in_sight AFTER INSERT ON appointment_history
	FOR EACH ROW EXECUTE FUNCTION subject_in_sight();
CREATE TRIGGER in_sight AFTER INSERT ON channel_history
	FOR EACH ROW EXECUTE FUNCTION subject_in_sight();
CREATE TRIGGER in_sight AFTER INSERT ON channel_grant
	FOR EACH ROW EXECUTE FUNCTION subject_in_sight();

-- Why somebody is excluded is for those to know who may see the exclusion: leaders.
ALTER POLICY sight ON application_history
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM channel_application a
		WHERE a.tenant_id = application_history.tenant_id AND a.id = application_id
		  AND (action <> 'exclude' OR (SELECT me_wide('leader'))
			OR a.school_id = ANY ((SELECT me_schools('leader'))::uuid[]))));
