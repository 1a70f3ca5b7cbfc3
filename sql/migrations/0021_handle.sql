-- A handle that is only a sign is none, also where it was recorded before 0019 forbade it.

-- The constraint was not held against the rows that were there, but it is at each change of one:
-- whoever was to leave, or to be given access, could not because of it.
INSERT INTO channel_history (tenant_id, channel_id, action, from_state, to_state, note)
SELECT tenant_id, id, 'change', state, state, 'handle: "' || handle || '" says nothing'
  FROM channel WHERE source <> 'register' AND handle ~ '^[@\s]*$';
UPDATE channel SET handle = NULL, version = version + 1
 WHERE source <> 'register' AND handle ~ '^[@\s]*$';
ALTER TABLE channel VALIDATE CONSTRAINT channel_handle_said;
