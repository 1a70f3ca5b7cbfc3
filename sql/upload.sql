-- Files that come in parts: each is seen by whoever began it, and by nobody else.
-- term: columns = u.id, u.kind, u.state, u.size, u.sha256, u.declared_type, u.media_type, u.part_size,
--   (u.size + u.part_size - 1) / u.part_size AS part_count, CASE WHEN u.state IN ('complete', 'used')
--   THEN ARRAY(SELECT generate_series(1, (u.size + u.part_size - 1) / u.part_size))
--   ELSE ARRAY(SELECT p.number FROM upload_part p WHERE p.tenant_id = u.tenant_id AND p.upload_id = u.id
--   ORDER BY 1) END AS parts, u.scan, u.discarded_because, u.expires_at, u.version, u.created_at

-- name: upload_get :one
-- own: u.begun_by = :me_person::uuid
SELECT @columns
  FROM upload u WHERE u.tenant_id = :me_tenant::uuid AND u.id = :id::uuid AND u.expires_at > now() AND {reach};

-- name: upload_begin :one
WITH waiting AS (
	SELECT coalesce(sum(u.size), 0) + :size::bigint <= :waiting_max::bigint AS ok FROM upload u
	 WHERE u.tenant_id = :me_tenant::uuid AND u.begun_by = :me_person::uuid AND u.expires_at > now()
	   AND u.state IN ('open', 'complete')
), begun AS (
	INSERT INTO upload (tenant_id, id, kind, size, sha256, declared_type, part_size, begun_by)
	SELECT :me_tenant::uuid, :id::uuid, :kind, :size::bigint, :sha256, :declared_type, :part_size::integer,
	       :me_person::uuid
	  FROM waiting WHERE ok
)
SELECT ok, 'You have 250 MB of uploads that nothing uses yet: use them, or wait a day.' AS why FROM waiting;

-- name: upload_put :one
-- own: u.begun_by = :me_person::uuid
-- No row: no such upload, or none of yours. `due`: how long this part is to be, null when there is no such part.
WITH target AS (
	SELECT u.id, u.state, CASE WHEN (:number::bigint - 1) * u.part_size < u.size
		THEN least(u.part_size, u.size - (:number::bigint - 1) * u.part_size) END AS due
	  FROM upload u
	 WHERE u.tenant_id = :me_tenant::uuid AND u.id = :id::uuid AND u.expires_at > now() AND {reach}
), added AS (
	INSERT INTO upload_part (tenant_id, upload_id, number, content)
	SELECT :me_tenant::uuid, t.id, :number::integer, :bytes::bytea FROM target t
	 WHERE t.state = 'open' AND octet_length(:bytes::bytea) = t.due
	ON CONFLICT DO NOTHING RETURNING number
)
SELECT t.state, t.due, octet_length(:bytes::bytea) = t.due AS fits, EXISTS (SELECT FROM added) AS added
  FROM target t;

-- name: upload_part_same :one
SELECT EXISTS (SELECT FROM upload_part p WHERE p.tenant_id = :me_tenant::uuid AND p.upload_id = :id::uuid
	AND p.number = :number::integer AND p.content = :bytes::bytea) AS same;

-- name: upload_piece :one
-- A slice of an upload that is not settled yet; no row once somebody has settled it.
SELECT substring(p.content FROM (:at::bigint % u.part_size)::integer + 1 FOR 262144) AS piece
  FROM upload u
  JOIN upload_part p ON p.tenant_id = u.tenant_id AND p.upload_id = u.id AND p.number = :at::bigint / u.part_size + 1
 WHERE u.tenant_id = :me_tenant::uuid AND u.id = :id::uuid AND u.begun_by = :me_person::uuid AND u.state = 'open';

-- name: upload_settle :one
SELECT upload_settle(:id::uuid, :found_type, :scan, :because) AS settled;
