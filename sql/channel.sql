-- The register of channels (A1, A2).

-- name: channel_list :list
-- school: c.school_id
-- shared: c.school_id IS NULL
SELECT c.id, c.school_id, s.name AS school_name, c.state, c.platform, f.name AS platform_name, c.handle,
       c.display_name, c.url, c.kind, c.visibility, c.audience, c.purpose, c.declared,
       r.classification, r.flags, c.involves_pupils,
       c.website_linked_on, c.privacy_notice_on, c.source, c.version, c.created_at{cursor}
  FROM channel c
  LEFT JOIN platform f ON f.code = c.platform
  LEFT JOIN school s ON s.tenant_id = c.tenant_id AND s.id = c.school_id
 CROSS JOIN LATERAL channel_review(c) r
 WHERE c.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: channel_get :one
-- school: c.school_id
-- shared: c.school_id IS NULL
SELECT c.id, c.school_id, s.name AS school_name, c.state, c.platform, f.name AS platform_name, c.handle,
       c.display_name, c.url, c.kind, c.visibility, c.audience, c.purpose, c.purpose_detail, c.declared,
       r.classification, r.flags, c.involves_pupils,
       c.website_linked_on, c.privacy_notice_on, c.settings_checked_on, c.application_id, c.assessment_id,
       c.account_created_on,
       (SELECT coalesce(json_agg(json_build_object('id', g.id, 'access', g.access, 'person_id', g.person_id,
		'post_id', g.post_id, 'team_id', g.team_id, 'holder', g.holder, 'holder_kind', g.holder_kind,
		'holders', g.holders, 'from_on', g.from_on, 'until_on', g.until_on, 'current', g.current,
		'granted_by', g.granted_by, 'granted_name', g.granted_name) ORDER BY g.access, g.holder, g.id), '[]')
	  FROM channel_grant_shown g WHERE g.tenant_id = c.tenant_id AND g.channel_id = c.id) AS grants,
       c.register_cells, c.source, c.version, c.created_at
  FROM channel c
  LEFT JOIN platform f ON f.code = c.platform
  LEFT JOIN school s ON s.tenant_id = c.tenant_id AND s.id = c.school_id
 CROSS JOIN LATERAL channel_review(c) r
 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid AND {reach};

-- name: channel_history :list
-- school: c.school_id
-- shared: c.school_id IS NULL
-- The channel's own moves and, before them, those of the application that it came from, as far
-- as the caller may see that.
SELECT h.at, h.subject, h.actor_id, h.actor_name, h.action, h.from_state, h.to_state, h.note
  FROM channel c, LATERAL (
	SELECT x.at, 'channel' AS subject, x.actor_id, x.actor_name, x.action, x.from_state, x.to_state, x.note, x.id, 2 AS place
	  FROM channel_history x WHERE x.tenant_id = c.tenant_id AND x.channel_id = c.id
	UNION ALL
	SELECT x.at, 'application', x.actor_id, x.actor_name, x.action, x.from_state, x.to_state, x.note, x.id, 1
	  FROM application_history x WHERE x.tenant_id = c.tenant_id AND x.application_id = c.application_id) h
 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid AND {reach}
 ORDER BY h.at, h.place, h.id;

-- name: channel_grants :list
-- school: c.school_id
-- shared: c.school_id IS NULL
SELECT g.id, g.access, g.person_id, g.post_id, g.team_id, g.holder, g.holder_kind, g.holders,
       g.from_on, g.until_on, g.current, g.granted_by, g.granted_name
  FROM channel c JOIN channel_grant_shown g ON g.tenant_id = c.tenant_id AND g.channel_id = c.id
 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid AND {reach}
 ORDER BY g.access, g.holder, g.id;

