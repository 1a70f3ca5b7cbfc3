-- Who looks at a channel on which days (M1, M2).

-- name: monitor_duty_list :list
-- school: d.school_id
-- shared: d.school_id IS NULL
SELECT d.id, d.channel_id, coalesce(c.display_name, c.handle) AS channel_name, d.school_id, s.name AS school_name,
       d.person_id, d.post_id, d.team_id, d.holder_text AS holder, d.days, d.holiday_cover, d.from_on, d.until_on,
       holds_now(d.from_on, d.until_on, NULL) AS current, d.added_by, d.added_name, d.version, d.created_at{cursor}
  FROM monitor_duty d
  LEFT JOIN channel c ON c.tenant_id = d.tenant_id AND c.id = d.channel_id
  LEFT JOIN school s ON s.tenant_id = d.tenant_id AND s.id = d.school_id
 WHERE d.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: monitor_duty_get :one
-- school: d.school_id
-- shared: d.school_id IS NULL
SELECT d.id, d.channel_id, coalesce(c.display_name, c.handle) AS channel_name, d.school_id, s.name AS school_name,
       d.person_id, d.post_id, d.team_id, d.holder_text AS holder, d.days, d.holiday_cover, d.from_on, d.until_on,
       holds_now(d.from_on, d.until_on, NULL) AS current, d.added_by, d.added_name, d.version, d.created_at
  FROM monitor_duty d
  LEFT JOIN channel c ON c.tenant_id = d.tenant_id AND c.id = d.channel_id
  LEFT JOIN school s ON s.tenant_id = d.tenant_id AND s.id = d.school_id
 WHERE d.tenant_id = :me_tenant::uuid AND d.id = :id::uuid AND {reach};

-- name: monitor_duty_add :one
-- school: c.school_id
-- The channel is held, so that nobody closes it meanwhile.
WITH c AS (
	SELECT c.id, c.school_id, c.state FROM channel c
	 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :channel_id::uuid AND {reach} FOR SHARE
), holder AS (
	@channel_grant.holder
), judged AS (
	SELECT CASE WHEN c.id IS NULL THEN '/channel_id'
		    WHEN h.id IS NULL THEN CASE WHEN :person_id::uuid IS NOT NULL THEN '/person_id'
			WHEN :post_id::uuid IS NOT NULL THEN '/post_id' ELSE '/team_id' END END AS fault,
	       CASE WHEN c.state @channel.over AND h.id IS NOT NULL
		    THEN 'This channel is ' || c.state || ': nobody looks at it any more.' END AS why
	  FROM (SELECT 1) one LEFT JOIN c ON true LEFT JOIN holder h ON true
), added AS (
	INSERT INTO monitor_duty (tenant_id, id, channel_id, school_id, person_id, post_id, team_id, holder_text, days,
		holiday_cover, from_on, until_on, added_by, added_name)
	SELECT :me_tenant::uuid, :id::uuid, c.id, c.school_id, :person_id::uuid, :post_id::uuid, :team_id::uuid, h.name,
	       :days::text[], coalesce(:holiday_cover::boolean, false), coalesce(:from_on::date, today()), :until_on::date,
	       :me_person::uuid, me_name()
	  FROM judged j, c, holder h WHERE j.fault IS NULL AND j.why IS NULL
)
SELECT fault IS NULL AND why IS NULL AS ok, fault, why FROM judged;

-- name: monitor_duty_change :one
-- school: d.school_id
UPDATE monitor_duty d SET version = d.version + 1,
       days = CASE WHEN :has_days::boolean THEN :days::text[] ELSE d.days END,
       holiday_cover = CASE WHEN :has_holiday_cover::boolean THEN :holiday_cover::boolean ELSE d.holiday_cover END,
       until_on = CASE WHEN :has_until_on::boolean THEN :until_on::date ELSE d.until_on END
 WHERE d.tenant_id = :me_tenant::uuid AND d.id = :id::uuid AND d.version = :version::integer AND {reach}
RETURNING d.id;
