-- What changed since: changed_since= on lists.

-- name: changes_horizon :one
-- Every transaction before this one is over, so what it changed is to be seen.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon;
