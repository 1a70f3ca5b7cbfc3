-- Many messages at once: what is made of each, and what was there before.

-- name: message_assignees_hold :exec
-- As person_hold, of all whom these name: nobody is given a message who leaves meanwhile. In one order, so that two
-- calls do not wait for each other.
SELECT pg_advisory_xact_lock(hashtextextended(a.id::text, 0))
  FROM (SELECT DISTINCT r.assignee_id AS id FROM jsonb_to_recordset(:rows::jsonb) AS r (assignee_id uuid)
	 WHERE r.assignee_id IS NOT NULL ORDER BY 1) a;

-- name: message_bulk_add :exec
-- What is there by its channel and external_ref stays as it is, whoever may see it. In the order of what two calls at
-- once would wait for, so that neither waits for the other.
INSERT INTO message (tenant_id, id, school_id, channel_id, kind, source, received_at, text, url, external_ref,
	author_kind, author_confidence, author_identity, author_name, author_handle, author_contact, triage,
	about_name, assignee_id, assignee_name, recorded_by, recorded_name)
SELECT :me_tenant::uuid, r.id, r.school_id, r.channel_id, r.kind, r.source, r.received_at, r.text, r.url, r.external_ref,
       coalesce(r.author_kind, 'unknown'), coalesce(r.author_confidence, 'unknown'), coalesce(r.author_identity, 'unknown'),
       r.author_name, r.author_handle, r.author_contact, r.triage_open::text[], r.about_name, r.assignee_id, a.name,
       :me_person::uuid, me_name()
  FROM jsonb_to_recordset(:rows::jsonb) AS r (number integer, id uuid, school_id uuid, channel_id uuid, kind text, source text,
	received_at timestamptz, text text, url text, external_ref text, author_kind text, author_confidence text,
	author_identity text, author_name text, author_handle text, author_contact text, triage_open text, about_name text,
	assignee_id uuid)
  LEFT JOIN person a ON a.tenant_id = :me_tenant::uuid AND a.id = r.assignee_id
 ORDER BY r.channel_id, r.external_ref, r.number
    ON CONFLICT DO NOTHING;

-- name: message_bulk_log :exec
INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, to_state)
SELECT m.tenant_id, m.id, :me_person::uuid, me_name(), 'log', 'open'
  FROM jsonb_to_recordset(:rows::jsonb) AS r (number integer, id uuid)
  JOIN message m ON m.tenant_id = :me_tenant::uuid AND m.id = r.id
 ORDER BY r.number;

-- name: message_bulk_there :many
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
-- What was made of each: made now, or there before; that one's id goes to whoever sees it.
SELECT r.number, n.id IS NOT NULL AS made, m.id
  FROM jsonb_to_recordset(:rows::jsonb) AS r (number integer, id uuid, channel_id uuid, external_ref text)
  LEFT JOIN message n ON n.tenant_id = :me_tenant::uuid AND n.id = r.id
  LEFT JOIN message m ON m.tenant_id = :me_tenant::uuid AND m.channel_id = r.channel_id AND m.external_ref = r.external_ref
   AND {reach}
 ORDER BY r.number;

-- name: message_bulk_protect :many
SELECT p.id FROM jsonb_to_recordset(:rows::jsonb) AS r (number integer, id uuid, protects boolean, triage text, about_name text),
       LATERAL message_protect(r.id, 1, r.triage::text[], r.about_name, NULL) p
 WHERE r.protects ORDER BY r.number;
