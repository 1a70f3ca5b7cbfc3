-- Who is in a post or team; :id is either's.

-- name: membership_list :list
-- school: m.school_id
-- shared: m.school_id IS NULL
-- Present, past and future ones.
SELECT m.id, m.person_id, coalesce(p.name, m.person_name) AS person_name, m.from_on, m.until_on,
       holds_now(m.from_on, m.until_on, m.ended_at) AS current
  FROM membership m LEFT JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
 WHERE m.tenant_id = :me_tenant::uuid AND coalesce(m.post_id, m.team_id) = :id::uuid AND {reach}
 ORDER BY m.from_on DESC, m.created_at DESC, m.id;

-- name: membership_history :list
-- school: m.school_id
-- shared: m.school_id IS NULL
SELECT h.at, h.actor_id, h.actor_name, h.action, m.person_id, m.person_name, m.from_on, h.until_on, h.note
  FROM membership m JOIN membership_history h ON h.tenant_id = m.tenant_id AND h.membership_id = m.id
 WHERE m.tenant_id = :me_tenant::uuid AND coalesce(m.post_id, m.team_id) = :id::uuid AND {reach}
 ORDER BY h.at, h.id;

-- name: membership_add :one
-- A post is held by one person at a time, unless it is said that it is shared.
WITH body AS (
	SELECT o.id AS post_id, NULL::uuid AS team_id, o.school_id, o.name FROM post o
	 WHERE o.tenant_id = :me_tenant::uuid AND o.id = :id::uuid
	UNION ALL
	SELECT NULL, t.id, t.school_id, t.name FROM team t
	 WHERE t.tenant_id = :me_tenant::uuid AND t.id = :id::uuid
), subject AS (
	SELECT p.id, p.name, p.left_on FROM person p
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid
	   AND @person.here
), term AS (
	SELECT coalesce(:from_on::date, today()) AS from_on,
	       least(:until_on::date, (SELECT left_on FROM subject)) AS until_on
), meeting AS (
	SELECT m.person_id, m.person_name FROM membership m, term t
	 WHERE m.tenant_id = :me_tenant::uuid AND coalesce(m.post_id, m.team_id) = :id::uuid
	   AND m.ended_at IS NULL AND m.from_on <= coalesce(t.until_on, 'infinity')
	   AND coalesce(m.until_on, 'infinity') >= t.from_on
), judged AS (
	SELECT CASE WHEN NOT EXISTS (SELECT FROM subject) THEN '/person_id'
		    WHEN t.until_on < t.from_on THEN '/until_on' END AS fault,
	       CASE WHEN NOT EXISTS (SELECT FROM subject) THEN NULL
		    WHEN t.until_on < t.from_on THEN 'is on or after from_on, and the person is there until then'
		    WHEN EXISTS (SELECT FROM meeting WHERE person_id = :person_id::uuid)
		    THEN 'They are in it in these days already.'
		    WHEN b.post_id IS NOT NULL AND NOT coalesce(:shared::boolean, false) AND EXISTS (SELECT FROM meeting)
		    THEN (SELECT string_agg(person_name, ', ' ORDER BY person_name) FROM meeting)
			|| ' holds this post in these days: end that first, or send shared: true.' END AS why
	  FROM body b, term t
), added AS (
	INSERT INTO membership (tenant_id, id, post_id, team_id, school_id, person_id, person_name,
		from_on, until_on, added_by)
	SELECT :me_tenant::uuid, :new_id::uuid, b.post_id, b.team_id, b.school_id, s.id, s.name,
	       t.from_on, t.until_on, :me_person::uuid
	  FROM judged j, body b, subject s, term t WHERE j.fault IS NULL AND j.why IS NULL
), logged AS (
	INSERT INTO membership_history (tenant_id, membership_id, actor_id, actor_name, action, until_on, note)
	SELECT :me_tenant::uuid, :new_id::uuid, :me_person::uuid, me_name(), 'add', t.until_on, :reason
	  FROM judged j, term t WHERE j.fault IS NULL AND j.why IS NULL
)
SELECT fault IS NULL AND why IS NULL AS ok, fault, why FROM judged;

-- name: membership_end :one
-- Its row is held: whoever leaves meanwhile ends it too, and has a last day.
WITH held AS (
	SELECT m.tenant_id, m.id, m.from_on, m.until_on, m.ended_at FROM membership m
	 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :membership_id::uuid
	   AND coalesce(m.post_id, m.team_id) = :id::uuid FOR UPDATE
), wanted AS (
	SELECT m.tenant_id, m.id, e.* FROM held m,
	       LATERAL ending(m.from_on, m.until_on, m.ended_at, :until_on::date) e
), ended AS (
	UPDATE membership m SET until_on = w.until_on, ended_at = w.ended_at
	  FROM wanted w WHERE w.ok AND m.tenant_id = w.tenant_id AND m.id = w.id
	RETURNING m.id
), logged AS (
	INSERT INTO membership_history (tenant_id, membership_id, actor_id, actor_name, action, until_on, note)
	SELECT w.tenant_id, w.id, :me_person::uuid, me_name(), 'end', w.until_on, :reason
	  FROM wanted w JOIN ended USING (id)
)
SELECT EXISTS (SELECT FROM ended) AS ok, fault, why FROM wanted;
