-- Risk assessments that applications and channels cite (O7).

-- name: assessment_list :list
-- school: s.school_id
-- shared: s.school_id IS NULL
SELECT s.id, s.school_id, c.name AS school_name, s.title, s.assessed_on, s.author_name, s.score,
       s.mitigations, s.dpia_reference, s.approved_by_name, s.approved_on, s.review_on,
       s.review_on >= today() AS current, s.version, s.created_at{cursor}
  FROM assessment s LEFT JOIN school c ON c.tenant_id = s.tenant_id AND c.id = s.school_id
 WHERE s.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: assessment_get :one
-- school: s.school_id
-- shared: s.school_id IS NULL
SELECT s.id, s.school_id, c.name AS school_name, s.title, s.assessed_on, s.author_name, s.score,
       s.mitigations, s.dpia_reference, s.approved_by_name, s.approved_on, s.review_on,
       s.review_on >= today() AS current, s.version, s.created_at
  FROM assessment s LEFT JOIN school c ON c.tenant_id = s.tenant_id AND c.id = s.school_id
 WHERE s.tenant_id = :me_tenant::uuid AND s.id = :id::uuid AND {reach};

-- name: assessment_record :one
-- school: s.id
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), recorded AS (
	INSERT INTO assessment (tenant_id, id, school_id, title, assessed_on, author_name, score,
		mitigations, dpia_reference, approved_by_name, approved_on, review_on, recorded_by)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :title, :assessed_on::date, :author_name,
	       :score::integer, :mitigations, :dpia_reference, :approved_by_name, :approved_on::date,
	       :review_on::date, :me_person::uuid
	  FROM place WHERE ok
)
SELECT ok, '/school_id' AS fault FROM place;
