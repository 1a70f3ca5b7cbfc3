-- Settings (A24): read by level, changed with their history, checked in one place.

-- name: setting_list :list
-- school: s.id
SELECT v.* FROM settings_shown(:school_id::uuid, NULL,
	:writing_tenant::boolean OR coalesce(:school_id::uuid = ANY (:writing_schools::uuid[]), false)) v
 WHERE :school_id::uuid IS NULL OR EXISTS (SELECT FROM school s
	WHERE s.tenant_id = :me_tenant::uuid AND s.id = :school_id::uuid AND {reach});

-- name: setting_get :one
-- school: s.id
SELECT v.* FROM settings_shown(:school_id::uuid, :key,
	:writing_tenant::boolean OR coalesce(:school_id::uuid = ANY (:writing_schools::uuid[]), false)) v
 WHERE :school_id::uuid IS NULL OR EXISTS (SELECT FROM school s
	WHERE s.tenant_id = :me_tenant::uuid AND s.id = :school_id::uuid AND {reach});

-- name: setting_history :list
-- school: s.id
-- What the school said, and the tenant above it; without a school the tenant alone.
SELECT h.at, h.actor_id, h.actor_name, h.action, h.school_id, n.name AS school_name, h.from_value,
       h.to_value, h.from_locked, h.to_locked, h.preset
  FROM setting_history h
  LEFT JOIN school n ON n.tenant_id = h.tenant_id AND n.id = h.school_id
 WHERE h.tenant_id = :me_tenant::uuid AND h.key = :key
   AND (h.school_id IS NULL OR h.school_id = :school_id::uuid)
   AND (:school_id::uuid IS NULL OR EXISTS (SELECT FROM school s
	WHERE s.tenant_id = :me_tenant::uuid AND s.id = :school_id::uuid AND {reach}))
 ORDER BY h.id;

-- name: setting_place :many
-- school: s.id
-- What a body's school_id says to a caller who may not see the school.
SELECT '/school_id' AS pointer, 'is unknown, or not within your reach' AS detail
 WHERE :school_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM school s
	WHERE s.tenant_id = :me_tenant::uuid AND s.id = :school_id::uuid AND {reach});

-- name: setting_own_case :many
-- What the caller's own side waits for: until it is decided, they do not change who decides.
SELECT a.proposed_name FROM channel_application a
 WHERE a.tenant_id = :me_tenant::uuid AND a.state IN ('submitted', 'more_information')
   AND (:school_id::uuid IS NULL OR a.school_id = :school_id::uuid)
   AND (a.applicant_id = :me_person::uuid OR a.recorded_by = :me_person::uuid OR a.id = ANY (me_operating()))
   AND EXISTS (SELECT FROM unnest('{application.approver_chain,application.substitute_decider,application.decider_standing_days}'::text[]) k
	WHERE k = :key OR EXISTS (SELECT FROM setting_preset_value g WHERE g.preset = :preset AND g.key = k))
 ORDER BY a.waiting_since, a.id LIMIT 1;

-- name: setting_unfit :many
-- Everything that is wrong with a value, or with saying it here.
SELECT '/value' || f.pointer AS pointer, f.detail FROM setting_faults(:key, :value::jsonb) f
UNION ALL
SELECT '/value', 'is locked for every school by ' || coalesce(v.locked_by_name, 'the tenant')
  FROM settings_shown(:school_id::uuid, :key, false) v WHERE :school_id::uuid IS NOT NULL AND v.locked
UNION ALL
SELECT '/locked', 'is for the whole tenant: a school locks nothing'
 WHERE :school_id::uuid IS NOT NULL AND :locked::boolean;

-- name: setting_set :one
-- No row comes back when somebody else changed it first: the caller answers 412.
INSERT INTO setting AS s (tenant_id, school_id, key, value, locked)
VALUES (:me_tenant::uuid, :school_id::uuid, :key, :value::jsonb, coalesce(:locked::boolean, false))
ON CONFLICT ON CONSTRAINT setting_once DO UPDATE
   SET value = excluded.value, locked = excluded.locked, preset = NULL, version = s.version + 1
 WHERE s.version = :version::integer
RETURNING s.id;

-- name: setting_clear :one
UPDATE setting s SET value = NULL, locked = false, preset = NULL, version = s.version + 1
 WHERE s.tenant_id = :me_tenant::uuid AND s.key = :key
   AND s.school_id IS NOT DISTINCT FROM :school_id::uuid AND s.version = :version::integer
RETURNING s.id;

-- name: setting_preset_unfit :many
-- Why a preset cannot be applied here: it is none, or the tenant holds the school to other values.
SELECT '/preset' AS pointer, 'is no preset of /v1/setting-presets' AS detail
 WHERE NOT EXISTS (SELECT FROM setting_preset p WHERE p.name = :preset)
UNION ALL
SELECT '/preset', 'sets ' || v.key || ', which is locked for every school by '
	|| coalesce(v.locked_by_name, 'the tenant')
  FROM settings_shown(:school_id::uuid, NULL, false) v
  JOIN setting_preset_value g ON g.preset = :preset AND g.key = v.key
 WHERE :school_id::uuid IS NOT NULL AND v.locked AND v.value <> g.value;

-- name: setting_preset_apply :exec
-- All values of the preset that are offered, in one order for everybody; what is the same, or is
-- the tenant's locked value, stays as it is.
INSERT INTO setting AS s (tenant_id, school_id, key, value, preset)
SELECT :me_tenant::uuid, :school_id::uuid, d.key, g.value, :preset
  FROM setting_preset_value g JOIN setting_default d ON d.key = g.key
 WHERE g.preset = :preset AND NOT (:school_id::uuid IS NOT NULL AND EXISTS (SELECT FROM setting t
	WHERE t.tenant_id = :me_tenant::uuid AND t.school_id IS NULL AND t.key = d.key AND t.locked))
 ORDER BY d.key
ON CONFLICT ON CONSTRAINT setting_once DO UPDATE
   SET value = excluded.value, preset = excluded.preset, version = s.version + 1
 WHERE s.value IS DISTINCT FROM excluded.value;

-- name: setting_preset_applied :one
-- What this very transaction changed, and the settings as they now stand.
SELECT :preset AS preset, :school_id::uuid AS school_id,
       (SELECT coalesce(json_agg(json_build_object('key', h.key, 'from_value', h.from_value,
			'to_value', h.to_value) ORDER BY h.id), '[]')
	  FROM setting_history h
	 WHERE h.tenant_id = :me_tenant::uuid AND h.xmin = pg_current_xact_id()::xid) AS changed,
       (SELECT json_agg(v) FROM settings_shown(:school_id::uuid, NULL, true) v) AS settings;
