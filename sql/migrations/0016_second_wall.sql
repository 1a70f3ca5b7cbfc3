-- What bare SQL may do within one's own standing.

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
