-- The register of channels (A1, A2).

-- Each grant of channel c, with who holds it at present.
-- term: grants = channel_grant g LEFT JOIN LATERAL channel_holders(c.id) h ON h.grant_id = g.id
-- term: holders = coalesce(h.holders, '[]')
-- Out of use: neither edited nor counted, and its handle is free.
-- term: over = IN ('closed', 'lost')
-- term: current = holds_now(g.from_on, g.until_on, g.ended_at)

-- name: channel_list :list
-- school: c.school_id
-- shared: c.school_id IS NULL
SELECT c.id, c.school_id, s.name AS school_name, c.state, c.platform, f.name AS platform_name, c.handle,
       c.display_name, c.url, c.kind, c.visibility, c.audience, c.purpose, c.declared,
       r.classification, r.flags, c.involves_pupils, c.pre_moderated, c.reply_mode,
       c.website_linked_on, c.privacy_notice_on, c.last_reviewed_on, c.source, c.version, c.created_at{cursor}
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
       r.classification, r.flags, c.involves_pupils, c.pre_moderated, c.reply_mode,
       c.website_linked_on, c.privacy_notice_on, c.last_reviewed_on, c.last_reviewed_by, c.last_reviewed_name,
       c.owner_name, c.owner_contact, c.settings_checked_on, c.application_id, c.assessment_id,
       c.account_created_on,
       (SELECT coalesce(json_agg(json_build_object('id', g.id, 'access', g.access, 'person_id', g.person_id,
		'post_id', g.post_id, 'team_id', g.team_id, 'holder', g.holder_text, 'holder_kind', g.holder_kind,
		'holders', @holders, 'from_on', g.from_on, 'until_on', g.until_on, 'current', @current,
		'granted_by', g.granted_by, 'granted_name', g.granted_name) ORDER BY g.access, g.holder_text, g.id), '[]')
	  FROM @grants WHERE g.tenant_id = c.tenant_id AND g.channel_id = c.id) AS grants,
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
	SELECT 'person' AS kind, p.id, p.name FROM person p
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid
	   AND (p.left_on IS NULL OR p.left_on >= today())
	UNION ALL
	SELECT 'post', o.id, o.name FROM post o WHERE o.tenant_id = :me_tenant::uuid AND o.id = :post_id::uuid
	UNION ALL
	SELECT 'team', t.id, t.name FROM team t WHERE t.tenant_id = :me_tenant::uuid AND t.id = :team_id::uuid
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
		    WHEN c.state @over THEN 'This channel is ' || c.state || ': nobody is given access to it.'
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
-- What is closed or lost stays as it was; every other change leaves its trace.
WITH before AS (
	SELECT c.* FROM channel c
	 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid AND c.version = :version::integer
	   AND {reach} FOR UPDATE
), judged AS (
	SELECT CASE WHEN b.state @over THEN 'A ' || b.state || ' channel is not edited.' END AS why
	  FROM before b
), changed AS (
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
	       owner_name = CASE WHEN :has_owner_name::boolean THEN :owner_name ELSE c.owner_name END,
	       owner_contact = CASE WHEN :has_owner_contact::boolean THEN :owner_contact ELSE c.owner_contact END,
	       declared = CASE WHEN :has_declared::boolean THEN :declared ELSE c.declared END,
	       involves_pupils = CASE WHEN :has_involves_pupils::boolean THEN :involves_pupils::boolean ELSE c.involves_pupils END,
	       pre_moderated = CASE WHEN :has_pre_moderated::boolean THEN :pre_moderated::boolean ELSE c.pre_moderated END,
	       reply_mode = CASE WHEN :has_reply_mode::boolean THEN :reply_mode ELSE c.reply_mode END,
	       website_linked_on = CASE WHEN :has_website_linked_on::boolean THEN :website_linked_on::date ELSE c.website_linked_on END,
	       privacy_notice_on = CASE WHEN :has_privacy_notice_on::boolean THEN :privacy_notice_on::date ELSE c.privacy_notice_on END
	  FROM before b, judged j
	 WHERE c.tenant_id = b.tenant_id AND c.id = b.id AND j.why IS NULL
	RETURNING c.*
), logged AS (
	INSERT INTO channel_history (tenant_id, channel_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT c.tenant_id, c.id, :me_person::uuid, me_name(), 'change', b.state, c.state,
	       changed_names(to_jsonb(b), to_jsonb(c))
	  FROM changed c JOIN before b USING (tenant_id, id)
)
SELECT why IS NULL AS ok, why FROM judged;

-- name: channel_record :one
-- An account that is there already and went through no application. An affiliated one is its owner's
-- and in use; an official one has yet to be activated, like one that was applied for.
WITH input AS (
	SELECT :school_id::uuid AS school_id, coalesce(:declared, 'official') AS declared
), operator AS (
	SELECT o.access, o.access_until, p.id, p.name
	  FROM jsonb_to_recordset(coalesce(:operators, '[]')::jsonb) AS o (person_id uuid, access text, access_until date)
	  LEFT JOIN person p ON p.tenant_id = :me_tenant::uuid AND p.id = o.person_id
	   AND (p.left_on IS NULL OR p.left_on >= today())
), judged AS (
	SELECT CASE WHEN NOT (:reach_tenant::boolean OR coalesce(i.school_id = ANY (:reach_schools::uuid[]), false))
			OR i.school_id IS NOT NULL AND NOT EXISTS (SELECT FROM school s
				WHERE s.tenant_id = :me_tenant::uuid AND s.id = i.school_id) THEN '/school_id'
		    WHEN i.declared = 'affiliated' AND :owner_name::text IS NULL THEN '/owner_name'
		    WHEN i.declared = 'affiliated' AND :owner_contact::text IS NULL THEN '/owner_contact'
		    WHEN EXISTS (SELECT FROM operator WHERE id IS NULL) THEN '/operators' END AS fault,
	       CASE i.declared WHEN 'affiliated' THEN 'active' ELSE 'approved' END AS state, i.*
	  FROM input i
), made AS (
	INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, display_name, url, kind, visibility,
		audience, purpose, purpose_detail, declared, involves_pupils, pre_moderated, reply_mode, website_linked_on,
		privacy_notice_on, owner_name, owner_contact, account_created_on, source)
	SELECT :me_tenant::uuid, :id::uuid, j.school_id, j.state, :platform, :handle, :display_name, :url, :kind,
	       :visibility, :audience, :purpose, :purpose_detail, j.declared, coalesce(:involves_pupils::boolean, false), coalesce(:pre_moderated::boolean, false),
	       coalesce(:reply_mode, 'open'),
	       :website_linked_on::date, :privacy_notice_on::date, :owner_name, :owner_contact,
	       :account_created_on::date, 'hand'
	  FROM judged j WHERE j.fault IS NULL
), granted AS (
	INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, holder_text, holder_kind,
		from_on, until_on, granted_by, granted_name)
	SELECT :me_tenant::uuid, gen_random_uuid(), :id::uuid, j.school_id, o.access, o.id, o.name, 'person', today(),
	       coalesce(o.access_until, (today() + my_setting(j.school_id,
		'grant.valid_months')::integer * interval '1 month')::date), :me_person::uuid, me_name()
	  FROM judged j, operator o WHERE j.fault IS NULL
), logged AS (
	INSERT INTO channel_history (tenant_id, channel_id, actor_id, actor_name, action, to_state, note)
	SELECT :me_tenant::uuid, :id::uuid, :me_person::uuid, me_name(), 'record', j.state, :reason
	  FROM judged j WHERE j.fault IS NULL
)
SELECT fault IS NULL AS ok, fault,
       CASE fault WHEN '/owner_name' THEN 'is required of an affiliated channel'
		  WHEN '/owner_contact' THEN 'is required of an affiliated channel' END AS why
  FROM judged;

