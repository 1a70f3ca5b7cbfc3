-- Who is kept from a message, and what is said to be such imagery: for whom it is in the second wall as well (A8, A14, A18).

-- Made again in sql/functions; a new database has none of them yet.
SET LOCAL ROLE chaperone_definer;
DROP FUNCTION IF EXISTS clock_stale(integer), clock_reckoned(uuid, integer, jsonb);
RESET ROLE;

-- Who only runs the channel of a message, recorded it or works on it keeps nobody from it, nor reads why somebody is.
ALTER POLICY sight ON exclusion
	USING (tenant_id = (SELECT me_tenant()) AND (
		(((SELECT me_wide('leader')) OR (SELECT me_schools('leader')) <> '{}')
			AND EXISTS (SELECT FROM channel_application a WHERE a.tenant_id = exclusion.tenant_id AND a.id = subject_id))
		OR EXISTS (SELECT FROM message m WHERE m.tenant_id = exclusion.tenant_id AND m.id = subject_id
			AND ((SELECT me_wide('leader')) OR m.school_id = ANY ((SELECT me_schools('leader'))::uuid[])
				OR (SELECT me_wide('safeguarder')) OR m.school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])))));
ALTER POLICY adding ON exclusion
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND excluded_by = (SELECT me_person())
		AND subject_id <> ALL ((SELECT me_operating())::uuid[])
		AND (EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = exclusion.tenant_id AND a.id = subject_id
			  AND (SELECT me_person()) NOT IN (a.applicant_id, a.recorded_by)
			  AND ((SELECT me_wide('leader')) OR a.school_id = ANY ((SELECT me_schools('leader'))::uuid[])))
		OR EXISTS (SELECT FROM message m WHERE m.tenant_id = exclusion.tenant_id AND m.id = subject_id
			AND ((SELECT me_wide('leader')) OR m.school_id = ANY ((SELECT me_schools('leader'))::uuid[])
				OR (SELECT me_wide('safeguarder')) OR m.school_id = ANY ((SELECT me_schools('safeguarder'))::uuid[])))));

-- Such a message takes no file. That it is none after all, so that it takes one again, is the DSL's to say.
CREATE FUNCTION message_imagery_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF NOT (me_wide('safeguarder') OR coalesce(NEW.school_id = ANY (me_schools('safeguarder')), false)) THEN
		RAISE EXCEPTION USING ERRCODE = 'insufficient_privilege',
			MESSAGE = 'the DSL says that it is no such imagery';
	END IF;
	RETURN NEW;
END
$$;
CREATE TRIGGER imagery_kept BEFORE UPDATE OF triage ON message FOR EACH ROW
	WHEN ('self_generated_imagery' = ANY (OLD.triage) AND NOT coalesce('self_generated_imagery' = ANY (NEW.triage), false))
	EXECUTE FUNCTION message_imagery_kept();
