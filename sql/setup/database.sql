-- Run once by a superuser inside the new database, after roles.sql.
ALTER SCHEMA public OWNER TO chaperone_owner;
DO $$
BEGIN
	EXECUTE format('ALTER DATABASE %I OWNER TO chaperone_owner', current_database());
	EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
	EXECUTE format('GRANT CONNECT ON DATABASE %I TO chaperone_owner, chaperone_app, chaperone_gate,
		chaperone_worker, chaperone_operator, chaperone_backup', current_database());
	-- an import of the public register gathers its rows in a temporary table
	EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO chaperone_operator', current_database());
END
$$;
