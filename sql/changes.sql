-- What changed since: changed_since= on lists.

-- name: changes_horizon :one
-- Every transaction before this one is over, so what it changed is to be seen. Beside it, which
-- database this is: another one than before when it was restored from a dump.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text AS horizon,
       (SELECT system_identifier FROM pg_control_system()) || '/'
	|| (SELECT oid FROM pg_database WHERE datname = current_database()) AS place;
