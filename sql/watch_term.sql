-- What is looked for in public (R1): names and handles of the organisation.

-- name: watch_term_list :list
-- school: w.school_id
-- shared: w.school_id IS NULL
SELECT w.id, w.school_id, s.name AS school_name, w.kind, w.text, w.added_by, w.added_name, w.version, w.created_at{cursor}
  FROM watch_term w LEFT JOIN school s ON s.tenant_id = w.tenant_id AND s.id = w.school_id
 WHERE w.tenant_id = :me_tenant::uuid AND w.removed_at IS NULL AND {reach}{filter} {page};

-- name: watch_term_get :one
-- school: w.school_id
-- shared: w.school_id IS NULL
SELECT w.id, w.school_id, s.name AS school_name, w.kind, w.text, w.added_by, w.added_name, w.version, w.created_at
  FROM watch_term w LEFT JOIN school s ON s.tenant_id = w.tenant_id AND s.id = w.school_id
 WHERE w.tenant_id = :me_tenant::uuid AND w.id = :id::uuid AND w.removed_at IS NULL AND {reach};

-- name: watch_term_add :one
-- school: s.id
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), judged AS (
	SELECT CASE WHEN NOT p.ok THEN '/school_id' WHEN w.why IS NOT NULL THEN '/text' END AS fault,
	       CASE WHEN p.ok THEN w.why END AS why
	  FROM place p, (SELECT watch_term_fault(:kind, :text) AS why) w
), added AS (
	INSERT INTO watch_term (tenant_id, id, school_id, kind, text, added_by, added_name)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :kind, :text, :me_person::uuid, me_name()
	  FROM judged WHERE fault IS NULL
)
SELECT fault IS NULL AS ok, fault, why FROM judged;

-- name: watch_term_remove :one
-- school: w.school_id
UPDATE watch_term w SET removed_at = now(), version = w.version + 1
 WHERE w.tenant_id = :me_tenant::uuid AND w.id = :id::uuid AND w.version = :version::integer
   AND w.removed_at IS NULL AND {reach}
RETURNING w.id;
