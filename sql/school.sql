-- Schools of the tenant (H1, H2, H3).

-- name: school_list :list
-- school: s.id
SELECT s.id, s.name, s.trust_id, t.name AS trust_name, s.urn, s.phase, s.establishment_type_group,
       s.local_authority, s.email, s.telephone, r.register_name, r.flags, s.version, s.created_at{cursor}
  FROM school s LEFT JOIN tenant t ON t.id = s.trust_id
 CROSS JOIN LATERAL school_in_register(s.urn) r
 WHERE s.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: school_get :one
-- school: s.id
SELECT s.id, s.name, s.trust_id, t.name AS trust_name, s.urn, s.phase, s.establishment_type_group,
       s.local_authority, s.email, s.telephone, r.register_name, r.flags, s.version, s.created_at
  FROM school s LEFT JOIN tenant t ON t.id = s.trust_id
 CROSS JOIN LATERAL school_in_register(s.urn) r
 WHERE s.tenant_id = :me_tenant::uuid AND s.id = :id::uuid AND {reach};

-- name: school_add :one
-- Only a trust has schools to add: a stand-alone school is its tenant's one school.
WITH added AS (
	INSERT INTO school (tenant_id, id, trust_id, name, urn, phase, establishment_type_group,
		local_authority, email, telephone)
	SELECT t.id, :id::uuid, t.id, :name, :urn, :phase, :establishment_type_group,
	       :local_authority, :email, :telephone
	  FROM tenant t WHERE t.id = :me_tenant::uuid AND t.kind = 'trust'
)
SELECT t.kind = 'trust' AS ok, '/name' AS fault FROM tenant t WHERE t.id = :me_tenant::uuid;

-- name: school_change :one
-- school: s.id
UPDATE school s SET version = version + 1,
       name = CASE WHEN :has_name::boolean THEN :name ELSE name END,
       urn = CASE WHEN :has_urn::boolean THEN :urn ELSE urn END,
       phase = CASE WHEN :has_phase::boolean THEN :phase ELSE phase END,
       establishment_type_group = CASE WHEN :has_establishment_type_group::boolean
		THEN :establishment_type_group ELSE establishment_type_group END,
       local_authority = CASE WHEN :has_local_authority::boolean THEN :local_authority ELSE local_authority END,
       email = CASE WHEN :has_email::boolean THEN :email ELSE email END,
       telephone = CASE WHEN :has_telephone::boolean THEN :telephone ELSE telephone END
 WHERE s.tenant_id = :me_tenant::uuid AND s.id = :id::uuid AND s.version = :version::integer AND {reach}
RETURNING s.id;
