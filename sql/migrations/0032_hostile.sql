-- Who is kept from a message, and what is said to be such imagery: for whom it is in the second wall as well (A8, A14, A18).

-- Made again in sql/functions; a new database has none of them yet.
SET LOCAL ROLE chaperone_definer;
DROP FUNCTION IF EXISTS clock_stale(integer), clock_reckoned(uuid, integer, jsonb);
RESET ROLE;
