-- Sessions of one sign-in end together, and a handle is more than its sign.

ALTER TABLE session ADD COLUMN origin_id uuid; -- the sign-in that it came of by switching; null: it is one itself
SELECT declare_column('session', 'origin_id', 'ordinary');

SET LOCAL ROLE chaperone_definer;
DROP FUNCTION session_open(uuid, uuid, uuid, text[], timestamptz, bytea, integer), session_close(uuid);
RESET ROLE;

-- A handle that is only an @ would have no key, and so be everybody's; a register's cells stay as they came.
ALTER TABLE channel ADD CONSTRAINT channel_handle_said
	CHECK (source = 'register' OR handle !~ '^[@\s]*$') NOT VALID;
