-- Posts: Principal, Librarian; held by people for a time.

-- name: post_list :list
-- school: b.school_id
-- shared: b.school_id IS NULL
SELECT b.id, b.school_id, s.name AS school_name, b.name, b.kind, members_now(b.id) AS members,
       b.version, b.created_at{cursor}
  FROM post b LEFT JOIN school s ON s.tenant_id = b.tenant_id AND s.id = b.school_id
 WHERE b.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: post_get :one
-- school: b.school_id
-- shared: b.school_id IS NULL
SELECT b.id, b.school_id, s.name AS school_name, b.name, b.kind, members_now(b.id) AS members,
       body_grants(b.id) AS grants, b.version, b.created_at
  FROM post b LEFT JOIN school s ON s.tenant_id = b.tenant_id AND s.id = b.school_id
 WHERE b.tenant_id = :me_tenant::uuid AND b.id = :id::uuid AND {reach};

-- name: post_add :one
-- school: s.id
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), added AS (
	INSERT INTO post (tenant_id, id, school_id, name, kind)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :name, :kind FROM place WHERE ok
)
SELECT ok, '/school_id' AS fault FROM place;

-- name: post_change :one
-- school: b.school_id
UPDATE post b SET version = b.version + 1,
       name = CASE WHEN :has_name::boolean THEN :name ELSE b.name END,
       kind = CASE WHEN :has_kind::boolean THEN :kind ELSE b.kind END
 WHERE b.tenant_id = :me_tenant::uuid AND b.id = :id::uuid AND b.version = :version::integer AND {reach}
RETURNING b.id;
