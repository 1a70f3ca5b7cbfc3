-- Signing in: tries are counted by where they come from; a kept answer is for whom it was given to;
-- an invitation stands with its inviter; the operator may release a sign-in.

-- These functions belong to chaperone_definer, who alone may drop or replace them: dropped here,
-- made again below. session_open() no longer forgives tries (0005): a right password does, and
-- only for where it came from (sign_in_passed).
GRANT CREATE ON SCHEMA public TO chaperone_definer;
SET LOCAL ROLE chaperone_definer;
DROP FUNCTION sign_in_try(uuid), password_change(text,uuid), sweep(),
	tenant_invite(uuid,uuid,text,text,uuid,uuid,bytea,integer);
RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;

-- Tries on one identity since its last peace: by client network, and from everywhere together
-- (network ''). By network alone, so that a stranger locks an account for themselves only; from
-- everywhere, so that a guesser with many addresses does not get a fresh start with each.
CREATE TABLE sign_in_tally (
	identity_id  uuid NOT NULL REFERENCES identity,
	network      text NOT NULL,
	tries        integer NOT NULL DEFAULT 1,
	since        timestamptz NOT NULL DEFAULT now(),
	locked_until timestamptz,
	PRIMARY KEY (identity_id, network)
);
SELECT declare_table('sign_in_tally', '1 hour after the first try, or the last lock', 'none',
	ordinary => '{identity_id,tries,since,locked_until}', personal => '{network}');
ALTER TABLE identity DROP COLUMN failures, DROP COLUMN locked_until;
DELETE FROM column_class
 WHERE table_name = 'identity' AND column_name IN ('failures', 'locked_until');

-- Forgotten: an hour after the first try, or after the end of a lock.
CREATE FUNCTION sign_in_stale(t sign_in_tally) RETURNS boolean LANGUAGE sql STABLE
AS $$ SELECT coalesce(t.locked_until, t.since) < now() - interval '1 hour' $$;
-- The try that locks.
CREATE FUNCTION sign_in_limit(p_network text) RETURNS integer LANGUAGE sql IMMUTABLE
AS $$ SELECT CASE p_network WHEN '' THEN 50 ELSE 5 END $$;
GRANT EXECUTE ON FUNCTION sign_in_stale(sign_in_tally), sign_in_limit(text) TO chaperone_definer;

-- Counts a try before its password is looked at: the identity's row makes them queue, so many
-- at once are counted one by one. The lock doubles from a minute to an hour. No row: locked, or
-- nobody.
CREATE FUNCTION sign_in_try(p_identity uuid, p_network text) RETURNS TABLE (allowed boolean)
LANGUAGE plpgsql AS $$
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
SELECT define('sign_in_try(uuid,text)', 'chaperone_gate', 'chaperone_app');

