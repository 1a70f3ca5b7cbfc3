-- The register of channels, one by one (A1, A2).

-- Out of use: neither edited nor counted, and its handle is free.
-- term: over = IN ('closed', 'lost')

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
		'holders', @channel_grant.holders, 'from_on', g.from_on, 'until_on', g.until_on, 'current', @channel_grant.current,
		'granted_by', g.granted_by, 'granted_name', g.granted_name) ORDER BY g.access, g.holder_text, g.id), '[]')
	  FROM @channel_grant.grants WHERE g.tenant_id = c.tenant_id AND g.channel_id = c.id) AS grants,
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
	   AND @person.here
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
