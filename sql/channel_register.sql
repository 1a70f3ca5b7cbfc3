-- The register of channels as a whole: what is missing in it, its words elsewhere, and how it comes in (H4, H6, H12).

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
	 WHERE c.tenant_id = :me_tenant::uuid AND c.state NOT @channel.over AND {reach}
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
 WHERE c.tenant_id = :me_tenant::uuid AND c.state NOT @channel.over AND {reach}
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
	   AND c.handle_key = handle_key_of(named.platform, :handle) AND c.state NOT @channel.over LIMIT 1
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
