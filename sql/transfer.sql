-- Schools that have moved in the public register: each side sees its own row, and how the other
-- side has decided.

-- name: transfer_list :list
-- school: t.school_id
SELECT t.id, t.state, t.side, t.urn, t.school_id, t.school_name, t.from_trust_id, t.from_trust_name,
       t.to_trust_id, t.to_trust_name, t.joined_on, t.found_on,
       transfer_other_state(t.move_id, t.side) AS other_side_state,
       t.decided_by, t.decided_name, t.decided_at, t.note, t.version, t.created_at{cursor}
  FROM transfer t
 WHERE t.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: transfer_get :one
-- school: t.school_id
SELECT t.id, t.state, t.side, t.urn, t.school_id, t.school_name, t.from_trust_id, t.from_trust_name,
       t.to_trust_id, t.to_trust_name, t.joined_on, t.found_on,
       transfer_other_state(t.move_id, t.side) AS other_side_state,
       t.decided_by, t.decided_name, t.decided_at, t.note, t.version, t.created_at
  FROM transfer t
 WHERE t.tenant_id = :me_tenant::uuid AND t.id = :id::uuid AND {reach};

-- name: transfer_move :one
-- No row comes back when someone else answered first: the caller answers 409.
UPDATE transfer t SET state = :to, version = t.version + 1, decided_by = :me_person::uuid,
       decided_name = me_name(), decided_at = now(), note = :reason
 WHERE t.tenant_id = :me_tenant::uuid AND t.id = :id::uuid AND t.version = :version::integer
   AND t.state = ANY (:from::text[])
RETURNING t.id, t.state;
