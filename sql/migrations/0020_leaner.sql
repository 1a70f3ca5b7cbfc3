-- Functions whose text now stands in sql/functions belong to chaperone_definer, as all of those do; indexes that are used.

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

-- COALESCE counts as what may leak, so that row security kept the index of 0005 from being used; CASE does not.
DROP INDEX channel_similar;
CREATE INDEX channel_similar ON channel
	(tenant_id, (CASE WHEN school_id IS NULL THEN tenant_id ELSE school_id END), platform, created_at)
	WHERE state NOT IN ('closed', 'lost');

-- enter() asks in every transaction whom the caller is kept from. The old index left out what is asked for, so that the
-- planner read all of a tenant's exclusions in the primary key instead.
DROP INDEX exclusion_by_person;
CREATE INDEX exclusion_by_person ON exclusion (tenant_id, person_id, subject_id);
-- The same for what the caller would run: among many small tenants it read a whole tenant's.
DROP INDEX application_operator_by_person;
CREATE INDEX application_operator_by_person ON application_operator (tenant_id, person_id, application_id);
