-- Signing in by password, and the keys that sign what comes of it.

-- Counts a try before its password is looked at: the identity's row makes them queue, so many
-- at once are counted one by one. The lock doubles from a minute to an hour. No row: locked, or
-- nobody.
CREATE OR REPLACE FUNCTION sign_in_try(p_identity uuid, p_network text) RETURNS TABLE (allowed boolean)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	PERFORM FROM identity WHERE id = p_identity FOR NO KEY UPDATE;
	IF NOT FOUND OR EXISTS (SELECT FROM sign_in_tally t WHERE t.identity_id = p_identity
		AND t.network IN ('', p_network) AND t.locked_until > now()) THEN
		RETURN;
	END IF;
	DELETE FROM sign_in_tally t WHERE t.identity_id = p_identity AND sign_in_stale(t);
	INSERT INTO sign_in_tally AS t (identity_id, network)
	VALUES (p_identity, ''), (p_identity, p_network)
	ON CONFLICT (identity_id, network) DO UPDATE SET tries = t.tries + 1;
	UPDATE sign_in_tally t SET locked_until = now() + least(interval '1 hour',
		interval '1 minute' * 2 ^ least(t.tries - sign_in_limit(t.network), 6))
	 WHERE t.identity_id = p_identity AND t.network IN ('', p_network)
	   AND t.tries >= sign_in_limit(t.network);
	RETURN QUERY SELECT true;
END
$$;
GRANT EXECUTE ON FUNCTION sign_in_try(uuid, text) TO chaperone_gate, chaperone_app;

-- A new password ends every other session of the identity.
CREATE OR REPLACE FUNCTION password_change(p_hash text, p_keep uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	UPDATE identity SET password_hash = p_hash WHERE id = me_identity();
	UPDATE session SET revoked_at = now()
	 WHERE identity_id = me_identity() AND id <> p_keep AND revoked_at IS NULL;
END
$$;
GRANT EXECUTE ON FUNCTION password_change(text, uuid) TO chaperone_app;

-- The keys that sign, will sign, or have signed a token that may still be alive.
CREATE OR REPLACE FUNCTION signing_keys() RETURNS TABLE (id uuid, state text, sealed text, public_pem text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN QUERY SELECT k.id, k.state, k.sealed, k.public_pem FROM signing_key k
	 WHERE signing_key_public(k) ORDER BY k.retired_at DESC NULLS FIRST, k.created_at;
END
$$;
GRANT EXECUTE ON FUNCTION signing_keys() TO chaperone_gate;
