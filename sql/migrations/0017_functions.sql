-- The functions of sql/functions belong to chaperone_definer, and the database remembers which
-- text of them it has.

-- What chaperone_definer makes is for nobody until it is granted, as what the owner makes (0001).
SET LOCAL ROLE chaperone_definer;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
RESET ROLE;
GRANT CREATE ON SCHEMA public TO chaperone_definer;
ALTER FUNCTION invitation_open(invitation) OWNER TO chaperone_definer;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;

CREATE TABLE schema_functions (
	name       text PRIMARY KEY, -- 'functions': all files as one text
	sha256     text NOT NULL,
	applied_at timestamptz NOT NULL DEFAULT now()
);
SELECT declare_table('schema_functions', 'life of the service', 'none',
	ordinary => '{name,sha256,applied_at}');
CREATE POLICY owner ON schema_functions TO chaperone_owner USING (true) WITH CHECK (true);

CREATE FUNCTION schema_functions_sha256() RETURNS text LANGUAGE sql STABLE
AS $$ SELECT sha256 FROM schema_functions $$;
SELECT define('schema_functions_sha256()', 'chaperone_gate');
