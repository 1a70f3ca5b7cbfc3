-- What the audience is told, by house rule (B3).

-- name: moderation_reason_list :list
-- school: r.school_id
-- shared: r.school_id IS NULL
SELECT r.id, r.school_id, s.name AS school_name, r.house_rule, r.public_text, r.retired, r.version, r.created_at{cursor}
  FROM moderation_reason r LEFT JOIN school s ON s.tenant_id = r.tenant_id AND s.id = r.school_id
 WHERE r.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: moderation_reason_get :one
-- school: r.school_id
-- shared: r.school_id IS NULL
SELECT r.id, r.school_id, s.name AS school_name, r.house_rule, r.public_text, r.retired, r.version, r.created_at
  FROM moderation_reason r LEFT JOIN school s ON s.tenant_id = r.tenant_id AND s.id = r.school_id
 WHERE r.tenant_id = :me_tenant::uuid AND r.id = :id::uuid AND {reach};

-- name: moderation_reason_add :one
-- school: s.id
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), added AS (
	INSERT INTO moderation_reason (tenant_id, id, school_id, house_rule, public_text)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :house_rule, :public_text FROM place WHERE ok
)
SELECT ok, CASE WHEN NOT ok THEN '/school_id' END AS fault FROM place;

-- name: moderation_reason_change :one
-- school: r.school_id
UPDATE moderation_reason r SET version = r.version + 1,
       house_rule = CASE WHEN :has_house_rule::boolean THEN :house_rule ELSE r.house_rule END,
       public_text = CASE WHEN :has_public_text::boolean THEN :public_text ELSE r.public_text END,
       retired = CASE WHEN :has_retired::boolean THEN :retired::boolean ELSE r.retired END
 WHERE r.tenant_id = :me_tenant::uuid AND r.id = :id::uuid AND r.version = :version::integer AND {reach}
RETURNING r.id;
