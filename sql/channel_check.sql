-- Who looked at a channel when, and what was there (M1); on which days nobody did.

-- Staff: of the channels that they have access to or are on duty for.
-- term: mine = (k.channel_id = ANY ((SELECT me_watched())::uuid[]))
-- term: shown = k.id, k.channel_id, coalesce(c.display_name, c.handle) AS channel_name, k.school_id, s.name AS school_name, k.checked_at, k.found, k.note, k.checked_by, k.checked_name, k.version, k.created_at

-- name: channel_check_list :list
-- school: k.school_id
-- own: @mine
SELECT @shown{cursor}
  FROM channel_check k
  LEFT JOIN channel c ON c.tenant_id = k.tenant_id AND c.id = k.channel_id
  LEFT JOIN school s ON s.tenant_id = k.tenant_id AND s.id = k.school_id
 WHERE k.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: channel_check_list_of :list
-- school: k.school_id
-- own: @mine
SELECT @shown{cursor}
  FROM channel_check k
  LEFT JOIN channel c ON c.tenant_id = k.tenant_id AND c.id = k.channel_id
  LEFT JOIN school s ON s.tenant_id = k.tenant_id AND s.id = k.school_id
 WHERE k.tenant_id = :me_tenant::uuid AND k.channel_id = :id::uuid AND {reach}{filter} {page};

-- name: channel_check_get :one
-- school: k.school_id
-- own: @mine
SELECT @shown
  FROM channel_check k
  LEFT JOIN channel c ON c.tenant_id = k.tenant_id AND c.id = k.channel_id
  LEFT JOIN school s ON s.tenant_id = k.tenant_id AND s.id = k.school_id
 WHERE k.tenant_id = :me_tenant::uuid AND k.id = :id::uuid AND {reach};

-- name: channel_check_add :one
-- school: c.school_id
-- own: (c.id = ANY ((SELECT me_watched())::uuid[]))
WITH c AS (
	SELECT c.id, c.school_id, c.state FROM channel c
	 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid AND {reach}
), judged AS (
	SELECT c.*, CASE WHEN :checked_at::timestamptz > now() THEN '/checked_at' END AS fault,
	       CASE WHEN :checked_at::timestamptz > now() THEN 'lies in the future'
		    WHEN c.state @channel.over THEN 'This channel is ' || c.state || ': nobody looks at it any more.' END AS why
	  FROM c
), added AS (
	INSERT INTO channel_check (tenant_id, id, channel_id, school_id, checked_at, found, note, checked_by, checked_name)
	SELECT :me_tenant::uuid, :new_id::uuid, j.id, j.school_id, coalesce(:checked_at::timestamptz, now()), :found, :note,
	       :me_person::uuid, me_name()
	  FROM judged j WHERE j.why IS NULL
)
SELECT id, why IS NULL AS ok, fault, why FROM judged;

-- name: channel_check_missed :list
-- school: c.school_id
-- own: (c.id = ANY ((SELECT me_watched())::uuid[]))
-- What kind of day each of them is comes from the calendar; which kinds count, from the setting. A channel
-- counts from the day it came into use; one that somebody else runs, never.
SELECT d.day, c.id AS channel_id, coalesce(c.display_name, c.handle) AS channel_name, f.name AS platform_name,
       c.school_id, s.name AS school_name,
       (SELECT coalesce(json_agg(json_build_object('duty_id', m.id, 'person_id', m.person_id, 'post_id', m.post_id,
		'team_id', m.team_id, 'holder', m.holder_text) ORDER BY m.holder_text, m.id), '[]')
	  FROM monitor_duty m WHERE m.tenant_id = c.tenant_id AND m.channel_id = c.id
	   AND to_char(d.day, 'dy') = ANY (m.days) AND d.day >= m.from_on AND coalesce(d.day <= m.until_on, true)
	   AND (m.holiday_cover OR NOT d.holiday)) AS on_duty
  FROM unnest(:days::date[], :working::boolean[], :school::boolean[], :holiday::boolean[]) d (day, working, school, holiday)
  JOIN channel c ON c.tenant_id = :me_tenant::uuid AND c.school_id IS NOT DISTINCT FROM :school_id::uuid
   AND c.state = 'active' AND c.declared <> 'affiliated'
  LEFT JOIN platform f ON f.code = c.platform
  LEFT JOIN school s ON s.tenant_id = c.tenant_id AND s.id = c.school_id
 WHERE {reach}
   AND CASE (SELECT my_setting(:school_id::uuid, 'monitor.days') #>> '{}')
	WHEN 'every_day' THEN true WHEN 'working_days' THEN d.working ELSE d.school END
   AND d.day >= (SELECT coalesce(min(h.at), c.created_at) AT TIME ZONE 'Europe/London' FROM channel_history h
	WHERE h.tenant_id = c.tenant_id AND h.channel_id = c.id AND h.to_state = 'active')::date
   AND NOT EXISTS (SELECT FROM channel_check k WHERE k.tenant_id = c.tenant_id AND k.channel_id = c.id
	AND k.checked_on = d.day)
 ORDER BY d.day, channel_name, c.id;
