-- Teams: Communications Team, Class teachers; several people at a time.

-- name: team_list :list
-- school: b.school_id
-- shared: b.school_id IS NULL
SELECT b.id, b.school_id, s.name AS school_name, b.name, b.kind, members_now(b.id) AS members,
       b.version, b.created_at{cursor}
  FROM team b LEFT JOIN school s ON s.tenant_id = b.tenant_id AND s.id = b.school_id
 WHERE b.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: team_get :one
-- school: b.school_id
-- shared: b.school_id IS NULL
SELECT b.id, b.school_id, s.name AS school_name, b.name, b.kind, members_now(b.id) AS members,
       body_grants(b.id) AS grants, b.version, b.created_at
  FROM team b LEFT JOIN school s ON s.tenant_id = b.tenant_id AND s.id = b.school_id
 WHERE b.tenant_id = :me_tenant::uuid AND b.id = :id::uuid AND {reach};

-- name: team_add :one
-- school: s.id
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), added AS (
	INSERT INTO team (tenant_id, id, school_id, name, kind)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :name, :kind FROM place WHERE ok
)
SELECT ok, '/school_id' AS fault FROM place;

-- name: team_change :one
-- school: b.school_id
UPDATE team b SET version = b.version + 1,
       name = CASE WHEN :has_name::boolean THEN :name ELSE b.name END,
       kind = CASE WHEN :has_kind::boolean THEN :kind ELSE b.kind END
 WHERE b.tenant_id = :me_tenant::uuid AND b.id = :id::uuid AND b.version = :version::integer AND {reach}
RETURNING b.id;
