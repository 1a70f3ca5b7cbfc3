-- Functions whose text now stands in sql/functions belong to chaperone_definer, as all of those do.

GRANT CREATE ON SCHEMA public TO chaperone_definer;
ALTER FUNCTION audit_bytes(text[]) OWNER TO chaperone_definer;
ALTER FUNCTION me_wide(text) OWNER TO chaperone_definer;
ALTER FUNCTION me_schools(text) OWNER TO chaperone_definer;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;

