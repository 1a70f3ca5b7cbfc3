-- Functions whose text now stands in sql/functions belong to chaperone_definer, as all of those do.

GRANT CREATE ON SCHEMA public TO chaperone_definer;
ALTER FUNCTION audit_bytes(text[]) OWNER TO chaperone_definer;
ALTER FUNCTION me_wide(text) OWNER TO chaperone_definer;
ALTER FUNCTION me_schools(text) OWNER TO chaperone_definer;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;

-- Who holds the grants of a channel is read for all of them at once: channel_holders().
DROP VIEW channel_grant_shown;
SET LOCAL ROLE chaperone_definer;
DROP FUNCTION grant_holders(uuid);
RESET ROLE;
