-- What is held, past the caller's sight: whether an appointment may be ended, or its holder
-- invited or removed, must not depend on how much of it the caller sees. Of whom they do not
-- see at all they hear nothing.

-- As the policy `sight` of appointment has it.
CREATE OR REPLACE FUNCTION appointment_schools(p_appointment uuid) RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN (SELECT CASE WHEN me_wide('keeper') OR a.person_id = me_person() OR held.ids && me_schools('keeper')
			THEN held.ids ELSE '{}' END
		  FROM appointment a, LATERAL (
			SELECT coalesce(array_agg(x.school_id ORDER BY x.school_id), '{}') AS ids FROM appointment_school x
			 WHERE x.tenant_id = a.tenant_id AND x.appointment_id = a.id) held
		 WHERE a.tenant_id = me_tenant() AND a.id = p_appointment);
END
$$;
GRANT EXECUTE ON FUNCTION appointment_schools(uuid) TO chaperone_app;

-- As the policy `sight` of person has it.
CREATE OR REPLACE FUNCTION appointments_held(p_person uuid)
RETURNS TABLE (id uuid, role text, duties text[], scope text, school_ids uuid[])
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT a.id, a.role, a.duties, a.scope,
	       ARRAY(SELECT x.school_id FROM appointment_school x
		      WHERE x.tenant_id = a.tenant_id AND x.appointment_id = a.id ORDER BY x.school_id)
	  FROM person p JOIN appointment a ON a.tenant_id = p.tenant_id AND a.person_id = p.id
	 WHERE p.tenant_id = me_tenant() AND p.id = p_person AND a.state IN ('proposed', 'active')
	   AND (p.id = me_person() OR me_wide('colleague') OR p.school_id = ANY (me_schools('colleague'))
		OR p.school_id IS NULL AND me_schools('colleague') <> '{}');
END
$$;
GRANT EXECUTE ON FUNCTION appointments_held(uuid) TO chaperone_app;
