-- When an invitation may still be taken up.

-- Unused, in time, the person holds nothing that somebody else gave them since (an old token must
-- not open what its inviter could not have given), and the inviter is still who they were: not
-- gone, and with no appointment of then that has run out.
CREATE OR REPLACE FUNCTION invitation_open(v invitation) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN v.accepted_at IS NULL AND v.expires_at > now()
	   AND NOT EXISTS (SELECT FROM appointment a
		WHERE a.tenant_id = v.tenant_id AND a.person_id = v.person_id
		  AND a.state IN ('proposed', 'active') AND a.created_at > v.created_at
		  AND a.granted_by IS DISTINCT FROM v.invited_by)
	   AND NOT EXISTS (SELECT FROM person p
		WHERE p.tenant_id = v.tenant_id AND p.id = v.invited_by AND p.left_on < today())
	   AND NOT EXISTS (SELECT FROM appointment a
		WHERE a.tenant_id = v.tenant_id AND a.person_id = v.invited_by AND a.state = 'active'
		  AND a.to_on < today() AND a.to_on >= (v.created_at AT TIME ZONE 'Europe/London')::date);
END
$$;
