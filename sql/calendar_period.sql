-- What schools' calendars say: terms, half-terms, INSET days, days on which they were closed (A8a, B6).

-- name: calendar_period_list :list
-- school: p.school_id
-- shared: p.school_id IS NULL
SELECT p.id, p.school_id, s.name AS school_name, p.kind, p.title, p.from_on, p.to_on, p.version, p.created_at{cursor}
  FROM calendar_period p LEFT JOIN school s ON s.tenant_id = p.tenant_id AND s.id = p.school_id
 WHERE p.tenant_id = :me_tenant::uuid AND p.removed_at IS NULL AND {reach}{filter} {page};

-- name: calendar_period_get :one
-- school: p.school_id
-- shared: p.school_id IS NULL
SELECT p.id, p.school_id, s.name AS school_name, p.kind, p.title, p.from_on, p.to_on, p.version, p.created_at
  FROM calendar_period p LEFT JOIN school s ON s.tenant_id = p.tenant_id AND s.id = p.school_id
 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :id::uuid AND p.removed_at IS NULL AND {reach};

-- name: calendar_period_add :one
-- school: s.id
-- Who comes at the same time is stopped by calendar_period_overlap.
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), meeting AS (
	SELECT calendar_meeting(:me_tenant::uuid, :school_id::uuid, :kind, :from_on::date, :to_on::date, NULL) AS why
), judged AS (
	SELECT CASE WHEN NOT p.ok THEN '/school_id' WHEN m.why IS NOT NULL THEN '/from_on' END AS fault, m.why
	  FROM place p, meeting m
), added AS (
	INSERT INTO calendar_period (tenant_id, id, school_id, kind, title, from_on, to_on)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :kind, :title, :from_on::date, :to_on::date
	  FROM judged WHERE fault IS NULL
)
SELECT fault IS NULL AS ok, fault, CASE WHEN fault = '/from_on' THEN why END AS why FROM judged;

-- name: calendar_period_change :one
-- school: p.school_id
WITH wanted AS (
	SELECT p.id, CASE WHEN :has_title::boolean THEN :title ELSE p.title END AS title,
	       CASE WHEN :has_from_on::boolean THEN :from_on::date ELSE p.from_on END AS from_on,
	       CASE WHEN :has_to_on::boolean THEN :to_on::date ELSE p.to_on END AS to_on, p.school_id, p.kind
	  FROM calendar_period p
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :id::uuid AND p.version = :version::integer
	   AND p.removed_at IS NULL AND {reach}
	   FOR UPDATE
), judged AS (
	SELECT w.*, calendar_meeting(:me_tenant::uuid, w.school_id, w.kind, w.from_on, w.to_on, w.id) AS why FROM wanted w
), changed AS (
	UPDATE calendar_period c SET version = c.version + 1, title = j.title, from_on = j.from_on, to_on = j.to_on
	  FROM judged j WHERE c.tenant_id = :me_tenant::uuid AND c.id = j.id AND j.why IS NULL
)
SELECT j.id, j.why IS NULL AS ok, CASE WHEN j.why IS NOT NULL THEN '/from_on' END AS fault, j.why FROM judged j;

-- name: calendar_period_remove :one
-- school: p.school_id
UPDATE calendar_period p SET removed_at = now(), version = p.version + 1
 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :id::uuid AND p.version = :version::integer
   AND p.removed_at IS NULL AND {reach}
RETURNING p.id;

-- name: calendar_place :one
-- school: s.id
-- The school whose calendar is asked for, or the tenant itself; with what clocks there run by.
SELECT s.id AS school_id, s.name AS school_name, my_settings(s.id, VARIADIC :clock_settings::text[]) AS settings,
       (SELECT b.known_until FROM bank_holiday_source b) AS bank_holidays_until,
       coalesce((SELECT v.version FROM calendar_version v WHERE v.tenant_id = :me_tenant::uuid
	AND v.place_id = CASE WHEN :school_id::uuid IS NULL THEN :me_tenant::uuid ELSE :school_id::uuid END), 0) AS calendar_version
  FROM (SELECT 1) one LEFT JOIN school s ON s.tenant_id = :me_tenant::uuid AND s.id = :school_id::uuid AND {reach}
 WHERE :school_id::uuid IS NULL OR s.id IS NOT NULL;

-- name: calendar_hold :one
SELECT calendar_hold(:school_id::uuid) IS NULL AS held;

-- name: calendar_days :many
-- What counts at a school, or for the tenant itself, in the school years that these days touch.
SELECT c.kind, c.title, c.from_on, c.to_on, c.level
  FROM calendar_at(:me_tenant::uuid, :school_id::uuid, :from_on::date, :to_on::date) c
 ORDER BY c.from_on, c.kind;

-- name: calendar_period_take :one
-- school: s.id
-- An event of an iCalendar, known by its UID; with dry_run what would come of it.
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), old AS (
	SELECT p.id, (p.kind, p.title, p.from_on, p.to_on) = (:kind, :title, :from_on::date, :to_on::date) AS same
	  FROM calendar_period p
	 WHERE p.tenant_id = :me_tenant::uuid AND p.school_id IS NOT DISTINCT FROM :school_id::uuid
	   AND p.ical_uid = :ical_uid AND p.removed_at IS NULL
	   FOR UPDATE
), judged AS (
	SELECT p.ok, o.id AS old_id, CASE WHEN o.id IS NULL THEN 'created' WHEN o.same THEN 'unchanged' ELSE 'changed' END AS result,
	       calendar_meeting(:me_tenant::uuid, :school_id::uuid, :kind, :from_on::date, :to_on::date, o.id) AS why
	  FROM place p LEFT JOIN old o ON true
), changed AS (
	UPDATE calendar_period c SET version = c.version + 1, kind = :kind, title = :title, from_on = :from_on::date,
	       to_on = :to_on::date
	  FROM judged j WHERE c.tenant_id = :me_tenant::uuid AND c.id = j.old_id AND j.ok AND j.why IS NULL
	   AND j.result = 'changed' AND NOT coalesce(:dry_run::boolean, false)
), added AS (
	INSERT INTO calendar_period (tenant_id, id, school_id, kind, title, from_on, to_on, ical_uid)
	SELECT :me_tenant::uuid, :new_id::uuid, :school_id::uuid, :kind, :title, :from_on::date, :to_on::date, :ical_uid
	  FROM judged WHERE ok AND why IS NULL AND result = 'created' AND NOT coalesce(:dry_run::boolean, false)
)
SELECT ok, why, result FROM judged;
