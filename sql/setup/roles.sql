-- The database roles of Chaperone: run once by a superuser, before `chaperone migrate`.
-- Nobody here is a superuser. Only chaperone_backup passes row security, to read: the service
-- never signs in as it. chaperone_definer never signs in: it owns the few functions that look
-- past a caller's sight.
DO $$
DECLARE
	role text;
BEGIN
	FOREACH role IN ARRAY ARRAY['owner', 'app', 'gate', 'worker', 'operator'] LOOP
		IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chaperone_' || role) THEN
			EXECUTE format('CREATE ROLE chaperone_%s LOGIN NOINHERIT', role);
		END IF;
	END LOOP;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chaperone_backup') THEN
		CREATE ROLE chaperone_backup LOGIN NOINHERIT BYPASSRLS;
	END IF;
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'chaperone_definer') THEN
		CREATE ROLE chaperone_definer NOLOGIN NOINHERIT;
	END IF;
END
$$;
GRANT chaperone_definer TO chaperone_owner;
