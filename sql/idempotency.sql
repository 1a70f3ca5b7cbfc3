-- The first answer to a request with an Idempotency-Key, for 24 hours.

-- name: idempotency_claim :one
SELECT l.locked, k.key IS NOT NULL AS known, k.digest = :idem_digest AS same,
       k.standing = :idem_standing AS standing, k.status, k.body, k.location, k.etag
  FROM (SELECT pg_try_advisory_xact_lock(hashtextextended(:idem_key, 0)) AS locked) l
  LEFT JOIN idempotency k ON k.key = :idem_key AND l.locked;

-- name: idempotency_store :exec
INSERT INTO idempotency (key, identity_id, digest, standing, status, body, location, etag)
VALUES (:idem_key, :me_identity::uuid, :idem_digest, :idem_standing, :idem_status::integer, :idem_body,
	:idem_location, :idem_etag);
