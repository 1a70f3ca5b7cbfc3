-- Who says of a handle that it is theirs; what decides stands in functions/handle_claim.sql.

-- name: channel_contested :one
-- The handle that this channel claims while somebody else holds it.
SELECT c.platform, c.handle_key FROM channel c
 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :contested_id::uuid AND channel_contested(c);

-- name: handle_claim_open :one
SELECT handle_claim_open(:claimed_platform, :claimed_key) AS state;

-- name: handle_claims :many
SELECT id, claimed_at, platform, handle, claimant, claimed_name, recorded, holder FROM handle_claims();

-- name: handle_claim_decide :many
SELECT platform, handle, claimant, loser, loser_claim
  FROM handle_claim_decide(:claim_id::uuid, :granted::boolean, :reason);