-- name: channel_quality :list
-- school: c.school_id
-- shared: c.school_id IS NULL
-- H6: what is missing in the register, by flag: the words of channel_flag and the channels that have it.
WITH found AS (
	SELECT flag, c.id, c.school_id, s.name AS school_name, p.name AS platform_name,
	       coalesce(c.display_name, c.handle, c.url, p.name, c.register_cells ->> 'owner') AS name,
	       row_number() OVER (PARTITION BY flag ORDER BY s.name NULLS FIRST, c.created_at, c.id) AS place
	  FROM channel c
	  LEFT JOIN school s ON s.tenant_id = c.tenant_id AND s.id = c.school_id
	  LEFT JOIN platform p ON p.code = c.platform
	 CROSS JOIN LATERAL channel_review(c) r
	 CROSS JOIN LATERAL unnest(r.flags) flag
	 WHERE c.tenant_id = :me_tenant::uuid AND c.state NOT @over AND {reach}
	   AND (:school_id::uuid IS NULL OR c.school_id = :school_id::uuid)
	   AND (:flag::text IS NULL OR flag = :flag::text)
), by_school AS (
	SELECT flag, school_id, school_name, count(*) AS channels FROM found GROUP BY 1, 2, 3
)
SELECT w.code, w.title, w.why,
       json_build_object('text', w.mend, 'method', w.mend_method, 'path', w.mend_path, 'fields', w.mend_fields) AS mend,
       (SELECT count(*) FROM found f WHERE f.flag = w.code) AS count,
       (SELECT json_agg(json_build_object('school_id', b.school_id, 'school_name', b.school_name,
		'count', b.channels) ORDER BY b.channels DESC, b.school_name NULLS FIRST)
	  FROM by_school b WHERE b.flag = w.code) AS schools,
       (SELECT json_agg(json_build_object('id', f.id, 'name', f.name, 'platform_name', f.platform_name,
		'school_id', f.school_id, 'school_name', f.school_name,
		'mend', replace(w.mend_path, '{id}', f.id::text)) ORDER BY f.place)
	  FROM found f WHERE f.flag = w.code AND f.place <= 20) AS channels,
       '/v1/channels?state=proposed,approved,active,suspended,handover&flag=' || w.code
		|| coalesce('&school_id=' || :school_id::uuid, '') AS list
  FROM channel_flag w
 WHERE EXISTS (SELECT FROM found f WHERE f.flag = w.code)
 ORDER BY w.place;

