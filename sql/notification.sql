-- What the caller was told, and the worker's part of telling.

-- term: shown = n.id, n.kind, n.urgent, n.subject_kind, n.subject_id, n.school_id, s.name AS school_name, n.due_at,
--   CASE n.subject_kind WHEN 'message' THEN '/v1/messages/' WHEN 'channel_application' THEN '/v1/channel-applications/'
--   WHEN 'media_enquiry' THEN '/v1/media-enquiries/' END || n.subject_id AS href, n.seen_at, n.version, n.created_at

-- name: notification_list :list
SELECT @shown{cursor}
  FROM notification n LEFT JOIN school s ON s.tenant_id = n.tenant_id AND s.id = n.school_id
 WHERE n.tenant_id = :me_tenant::uuid AND n.person_id = :me_person::uuid{filter} {page};

-- name: notification_get :one
SELECT @shown
  FROM notification n LEFT JOIN school s ON s.tenant_id = n.tenant_id AND s.id = n.school_id
 WHERE n.tenant_id = :me_tenant::uuid AND n.id = :id::uuid AND n.person_id = :me_person::uuid;

-- name: notification_see :one
-- Seen once is seen: the first time stays.
UPDATE notification n SET seen_at = coalesce(n.seen_at, now()), version = n.version + (n.seen_at IS NULL)::integer
 WHERE n.tenant_id = :me_tenant::uuid AND n.id = :id::uuid AND n.person_id = :me_person::uuid
RETURNING n.id;

-- name: notification_see_all :one
WITH seen AS (
	UPDATE notification n SET seen_at = now(), version = n.version + 1
	 WHERE n.tenant_id = :me_tenant::uuid AND n.person_id = :me_person::uuid AND n.seen_at IS NULL
	   AND n.created_at <= :until::timestamptz
	RETURNING n.id
)
SELECT count(*) AS seen FROM seen;

-- name: notification_unseen :one
SELECT count(*) AS unseen, count(*) FILTER (WHERE n.urgent) AS urgent
  FROM notification n
 WHERE n.tenant_id = :me_tenant::uuid AND n.person_id = :me_person::uuid AND n.seen_at IS NULL;

-- name: timers_fire :one
SELECT timers_fire(:page::integer) AS done;

-- name: events_tell :one
SELECT events_tell(:notices::jsonb, :page::integer) AS done;
