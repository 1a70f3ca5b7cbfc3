-- The audit trail: sealed, sent out and read back.

-- name: audit_seal :one
SELECT audit_seal() AS sealed;

-- name: audit_behind :one
SELECT audit_behind() AS behind;

-- name: audit_heads :many
SELECT tenant_id, seq, chain FROM audit_heads();

-- name: audit_heads_sent :exec
SELECT audit_heads_sent(:head_tenants::uuid[], :head_seqs::bigint[]);

-- name: audit_tenants :many
SELECT id, name FROM audit_tenants();

-- name: audit_state :one
SELECT horizon, seq, to_xid, chain, sealed_at FROM audit_state(:audit_tenant::uuid);

-- name: audit_seals :many
SELECT seq, from_xid, to_xid, events, chain
  FROM audit_seals(:audit_tenant::uuid, :audit_seq::bigint, :audit_last::bigint, :audit_rows::integer);

-- name: audit_events :many
SELECT xid, id, tenant_id, epoch, actor_id, request, operation, table_name, row_id, changed,
       ordinary, commitment, digest
  FROM audit_events(:audit_tenant::uuid, :audit_xid, :audit_id::bigint, :audit_rows::integer);

-- name: sweep :exec
SELECT sweep();