-- The password was right: forgets the tries from this network. Those from elsewhere stay, as the
-- owner's own success must not give a guesser a fresh start.
CREATE FUNCTION sign_in_passed(p_identity uuid, p_network text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
	v_forgiven integer;
BEGIN
	DELETE FROM sign_in_tally WHERE identity_id = p_identity AND network = p_network
	RETURNING tries INTO v_forgiven;
	UPDATE sign_in_tally SET tries = greatest(tries - v_forgiven, 0),
	       locked_until = CASE WHEN tries - v_forgiven >= sign_in_limit('') THEN now() END
	 WHERE identity_id = p_identity AND network = '' AND v_forgiven > 0;
	DELETE FROM sign_in_tally WHERE identity_id = p_identity AND network = '' AND tries = 0;
END
$$;
SELECT define('sign_in_passed(uuid,text)', 'chaperone_gate', 'chaperone_app');

-- A new password ends every other session of the identity.
CREATE FUNCTION password_change(p_hash text, p_keep uuid) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	UPDATE identity SET password_hash = p_hash WHERE id = me_identity();
	UPDATE session SET revoked_at = now()
	 WHERE identity_id = me_identity() AND id <> p_keep AND revoked_at IS NULL;
END
$$;
SELECT define('password_change(text,uuid)', 'chaperone_app');

-- What has run out: idempotency keys after a day, tallies of tries after an hour of peace,
-- sessions and refresh tokens after 90 days.
CREATE FUNCTION sweep() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM idempotency WHERE created_at < now() - interval '24 hours';
	DELETE FROM sign_in_tally t WHERE sign_in_stale(t);
	DELETE FROM refresh_token WHERE expires_at < now() - interval '90 days';
	DELETE FROM session s WHERE expires_at < now() - interval '90 days'
		AND NOT EXISTS (SELECT FROM refresh_token t WHERE t.session_id = s.id);
END
$$;
SELECT define('sweep()', 'chaperone_worker');

-- A kept answer is told again only to a caller who holds what they held then: `standing` is a
-- digest of it. What was kept before knows no standing, and is not told.
ALTER TABLE idempotency ADD COLUMN standing text NOT NULL DEFAULT '', ADD COLUMN etag text;
ALTER TABLE idempotency ALTER COLUMN standing DROP DEFAULT;
INSERT INTO column_class
VALUES ('idempotency', 'standing', 'ordinary'), ('idempotency', 'etag', 'ordinary');

-- An inviter who leaves, or loses an appointment before its day, takes along what they have open.
-- The argument names the column that is the inviter.
CREATE FUNCTION invitation_orphan() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE invitation SET expires_at = now()
	 WHERE tenant_id = NEW.tenant_id AND invited_by = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid
	   AND accepted_at IS NULL AND expires_at > now();
	RETURN NULL;
END
$$;
SELECT define('invitation_orphan()', 'chaperone_owner');
CREATE TRIGGER orphan AFTER UPDATE OF left_on ON person FOR EACH ROW
	WHEN (NEW.left_on < today()) EXECUTE FUNCTION invitation_orphan('id');
CREATE TRIGGER orphan AFTER UPDATE OF state ON appointment FOR EACH ROW
	WHEN (OLD.state = 'active' AND NEW.state = 'ended') EXECUTE FUNCTION invitation_orphan('person_id');

-- Takes a sign-in from whoever holds it (an address may have become an identity without proof of
-- the mailbox): ends its sessions, unties its persons, and frees the address for a fresh
-- invitation. A row for each person, at least one; none when nobody signs in like this.
CREATE FUNCTION identity_release(p_login text)
RETURNS TABLE (sessions bigint, tenant_id uuid, tenant_name text, person_id uuid, person_name text)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	v_identity uuid;
	v_sessions bigint;
BEGIN
	SELECT i.id INTO v_identity FROM identity i WHERE i.login = lower(p_login) FOR UPDATE;
	IF NOT FOUND THEN RETURN; END IF;
	PERFORM set_config('me.request', 'identity release', true); -- for the audit trail
	UPDATE session s SET revoked_at = now() WHERE s.identity_id = v_identity AND s.revoked_at IS NULL;
	GET DIAGNOSTICS v_sessions = ROW_COUNT;
	DELETE FROM sign_in_tally t WHERE t.identity_id = v_identity;
	-- no address: nobody can sign in as this, and the row stays for what refers to it
	UPDATE identity i SET login = 'released ' || i.id, password_hash = NULL WHERE i.id = v_identity;
	RETURN QUERY
	WITH untied AS (
		UPDATE person p SET identity_id = NULL, version = version + 1
		 WHERE p.identity_id = v_identity
		RETURNING p.tenant_id, p.id, p.name
	)
	SELECT v_sessions, u.tenant_id, t.name, u.id, u.name
	  FROM (VALUES (1)) one LEFT JOIN (untied u JOIN tenant t ON t.id = u.tenant_id) ON true
	 ORDER BY t.name, u.name;
END
$$;
SELECT define('identity_release(text)', 'chaperone_operator');

-- As before, but an SLT that cannot sign in (not yet, or released) is not in the way, and is
-- invited as what they are: a tenant whose only SLT lost the sign-in would have no way back.
CREATE FUNCTION tenant_invite(p_tenant uuid, p_person uuid, p_person_name text, p_email text,
	p_appointment uuid, p_invitation uuid, p_token_hash bytea, p_days integer)
RETURNS void LANGUAGE plpgsql AS $$
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
SELECT define('tenant_invite(uuid,uuid,text,text,uuid,uuid,bytea,integer)', 'chaperone_operator', 'chaperone_definer');
