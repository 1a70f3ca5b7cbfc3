-- Who reads the audit trail.

-- The tenant whose trail the caller may have recomputed (A26): those who keep the whole tenant's records,
-- and its governors, who are told the verdict alone. The operator names one. Null: none.
CREATE OR REPLACE FUNCTION audit_reader(p_tenant uuid) RETURNS uuid
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN CASE WHEN session_user = 'chaperone_operator' THEN p_tenant
		WHEN me_wide('keeper') OR EXISTS (SELECT FROM appointment a
			WHERE a.tenant_id = me_tenant() AND a.person_id = me_person() AND a.role = 'governor'
			  AND a.scope = 'tenant' AND appointment_current(a)) THEN me_tenant() END;
END
$$;
