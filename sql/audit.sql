-- What the sealer does once a second, in its own role.

-- name: audit_seal :one
SELECT audit_seal() AS sealed;

-- name: sweep :exec
SELECT sweep();
