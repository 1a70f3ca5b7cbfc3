-- What waits for the caller: the first few of each kind, and how many there are.

-- Counted apart from the first few: a count needs no texts.
-- term: waiting = WITH waiting AS NOT MATERIALIZED (SELECT m.* FROM message m WHERE m.tenant_id = :me_tenant::uuid AND m.state <> 'closed'
-- term: first = SELECT m.id, concat_ws(': ', m.author_name, left(m.text, 100)) AS title, s.name AS school_name, m.received_at AS since,
--   (m.next_due_at AT TIME ZONE 'Europe/London')::date AS due_on, (SELECT count(*) FROM waiting) AS _count
--   FROM waiting m LEFT JOIN school s ON s.tenant_id = m.tenant_id AND s.id = m.school_id

-- name: work_decide :list
-- school: a.school_id
-- own: (a.applicant_id = :me_person::uuid OR a.recorded_by = :me_person::uuid)
SELECT a.id, a.proposed_name AS title, s.name AS school_name, a.waiting_since AS since,
       NULL::date AS due_on, count(*) OVER () AS _count
  FROM channel_application a
  LEFT JOIN school s ON s.tenant_id = a.tenant_id AND s.id = a.school_id
 WHERE a.tenant_id = :me_tenant::uuid AND a.waiting_since IS NOT NULL AND a.state = 'submitted'
   AND {reach} AND EXISTS (SELECT FROM application_deciders(a.id) d
	WHERE d.person_id = :me_person::uuid AND d.may)
 ORDER BY a.waiting_since, a.id LIMIT :shown::bigint;

-- name: work_record :list
-- school: a.school_id
SELECT a.id, a.proposed_name AS title, s.name AS school_name, a.waiting_since AS since,
       NULL::date AS due_on, count(*) OVER () AS _count
  FROM channel_application a
  LEFT JOIN school s ON s.tenant_id = a.tenant_id AND s.id = a.school_id
 WHERE a.tenant_id = :me_tenant::uuid AND a.waiting_since IS NOT NULL AND a.state = 'approved'
   AND {reach}
 ORDER BY a.waiting_since, a.id LIMIT :shown::bigint;

-- name: work_answer :list
SELECT a.id, a.proposed_name AS title, s.name AS school_name, a.waiting_since AS since,
       NULL::date AS due_on, count(*) OVER () AS _count
  FROM channel_application a
  LEFT JOIN school s ON s.tenant_id = a.tenant_id AND s.id = a.school_id
 WHERE a.tenant_id = :me_tenant::uuid AND a.waiting_since IS NOT NULL
   AND a.state = 'more_information' AND :me_person::uuid IN (a.applicant_id, a.recorded_by)
 ORDER BY a.waiting_since, a.id LIMIT :shown::bigint;

-- name: work_confirm :list
-- school: CASE cardinality(appointment_schools(a.id)) WHEN 1 THEN (appointment_schools(a.id))[1] END
-- As appointment_second: neither what one granted nor what one would hold.
SELECT a.id, concat_ws(' ', p.name || ':', a.role, nullif(array_to_string(a.duties, ', '), '')) AS title,
       (SELECT string_agg(s.name, ', ' ORDER BY s.name) FROM appointment_school x
	  JOIN school s ON s.tenant_id = x.tenant_id AND s.id = x.school_id
	 WHERE x.tenant_id = a.tenant_id AND x.appointment_id = a.id) AS school_name,
       a.created_at AS since, NULL::date AS due_on, count(*) OVER () AS _count
  FROM appointment a LEFT JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
 WHERE a.tenant_id = :me_tenant::uuid AND a.state = 'proposed' AND {reach}
   AND a.person_id <> :me_person::uuid AND a.granted_by IS DISTINCT FROM :me_person::uuid
 ORDER BY a.created_at, a.id LIMIT :shown::bigint;

-- name: work_media :list
-- school: e.school_id
SELECT e.id, e.outlet AS title, s.name AS school_name, e.received_at AS since,
       (e.deadline_at AT TIME ZONE 'Europe/London')::date AS due_on, count(*) OVER () AS _count
  FROM media_enquiry e LEFT JOIN school s ON s.tenant_id = e.tenant_id AND s.id = e.school_id
 WHERE e.tenant_id = :me_tenant::uuid AND e.state = 'received' AND {reach}
 ORDER BY e.received_at, e.id LIMIT :shown::bigint;

-- name: work_attestation :list
-- school: t.school_id
-- Of whoever is still here: what runs out within the days, and what has run out while the person
-- holds a grant on a channel.
WITH valid AS (
	SELECT place.id, my_setting(nullif(place.id, :me_tenant::uuid),
		'training.valid_months')::integer AS months
	  FROM (SELECT s.id FROM school s WHERE s.tenant_id = :me_tenant::uuid
		UNION SELECT :me_tenant::uuid) place
)
SELECT t.id, t.person_name AS title, s.name AS school_name, NULL::timestamptz AS since,
       u.due_on, count(*) OVER () AS _count
  FROM attestation t
  JOIN valid ON valid.id = coalesce(t.school_id, t.tenant_id)
  JOIN person p ON p.tenant_id = t.tenant_id AND p.id = t.person_id
   AND @person.here
  LEFT JOIN school s ON s.tenant_id = t.tenant_id AND s.id = t.school_id
 CROSS JOIN LATERAL (SELECT (t.trained_on + valid.months * interval '1 month')::date AS due_on) u
 WHERE t.tenant_id = :me_tenant::uuid AND ({reach} OR t.person_id = :me_person::uuid)
   AND u.due_on <= today() + :days::integer
   AND (u.due_on >= today() OR EXISTS (SELECT FROM channel_grant g WHERE g.tenant_id = t.tenant_id
	AND (g.person_id = t.person_id OR coalesce(g.post_id, g.team_id) IN (
		SELECT coalesce(b.post_id, b.team_id) FROM membership b
		 WHERE b.tenant_id = t.tenant_id AND b.person_id = t.person_id
		   AND holds_now(b.from_on, b.until_on, b.ended_at)))
	AND holds_now(g.from_on, g.until_on, g.ended_at)))
   AND NOT EXISTS (SELECT FROM attestation n WHERE n.tenant_id = t.tenant_id
	AND n.person_id = t.person_id AND (n.created_at, n.id) > (t.created_at, t.id))
 ORDER BY u.due_on, t.id LIMIT :shown::bigint;

-- name: work_grant :list
-- school: c.school_id
-- Where the caller runs the register, or administers the channel itself.
SELECT c.id, g.holder_text || ' on ' || coalesce(c.display_name, c.handle, c.platform, c.id::text) AS title,
       s.name AS school_name, NULL::timestamptz AS since, g.until_on AS due_on, count(*) OVER () AS _count
  FROM channel_grant g
  JOIN channel c ON c.tenant_id = g.tenant_id AND c.id = g.channel_id AND c.state NOT @channel.over
  LEFT JOIN school s ON s.tenant_id = c.tenant_id AND s.id = c.school_id
 WHERE g.tenant_id = :me_tenant::uuid AND g.until_on >= today() AND g.until_on <= today() + :days::integer
   AND g.ended_at IS NULL
   AND ({reach} OR EXISTS (SELECT FROM channel_grant m WHERE m.tenant_id = g.tenant_id
	AND m.channel_id = g.channel_id AND m.access = 'admin' AND holds_now(m.from_on, m.until_on, m.ended_at)
	AND (m.person_id = :me_person::uuid OR coalesce(m.post_id, m.team_id) IN (
		SELECT coalesce(b.post_id, b.team_id) FROM membership b
		 WHERE b.tenant_id = m.tenant_id AND b.person_id = :me_person::uuid
		   AND holds_now(b.from_on, b.until_on, b.ended_at)))))
 ORDER BY g.until_on, g.id LIMIT :shown::bigint;

-- name: work_chase :list
-- school: x.school_id
-- own: @moderation_action.mine
-- compartment: m.safeguarding
-- handled: @message.named
-- Reports to a platform that it has not decided on, and whose day to ask again has come.
SELECT x.id, concat_ws(' ', x.kind, coalesce(x.target_author, x.target_url, m.author_handle, m.author_name)) AS title,
       s.name AS school_name, r.reported_at AS since, r.chase_on AS due_on, count(*) OVER () AS _count
  FROM moderation_report r JOIN moderation_action x ON x.tenant_id = r.tenant_id AND x.id = r.action_id
  LEFT JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
  LEFT JOIN school s ON s.tenant_id = x.tenant_id AND s.id = x.school_id
 WHERE r.tenant_id = :me_tenant::uuid AND r.status IN ('sent', 'acknowledged') AND r.chase_on <= today() AND {reach}
 ORDER BY r.chase_on, r.id LIMIT :shown::bigint;

-- name: work_untold :list
-- school: x.school_id
-- own: @moderation_action.mine
-- compartment: m.safeguarding
-- handled: @message.named
-- Hidden, deleted or blocked more than a day ago, and the audience was not told why.
SELECT x.id, concat_ws(' ', x.kind, coalesce(x.target_author, x.target_url, m.author_handle, m.author_name)) AS title,
       s.name AS school_name, x.taken_at AS since, NULL::date AS due_on, count(*) OVER () AS _count
  FROM moderation_action x LEFT JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
  LEFT JOIN school s ON s.tenant_id = x.tenant_id AND s.id = x.school_id
 WHERE x.tenant_id = :me_tenant::uuid AND x.state IN ('taken', 'appealed') AND x.public_reason_posted_at IS NULL
   AND x.waived_at IS NULL AND moderation_told(x) = 'missing' AND {reach}
 ORDER BY x.taken_at, x.id LIMIT :shown::bigint;

-- name: work_message_named :list
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
-- Until somebody has acknowledged it.
@waiting
   AND m.state = 'open' AND m.triage @> '{names_individual}' AND (:lead_tenant::boolean OR m.school_id = ANY (:lead_schools::uuid[])) AND {reach})
@first {page};

-- name: work_message_safeguarding :list
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
@waiting
   AND m.safeguarding AND {reach})
@first {page};

-- name: work_message_mine :list
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
@waiting
   AND m.assignee_id = :me_person::uuid AND {reach})
@first {page};

-- name: work_message_overdue :list
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
@waiting
   AND m.due_order < (SELECT clock_now()) AND {reach})
@first {page};

-- name: work_message_unassigned :list
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
@waiting
   AND m.assignee_id IS NULL AND {reach})
@first {page};
