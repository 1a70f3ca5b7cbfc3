-- What a platform was asked to do, and when to ask again (A9).

-- name: moderation_chase :list
-- school: x.school_id
-- own: @moderation_action.mine
-- compartment: m.safeguarding
-- handled: @message.named
-- Reports that the platform has not decided on, the first to ask after first.
SELECT r.id, r.action_id, x.school_id, s.name AS school_name, x.message_id, x.channel_id,
       coalesce(c.display_name, c.handle) AS channel_name, c.platform, x.kind, x.target_author, x.target_url,
       r.platform_reference, r.status, r.reported_at, r.chase_on, r.chase_on < today() AS overdue, r.reported_by,
       r.reported_name{cursor}
  FROM moderation_report r JOIN moderation_action x ON x.tenant_id = r.tenant_id AND x.id = r.action_id
  LEFT JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
  LEFT JOIN school s ON s.tenant_id = x.tenant_id AND s.id = x.school_id
  LEFT JOIN channel c ON c.tenant_id = x.tenant_id AND c.id = x.channel_id
 WHERE r.tenant_id = :me_tenant::uuid AND r.status IN ('sent', 'acknowledged') AND {reach}{filter} {page};

-- name: moderation_report_add :one
-- school: x.school_id
-- own: @moderation_action.mine
-- compartment: m.safeguarding
-- handled: @message.named
WITH subject AS (
	SELECT x.tenant_id, x.id, x.state FROM moderation_action x
	  LEFT JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
	 WHERE x.tenant_id = :me_tenant::uuid AND x.id = :id::uuid AND {reach}
), added AS (
	INSERT INTO moderation_report (tenant_id, id, action_id, platform_reference, status, reported_at, chase_on, reported_by,
		reported_name)
	SELECT tenant_id, :new_id::uuid, id, :platform_reference, :status, :reported_at::timestamptz, :chase_on::date,
	       :me_person::uuid, me_name()
	  FROM subject WHERE state <> 'withdrawn'
), logged AS (
	INSERT INTO moderation_history (tenant_id, action_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT tenant_id, id, :me_person::uuid, me_name(), 'report', state, state, concat_ws(' ', :status::text, :platform_reference::text)
	  FROM subject WHERE state <> 'withdrawn'
)
SELECT state <> 'withdrawn' AS ok, NULL AS fault, 'What was withdrawn is not reported.' AS why FROM subject;

-- name: moderation_report_update :one
-- school: x.school_id
-- own: @moderation_action.mine
-- compartment: m.safeguarding
-- handled: @message.named
WITH changed AS (
	UPDATE moderation_report r SET version = r.version + 1, status = coalesce(:status, r.status),
	       platform_reference = coalesce(:platform_reference, r.platform_reference), chase_on = coalesce(:chase_on::date, r.chase_on)
	  FROM moderation_action x LEFT JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
	 WHERE r.tenant_id = :me_tenant::uuid AND r.action_id = :id::uuid AND r.id = :report_id::uuid
	   AND x.tenant_id = r.tenant_id AND x.id = r.action_id AND {reach}
	RETURNING x.tenant_id, x.id, x.state, r.status, r.platform_reference
), logged AS (
	INSERT INTO moderation_history (tenant_id, action_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT tenant_id, id, :me_person::uuid, me_name(), 'update_report', state, state,
	       concat_ws(': ', concat_ws(' ', status, platform_reference), :note::text)
	  FROM changed
)
SELECT true AS ok FROM changed;