-- name: channel_privacy_notice :one
-- school: c.school_id
-- shared: c.school_id IS NULL
-- H12: the accounts in use, in words for the privacy notice: those of one school with those of its trust;
-- else the tenant's own, which are all of a school that stands alone. An account that is about to be used
-- has to be listed first.
WITH place AS (
	SELECT c.school_id, c.name, false AS whole FROM (SELECT s.id AS school_id, s.name FROM school s
		WHERE s.tenant_id = :me_tenant::uuid AND s.id = :school_id::uuid) c WHERE {reach}
	UNION ALL
	SELECT NULL, t.name, t.kind = 'school' FROM tenant t
	 WHERE t.id = :me_tenant::uuid AND :school_id::uuid IS NULL
), account AS (
	SELECT c.id, c.school_id, s.name AS school_name, c.platform, p.name AS platform_name,
	       c.display_name, c.handle, c.url, c.privacy_notice_on,
	       coalesce(p.name, 'an account') || coalesce(': ' || coalesce(c.display_name, c.handle), '')
		|| coalesce(' (' || c.url || ')', '') AS words,
	       row_number() OVER (ORDER BY s.name NULLS FIRST, p.name, c.display_name, c.handle, c.id) AS place
	  FROM place CROSS JOIN channel c
	  LEFT JOIN school s ON s.tenant_id = c.tenant_id AND s.id = c.school_id
	  LEFT JOIN platform p ON p.code = c.platform
	 WHERE c.tenant_id = :me_tenant::uuid AND c.state IN ('approved', 'active', 'suspended', 'handover')
	   AND c.declared = 'official' AND {reach}
	   AND (c.school_id IS NULL OR c.school_id = place.school_id OR place.whole)
), text AS (
	SELECT place.name || coalesce(' uses these accounts on social media and similar services: '
		|| (SELECT string_agg(a.words, '; ' ORDER BY a.place) FROM account a) || '.',
		' uses no accounts on social media.') AS paragraph
	  FROM place
)
SELECT place.school_id, place.name, text.paragraph,
       (SELECT coalesce(json_agg(json_build_object('id', a.id, 'school_id', a.school_id,
		'school_name', a.school_name, 'platform', a.platform, 'platform_name', a.platform_name,
		'display_name', a.display_name, 'handle', a.handle, 'url', a.url,
		'privacy_notice_on', a.privacy_notice_on, 'words', a.words) ORDER BY a.place), '[]')
	  FROM account a) AS accounts,
       (SELECT coalesce(json_agg(a.id ORDER BY a.place) FILTER (WHERE a.privacy_notice_on IS NULL), '[]')
	  FROM account a) AS not_yet_listed,
       text.paragraph || E'\n' || coalesce(E'\nNot yet recorded as listed there: '
		|| (SELECT string_agg(a.words, '; ' ORDER BY a.place) FROM account a
		     WHERE a.privacy_notice_on IS NULL) || E'.\n', '') AS _text
  FROM place, text;

-- name: channel_unlisted :many
-- H12: listed in the privacy notice first, where that blocks.
SELECT 'not_in_privacy_notice' AS code,
       'List the account in the privacy notice, then record the date as privacy_notice_on.' AS detail
  FROM channel c
 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid AND c.privacy_notice_on IS NULL
   AND my_setting(c.school_id, 'channel.privacy_notice') #>> '{}' = 'block';

-- name: channel_move :one
-- No row comes back when someone else moved it first: the caller answers 409.
WITH before AS (
	SELECT c.tenant_id, c.id, c.state FROM channel c
	 WHERE c.tenant_id = :me_tenant::uuid AND c.id = :id::uuid
	   AND c.version = :version::integer FOR UPDATE
), moved AS (
	UPDATE channel c SET state = :to, version = c.version + 1,
	       settings_checked_on = CASE WHEN :action = 'activate' THEN today() ELSE c.settings_checked_on END,
	       last_reviewed_on = CASE WHEN :action = 'review' THEN coalesce(:reviewed_on::date, today())
			ELSE c.last_reviewed_on END,
	       last_reviewed_by = CASE WHEN :action = 'review' THEN :me_person::uuid ELSE c.last_reviewed_by END,
	       last_reviewed_name = CASE WHEN :action = 'review' THEN me_name() ELSE c.last_reviewed_name END,
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
 WHERE c.tenant_id = :me_tenant::uuid AND c.state NOT @over AND {reach}
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
	SELECT platform_of(:platform) AS platform
), clash AS (
	SELECT c.id FROM channel c, named WHERE c.tenant_id = :me_tenant::uuid AND c.platform = named.platform
	   AND c.handle_key = handle_key_of(named.platform, :handle) AND c.state NOT @over LIMIT 1
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
