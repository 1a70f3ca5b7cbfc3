-- What a school says that it looks at in public (R4), edition by edition.

-- name: monitoring_statement_list :list
-- school: m.school_id
-- shared: m.school_id IS NULL
SELECT m.id, m.school_id, s.name AS school_name, m.edition, m.superseded_at IS NULL AS current, m.body, m.dpia_note,
       m.written_by, m.written_name, m.superseded_at, m.version, m.created_at{cursor}
  FROM monitoring_statement m LEFT JOIN school s ON s.tenant_id = m.tenant_id AND s.id = m.school_id
 WHERE m.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: monitoring_statement_get :one
-- school: m.school_id
-- shared: m.school_id IS NULL
SELECT m.id, m.school_id, s.name AS school_name, m.edition, m.superseded_at IS NULL AS current, m.body, m.dpia_note,
       m.written_by, m.written_name, m.superseded_at, m.version, m.created_at
  FROM monitoring_statement m LEFT JOIN school s ON s.tenant_id = m.tenant_id AND s.id = m.school_id
 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND {reach};

-- name: monitoring_statement_write :one
-- school: s.id
-- The next edition of this place. Who comes at the same time is stopped by monitoring_statement_edition.
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), superseded AS (
	UPDATE monitoring_statement m SET superseded_at = now(), version = m.version + 1
	  FROM place WHERE ok AND m.tenant_id = :me_tenant::uuid AND m.superseded_at IS NULL
	   AND m.school_id IS NOT DISTINCT FROM :school_id::uuid
), written AS (
	INSERT INTO monitoring_statement (tenant_id, id, school_id, edition, body, dpia_note, written_by, written_name)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid,
	       (SELECT coalesce(max(m.edition), 0) + 1 FROM monitoring_statement m WHERE m.tenant_id = :me_tenant::uuid
		   AND m.school_id IS NOT DISTINCT FROM :school_id::uuid),
	       :body, :dpia_note, :me_person::uuid, me_name()
	  FROM place WHERE ok
)
SELECT ok, '/school_id' AS fault FROM place;
