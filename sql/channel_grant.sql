-- Who has which access to a channel, and until when (A1).

-- Each grant of channel c, with who holds it at present.
-- term: grants = channel_grant g LEFT JOIN LATERAL channel_holders(c.id) h ON h.grant_id = g.id
-- term: holders = coalesce(h.holders, '[]')
-- Whom access to a channel, or a duty to look at it, may be given.
-- term: holder = SELECT 'person' AS kind, p.id, p.name FROM person p
--   WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid AND @person.here
--   UNION ALL SELECT 'post', o.id, o.name FROM post o WHERE o.tenant_id = :me_tenant::uuid AND o.id = :post_id::uuid
--   UNION ALL SELECT 'team', t.id, t.name FROM team t WHERE t.tenant_id = :me_tenant::uuid AND t.id = :team_id::uuid
-- term: current = holds_now(g.from_on, g.until_on, g.ended_at)

-- name: channel_grants :list
-- school: c.school_id
-- shared: c.school_id IS NULL
SELECT g.id, g.access, g.person_id, g.post_id, g.team_id, g.holder_text AS holder, g.holder_kind, @holders AS holders,
       g.from_on, g.until_on, @current AS current, g.granted_by, g.granted_name
  FROM channel c, @grants
 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid AND {reach}
   AND g.tenant_id = c.tenant_id AND g.channel_id = c.id
 ORDER BY g.access, g.holder_text, g.id;

-- name: channel_grant_add :one
-- Its row is held, so that nobody closes it meanwhile.
WITH c AS (
	SELECT c.tenant_id, c.id, c.school_id, c.state FROM channel c
	 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid FOR SHARE
), holder AS (
	@holder
), term AS (
	SELECT f.from_on, coalesce(:until_on::date, (f.from_on
		+ my_setting(c.school_id, 'grant.valid_months')::integer * interval '1 month')::date) AS until_on
	  FROM c, (SELECT coalesce(:from_on::date, today()) AS from_on) f
), judged AS (
	SELECT CASE WHEN h.id IS NULL THEN CASE WHEN :person_id::uuid IS NOT NULL THEN '/person_id'
			WHEN :post_id::uuid IS NOT NULL THEN '/post_id' ELSE '/team_id' END
		    WHEN t.until_on < t.from_on THEN '/until_on' END AS fault,
	       CASE WHEN h.id IS NULL THEN NULL
		    WHEN t.until_on < t.from_on THEN 'is on or after from_on'
		    WHEN c.state @channel.over THEN 'This channel is ' || c.state || ': nobody is given access to it.'
		    WHEN EXISTS (SELECT FROM channel_grant g WHERE g.tenant_id = c.tenant_id AND g.channel_id = c.id
			AND g.access = :access AND coalesce(g.person_id, g.post_id, g.team_id) = h.id
			AND g.ended_at IS NULL AND g.from_on <= t.until_on
			AND coalesce(g.until_on, 'infinity') >= t.from_on)
		    THEN h.name || ' has this access in these days already.' END AS why
	  FROM c, term t LEFT JOIN holder h ON true
), added AS (
	INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, post_id, team_id,
		holder_text, holder_kind, from_on, until_on, granted_by, granted_name)
	SELECT c.tenant_id, :new_id::uuid, c.id, c.school_id, :access, :person_id::uuid, :post_id::uuid,
	       :team_id::uuid, h.name, h.kind, t.from_on, t.until_on, :me_person::uuid, me_name()
	  FROM judged j, c, holder h, term t WHERE j.fault IS NULL AND j.why IS NULL
), logged AS (
	INSERT INTO channel_history (tenant_id, channel_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT c.tenant_id, c.id, :me_person::uuid, me_name(), 'grant', c.state, c.state,
	       concat_ws(': ', :access || ' to ' || h.name || ' from ' || t.from_on || ' until ' || t.until_on, :reason::text)
	  FROM judged j, c, holder h, term t WHERE j.fault IS NULL AND j.why IS NULL
)
SELECT fault IS NULL AND why IS NULL AS ok, fault, why FROM judged;

-- name: channel_grant_end :one
WITH wanted AS (
	SELECT g.tenant_id, g.id, g.channel_id, g.access, g.holder_text, c.state, e.*
	  FROM channel_grant g JOIN channel c ON c.tenant_id = g.tenant_id AND c.id = g.channel_id,
	       LATERAL ending(g.from_on, g.until_on, g.ended_at, :until_on::date) e
	 WHERE g.tenant_id = :me_tenant::uuid AND g.id = :grant_id::uuid AND g.channel_id = :id::uuid
), ended AS (
	UPDATE channel_grant g SET until_on = w.until_on, ended_at = w.ended_at
	  FROM wanted w WHERE w.ok AND g.tenant_id = w.tenant_id AND g.id = w.id
	RETURNING g.id
), logged AS (
	INSERT INTO channel_history (tenant_id, channel_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT w.tenant_id, w.channel_id, :me_person::uuid, me_name(), 'end_grant', w.state, w.state,
	       concat_ws(': ', w.access || ' of ' || w.holder_text || ' until ' || w.until_on, :reason::text)
	  FROM wanted w JOIN ended USING (id)
)
SELECT EXISTS (SELECT FROM ended) AS ok, fault, why FROM wanted;
