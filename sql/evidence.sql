-- What shows that something was posted (A14): seen as the message that it hangs on, every look written down.

-- term: locked = (e.locked_at IS NOT NULL OR e.kind = 'file' AND coalesce('self_generated_imagery' = ANY (m.triage), false))
-- term: shown = e.id, e.message_id, e.school_id, s.name AS school_name, e.kind, e.moment, e.text, e.source_url, e.captured_at,
--   e.platform, e.author_handle, e.author_identity, e.reappearance_of, e.sha256, e.media_type, e.size, e.scan, e.locked_at,
--   CASE WHEN @locked THEN imagery_advice() END AS advice, e.recorded_by, e.recorded_name, e.version, e.created_at
-- term: from = evidence e JOIN message m ON m.tenant_id = e.tenant_id AND m.id = e.message_id
--   LEFT JOIN school s ON s.tenant_id = e.tenant_id AND s.id = e.school_id

-- name: evidence_list :list
-- school: e.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
SELECT @shown{cursor}
  FROM @from
 WHERE e.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: evidence_listed :exec
INSERT INTO evidence_custody (tenant_id, evidence_id, action, actor_id, actor_name, request)
SELECT :me_tenant::uuid, e, 'listed', :me_person::uuid, me_name(), :me_request_id FROM unnest(:shown::uuid[]) e;

-- name: evidence_get :one
-- school: e.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
SELECT @shown
  FROM @from
 WHERE e.tenant_id = :me_tenant::uuid AND e.id = :id::uuid AND {reach};

-- name: evidence_view :one
-- school: e.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
WITH seen AS (
	SELECT @shown
	  FROM @from
	 WHERE e.tenant_id = :me_tenant::uuid AND e.id = :id::uuid AND {reach}
), logged AS (
	INSERT INTO evidence_custody (tenant_id, evidence_id, action, actor_id, actor_name, request)
	SELECT :me_tenant::uuid, id, 'viewed', :me_person::uuid, me_name(), :me_request_id FROM seen
)
SELECT * FROM seen;

-- name: evidence_download :one
-- school: e.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
WITH file AS (
	SELECT e.id, e.media_type, e.size, encode(decode(e.sha256, 'hex'), 'base64') AS digest, @locked AS locked,
	       imagery_advice() AS advice
	  FROM @from
	 WHERE e.tenant_id = :me_tenant::uuid AND e.id = :id::uuid AND e.kind = 'file' AND {reach}
), logged AS (
	INSERT INTO evidence_custody (tenant_id, evidence_id, action, actor_id, actor_name, request)
	SELECT :me_tenant::uuid, id, CASE WHEN locked THEN 'refused' ELSE 'downloaded' END, :me_person::uuid, me_name(),
	       :me_request_id
	  FROM file
)
SELECT * FROM file;

-- name: evidence_piece :one
-- school: e.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
SELECT substring(p.content FROM (:at::bigint % e.part_size)::integer + 1 FOR 262144) AS piece
  FROM @from
  JOIN upload_part p ON p.tenant_id = e.tenant_id AND p.upload_id = e.upload_id AND p.number = :at::bigint / e.part_size + 1
 WHERE e.tenant_id = :me_tenant::uuid AND e.id = :id::uuid AND NOT @locked AND {reach};

-- name: evidence_add :one
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
WITH subject AS (
	SELECT m.id, m.school_id FROM message m
	 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :message_id::uuid AND {reach}
), file AS (
	SELECT u.* FROM upload u
	 WHERE u.tenant_id = :me_tenant::uuid AND u.id = :upload_id::uuid AND u.begun_by = :me_person::uuid
	   AND u.kind = 'evidence' AND u.state = 'complete' AND u.expires_at > now()
), judged AS (
	SELECT CASE WHEN NOT EXISTS (SELECT FROM subject) THEN '/message_id'
		WHEN :upload_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM file) THEN '/upload_id'
		WHEN :reappearance_of::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM evidence e
			WHERE e.tenant_id = :me_tenant::uuid AND e.id = :reappearance_of::uuid) THEN '/reappearance_of' END AS fault
), added AS (
	INSERT INTO evidence (tenant_id, id, message_id, school_id, kind, moment, text, source_url, captured_at, platform,
		author_handle, author_identity, reappearance_of, sha256, upload_id, media_type, size, part_size, scan,
		recorded_by, recorded_name)
	SELECT :me_tenant::uuid, :id::uuid, m.id, m.school_id, :kind, :moment, :text, :source_url,
	       coalesce(:captured_at::timestamptz, now()), :platform, :author_handle, coalesce(:author_identity, 'unknown'),
	       :reappearance_of::uuid, coalesce(f.sha256, encode(sha256(convert_to(:text, 'UTF8')), 'hex')), f.id, f.media_type,
	       f.size, f.part_size, f.scan, :me_person::uuid, me_name()
	  FROM judged CROSS JOIN subject m LEFT JOIN file f ON true
	 WHERE judged.fault IS NULL
)
SELECT fault IS NULL AS ok, fault FROM judged;

-- name: evidence_missing :many
-- What is hidden or removed is captured first (B9).
SELECT 'not_captured' AS code, 'Add evidence of it first: what was hidden or removed is gone.' AS detail
 WHERE :outcome = 'hidden' AND NOT EXISTS (SELECT FROM evidence e
	WHERE e.tenant_id = :me_tenant::uuid AND e.message_id = :id::uuid AND e.moment IS DISTINCT FROM 'after');

-- name: evidence_custody :list
-- Whose evidence is in sight has been asked before (resource_list).
SELECT c.id, c.at, c.action, c.actor_id, c.actor_name, c.request{cursor}
  FROM evidence_custody c WHERE c.tenant_id = :me_tenant::uuid AND c.evidence_id = :id::uuid{filter} {page};
