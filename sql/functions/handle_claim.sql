-- Who says of a handle that it is theirs, over all tenants.

-- Until the transaction ends nobody else decides whose this handle is. Handles share 1,024 locks: one each
-- would run the database out of them when a register of thousands is imported.
CREATE OR REPLACE FUNCTION handle_lock(p_platform text, p_key text) RETURNS void LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(15, hashtext(p_platform || ' ' || p_key) & 1023);
END
$$;

-- Says that a handle is this tenant's: it holds it from now on, unless another one does. Whoever asks for
-- the same handle at the same time waits for the first to end.
CREATE OR REPLACE FUNCTION handle_claim_take(p_tenant uuid, p_platform text, p_key text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	PERFORM handle_lock(p_platform, p_key);
	INSERT INTO handle_claim AS h (tenant_id, platform, handle_key, state, claimed_by, claimed_name)
	SELECT p_tenant, p_platform, p_key, CASE WHEN EXISTS (SELECT FROM handle_claim o
			WHERE o.platform = p_platform AND o.handle_key = p_key AND o.state = 'held')
		THEN 'open' ELSE 'held' END, me_person(), me_name()
	ON CONFLICT (platform, handle_key, tenant_id) DO UPDATE
	   SET state = excluded.state, claimed_by = excluded.claimed_by, claimed_name = excluded.claimed_name,
	       claimed_at = now()
	 WHERE h.state = 'ended' OR h.state = 'open' AND excluded.state = 'held';
END
$$;

-- The operator's decision: the claimant gets the handle, or does not. Whoever loses it keeps their row in
-- the register, flagged; their claim is given back, so that the decision can be turned round. No row:
-- there is no such claim to decide.
CREATE OR REPLACE FUNCTION handle_claim_decide(p_claim uuid, p_grant boolean, p_reason text)
RETURNS TABLE (platform text, handle text, claimant text, loser text, loser_claim uuid) LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
	r handle_claim;
	l handle_claim;
BEGIN
	PERFORM set_config('me.request', 'claims decide', true); -- for the audit trail
	SELECT * INTO r FROM handle_claim WHERE id = p_claim;
	PERFORM handle_lock(r.platform, r.handle_key);
	SELECT * INTO r FROM handle_claim WHERE id = p_claim AND state IN ('open', 'refused');
	IF NOT FOUND THEN RETURN; END IF;
	IF p_grant THEN
		UPDATE handle_claim h SET state = 'refused', decided_at = now(), decision = p_reason
		 WHERE h.platform = r.platform AND h.handle_key = r.handle_key AND h.state = 'held'
		RETURNING * INTO l;
	END IF;
	UPDATE handle_claim h SET state = CASE WHEN p_grant THEN 'held' ELSE 'refused' END,
	       decided_at = now(), decision = p_reason
	 WHERE h.tenant_id = r.tenant_id AND h.id = r.id;
	RETURN QUERY SELECT r.platform, r.handle_key, t.name, (SELECT o.name FROM tenant o WHERE o.id = l.tenant_id), l.id
	  FROM tenant t WHERE t.id = r.tenant_id;
END
$$;
GRANT EXECUTE ON FUNCTION handle_claim_decide(uuid, boolean, text) TO chaperone_operator;
