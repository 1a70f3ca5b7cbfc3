-- When an invitation may still be taken up, and a tenant's first one.

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

-- The operator invites a tenant's first SLT. One that cannot sign in (not yet, or released) is not
-- in the way, and is invited as what they are: a tenant whose only SLT lost the sign-in would have
-- no way back.
CREATE OR REPLACE FUNCTION tenant_invite(p_tenant uuid, p_person uuid, p_person_name text, p_email text,
	p_appointment uuid, p_invitation uuid, p_token_hash bytea, p_days integer)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_person uuid;
BEGIN
	IF EXISTS (SELECT FROM appointment a
		JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
		 WHERE a.tenant_id = p_tenant AND a.role = 'slt' AND appointment_current(a)
		   AND p.identity_id IS NOT NULL) THEN
		RAISE EXCEPTION USING DETAIL = 'wrong-state',
			MESSAGE = 'The tenant has an SLT, who invites everybody else.';
	END IF;
	SELECT id INTO v_person FROM person
	 WHERE tenant_id = p_tenant AND email = lower(p_email);
	IF v_person IS NULL THEN
		v_person := p_person;
		INSERT INTO person (tenant_id, id, name, email, person_type)
		VALUES (p_tenant, v_person, p_person_name, lower(p_email), 'employee');
	END IF;
	IF NOT EXISTS (SELECT FROM appointment a WHERE a.tenant_id = p_tenant AND a.person_id = v_person
		AND a.role = 'slt' AND a.scope = 'tenant' AND appointment_current(a)) THEN
		INSERT INTO appointment (tenant_id, id, person_id, role, scope, state, from_on, reason)
		VALUES (p_tenant, p_appointment, v_person, 'slt', 'tenant', 'active', today(),
			'invited by the operator');
		INSERT INTO appointment_history (tenant_id, appointment_id, actor_name, action, to_state)
		VALUES (p_tenant, p_appointment, 'operator', 'invite', 'active');
	END IF;
	INSERT INTO invitation (tenant_id, id, person_id, token_hash, expires_at)
	VALUES (p_tenant, p_invitation, v_person, p_token_hash, now() + p_days * interval '1 day');
END
$$;
GRANT EXECUTE ON FUNCTION tenant_invite(uuid, uuid, text, text, uuid, uuid, bytea, integer) TO chaperone_operator;
