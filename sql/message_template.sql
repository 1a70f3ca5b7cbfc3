-- Texts to acknowledge, redirect and answer with (M6, M11).

-- term: shown = t.id, t.school_id, s.name AS school_name, t.purpose, t.title, t.text, t.retired, t.created_name, t.version, t.created_at

-- name: message_template_list :list
-- school: t.school_id
-- shared: t.school_id IS NULL
SELECT @shown{cursor}
  FROM message_template t LEFT JOIN school s ON s.tenant_id = t.tenant_id AND s.id = t.school_id
 WHERE t.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: message_template_get :one
-- school: t.school_id
-- shared: t.school_id IS NULL
SELECT @shown
  FROM message_template t LEFT JOIN school s ON s.tenant_id = t.tenant_id AND s.id = t.school_id
 WHERE t.tenant_id = :me_tenant::uuid AND t.id = :id::uuid AND {reach};

-- name: message_template_add :one
-- school: s.id
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), added AS (
	INSERT INTO message_template (tenant_id, id, school_id, purpose, title, text, created_name)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :purpose, :title, :text, me_name() FROM place WHERE ok
)
SELECT ok, '/school_id' AS fault FROM place;

-- name: message_template_change :one
-- school: t.school_id
UPDATE message_template t SET version = t.version + 1,
       title = CASE WHEN :has_title::boolean THEN :title ELSE t.title END,
       text = CASE WHEN :has_text::boolean THEN :text ELSE t.text END,
       retired = CASE WHEN :has_retired::boolean THEN :retired::boolean ELSE t.retired END
 WHERE t.tenant_id = :me_tenant::uuid AND t.id = :id::uuid AND t.version = :version::integer AND {reach}
RETURNING t.id;

-- name: message_template_pick :one
-- school: t.school_id
-- shared: t.school_id IS NULL
SELECT t.text, t.purpose, t.school_id, t.retired FROM message_template t
 WHERE t.tenant_id = :me_tenant::uuid AND t.id = :template_id::uuid AND {reach};

-- name: message_template_fill :one
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
-- What a text's places stand for with this message: the answer is due when the clock that goes on after acknowledging is.
SELECT m.school_id, coalesce(s.name, n.name) AS school_name, s.email AS enquiries_email, s.telephone AS enquiries_telephone,
       coalesce(c.display_name, c.handle, f.name) AS channel_name,
       (SELECT to_char(min(k.due_at) AT TIME ZONE 'Europe/London', 'FMDay FMDD FMMonth YYYY, HH24:MI')
	  FROM clock k WHERE k.tenant_id = m.tenant_id AND k.message_id = m.id AND k.stopped_at IS NULL
	   AND k.kind <> 'response') AS due_at,
       EXISTS (SELECT FROM message_template o WHERE o.tenant_id = m.tenant_id AND o.school_id = m.school_id
	AND o.purpose = :purpose AND NOT o.retired) AS has_own
  FROM message m
  JOIN tenant n ON n.id = m.tenant_id
  LEFT JOIN school s ON s.tenant_id = m.tenant_id AND s.id = m.school_id
  LEFT JOIN channel c ON c.tenant_id = m.tenant_id AND c.id = m.channel_id
  LEFT JOIN platform f ON f.code = c.platform
 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :message_id::uuid AND {reach};