-- name: channel_grant_add :one
-- Its row is held, so that nobody closes it meanwhile.
WITH c AS (
	SELECT c.tenant_id, c.id, c.school_id, c.state FROM channel c
	 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid FOR SHARE
), holder AS (
	SELECT 'person' AS kind, p.id, p.name FROM person p
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid
	   AND (p.left_on IS NULL OR p.left_on >= today())
	UNION ALL
	SELECT 'post', o.id, o.name FROM post o WHERE o.tenant_id = :me_tenant::uuid AND o.id = :post_id::uuid
	UNION ALL
	SELECT 'team', t.id, t.name FROM team t WHERE t.tenant_id = :me_tenant::uuid AND t.id = :team_id::uuid
), term AS (
	SELECT f.from_on, coalesce(:until_on::date, (f.from_on
		+ setting_of(c.tenant_id, c.school_id, 'grant.valid_months')::integer * interval '1 month')::date) AS until_on
	  FROM c, (SELECT coalesce(:from_on::date, today()) AS from_on) f
), judged AS (
	SELECT CASE WHEN h.id IS NULL THEN CASE WHEN :person_id::uuid IS NOT NULL THEN '/person_id'
			WHEN :post_id::uuid IS NOT NULL THEN '/post_id' ELSE '/team_id' END
		    WHEN t.until_on < t.from_on THEN '/until_on' END AS fault,
	       CASE WHEN h.id IS NULL THEN NULL
		    WHEN t.until_on < t.from_on THEN 'is on or after from_on'
		    WHEN c.state IN ('closed', 'lost') THEN 'This channel is ' || c.state || ': nobody is given access to it.'
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

-- name: channel_change :one
-- school: c.school_id
UPDATE channel c SET version = c.version + 1,
       platform = CASE WHEN :has_platform::boolean THEN :platform ELSE c.platform END,
       handle = CASE WHEN :has_handle::boolean THEN :handle ELSE c.handle END,
       display_name = CASE WHEN :has_display_name::boolean THEN :display_name ELSE c.display_name END,
       url = CASE WHEN :has_url::boolean THEN :url ELSE c.url END,
       kind = CASE WHEN :has_kind::boolean THEN :kind ELSE c.kind END,
       visibility = CASE WHEN :has_visibility::boolean THEN :visibility ELSE c.visibility END,
       audience = CASE WHEN :has_audience::boolean THEN :audience ELSE c.audience END,
       purpose = CASE WHEN :has_purpose::boolean THEN :purpose ELSE c.purpose END,
       purpose_detail = CASE WHEN :has_purpose_detail::boolean THEN :purpose_detail ELSE c.purpose_detail END,
       declared = CASE WHEN :has_declared::boolean THEN :declared ELSE c.declared END,
       involves_pupils = CASE WHEN :has_involves_pupils::boolean THEN :involves_pupils::boolean ELSE c.involves_pupils END,
       website_linked_on = CASE WHEN :has_website_linked_on::boolean THEN :website_linked_on::date ELSE c.website_linked_on END,
       privacy_notice_on = CASE WHEN :has_privacy_notice_on::boolean THEN :privacy_notice_on::date ELSE c.privacy_notice_on END
 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid AND c.version = :version::integer AND {reach}
RETURNING c.id;

-- name: channel_unlisted :many
-- H12: listed in the privacy notice first, where that blocks.
SELECT 'not_in_privacy_notice' AS code,
       'List the account in the privacy notice, then record the date as privacy_notice_on.' AS detail
  FROM channel c
 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid AND c.privacy_notice_on IS NULL
   AND setting_of(c.tenant_id, c.school_id, 'channel.privacy_notice') #>> '{}' = 'block';

-- name: channel_move :one
-- No row comes back when someone else moved it first: the caller answers 409.
WITH before AS (
	SELECT c.tenant_id, c.id, c.state FROM channel c
	 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid
	   AND c.version = :version::integer FOR UPDATE
), moved AS (
	UPDATE channel c SET state = :to, version = c.version + 1,
	       settings_checked_on = CASE WHEN :action = 'activate' THEN today() ELSE c.settings_checked_on END,
	       closed_reason = CASE WHEN :action = 'close' THEN :reason ELSE c.closed_reason END
	  FROM before b
	 WHERE c.tenant_id = b.tenant_id AND c.id = b.id AND b.state = ANY (:from::text[])
	RETURNING c.tenant_id, c.id, c.state
), ended AS (
	UPDATE channel_grant g SET until_on = e.until_on, ended_at = e.ended_at
	  FROM moved m, channel_grant x, LATERAL ending(x.from_on, x.until_on, x.ended_at, NULL) e
	 WHERE :to = 'closed' AND x.tenant_id = m.tenant_id AND x.channel_id = m.id AND e.ok
	   AND g.tenant_id = x.tenant_id AND g.id = x.id
), logged AS (
	INSERT INTO channel_history (tenant_id, channel_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT m.tenant_id, m.id, :me_person::uuid, me_name(), :action, b.state, m.state, :reason
	  FROM moved m JOIN before b USING (tenant_id, id)
)
SELECT id, state FROM moved;

-- name: channel_register :list
-- school: c.school_id
-- shared: c.school_id IS NULL
-- The trust's own four columns (H4); a register's words stay as they were written.
SELECT coalesce(c.register_cells ->> 'owner', s.name, t.name) AS "Trust/School",
       concat_ws(' - ', coalesce(c.register_cells ->> 'platform', f.name),
		nullif(concat_ws(' ', c.handle, c.display_name, '(' || c.audience || ')'), '')) AS "Account",
       coalesce(c.register_cells ->> 'master_admin', (SELECT string_agg(g.holder_text, ', ' ORDER BY g.holder_text)
	  FROM channel_grant g WHERE g.tenant_id = c.tenant_id AND g.channel_id = c.id AND g.access = 'admin'
	   AND holds_now(g.from_on, g.until_on, g.ended_at)), '') AS "Master administration role",
       coalesce(c.register_cells ->> 'approved_posters', (SELECT string_agg(g.holder_text, ', ' ORDER BY g.holder_text)
	  FROM channel_grant g WHERE g.tenant_id = c.tenant_id AND g.channel_id = c.id AND g.access = 'poster'
	   AND holds_now(g.from_on, g.until_on, g.ended_at)), '') AS "Approved users (posting)"
  FROM channel c
  JOIN tenant t ON t.id = c.tenant_id
  LEFT JOIN platform f ON f.code = c.platform
  LEFT JOIN school s ON s.tenant_id = c.tenant_id AND s.id = c.school_id
 WHERE c.tenant_id = :me_tenant::uuid AND c.state NOT IN ('closed', 'lost') AND {reach}
 ORDER BY c.school_id IS NOT NULL, 1, c.created_at, c.id;

-- name: channel_import :one
-- One row of a register, as it came. A row that is there already, cell for cell, is left alone.
WITH place AS (
	SELECT min(s.id::text)::uuid AS school_id, count(*) AS schools FROM school s
	 WHERE s.tenant_id = :me_tenant::uuid AND lower(s.name) = lower(:owner)
), known AS (
	SELECT c.id FROM channel c WHERE c.tenant_id = :me_tenant::uuid AND c.source = 'register'
	   AND c.register_cells = :cells::jsonb LIMIT 1
), named AS (
	SELECT (SELECT f.code FROM platform f WHERE lower(f.name) = lower(:platform)
		OR f.code = lower(:platform) OR lower(:platform) = ANY (f.aliases) LIMIT 1) AS platform
), clash AS (
	SELECT c.id FROM channel c, named WHERE c.tenant_id = :me_tenant::uuid AND c.platform = named.platform
	   AND c.handle_key = nullif(lower(ltrim(btrim(:handle), '@')), '') AND c.state NOT IN ('closed', 'lost') LIMIT 1
), made AS (
	INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, display_name, visibility,
		audience, kind, declared, source, register_cells)
	SELECT :me_tenant::uuid, :id::uuid, CASE WHEN schools = 1 AND :owner_level = 'school' THEN place.school_id END,
	       'active', named.platform, :handle, :display_name, :visibility, :audience, :kind, 'official', 'register', :cells::jsonb
	  FROM place, named
	 WHERE NOT EXISTS (SELECT FROM known) AND NOT EXISTS (SELECT FROM clash)
	RETURNING tenant_id, id, school_id
), granted AS (
	INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, holder_text, holder_kind, from_on)
	SELECT made.tenant_id, gen_random_uuid(), made.id, made.school_id, h.access, h.text, h.kind, today()
	  FROM made, jsonb_to_recordset(:holders::jsonb) AS h (access text, text text, kind text)
), logged AS (
	INSERT INTO channel_history (tenant_id, channel_id, actor_id, actor_name, action, to_state, note)
	SELECT made.tenant_id, made.id, :me_person::uuid, me_name(), 'import', 'active', :note FROM made
)
SELECT EXISTS (SELECT FROM known) AS known, (SELECT id FROM made) AS id;

-- name: channel_import_bodies :exec
SELECT register_bodies(:me_tenant::uuid, :id::uuid);

-- name: channel_import_flags :one
SELECT r.flags FROM channel c, channel_review(c) r
 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid;
