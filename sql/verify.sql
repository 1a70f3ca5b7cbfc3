-- The public answer; verify() (0015) decides it: an active channel whose claim to the handle is held.

-- name: verify :one
-- The tag leaves out when it was asked: as long as the rest is the same, so is the answer.
SELECT 'listed' AS result, v.*, now() AS checked_at, 'W/"' || md5(v::text) || '"' AS _tag
  FROM verify(:platform, :handle) v;
