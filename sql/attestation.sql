-- SLT's word that a person has read the policy and was trained (P5).

-- name: attestation_list :list
-- school: t.school_id
-- own: t.person_id = :me_person::uuid
SELECT t.id, t.person_id, t.person_name, t.policy_edition, t.policy_read_on, t.trained_on,
       (t.trained_on + my_setting(t.school_id, 'training.valid_months')::integer
		* interval '1 month')::date AS training_valid_until,
       t.attested_by, t.attested_name, t.version, t.created_at{cursor}
  FROM attestation t WHERE t.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: attestation_get :one
-- school: t.school_id
-- own: t.person_id = :me_person::uuid
SELECT t.id, t.person_id, t.person_name, t.policy_edition, t.policy_read_on, t.trained_on,
       (t.trained_on + my_setting(t.school_id, 'training.valid_months')::integer
		* interval '1 month')::date AS training_valid_until,
       t.attested_by, t.attested_name, t.version, t.created_at
  FROM attestation t WHERE t.tenant_id = :me_tenant::uuid AND t.id = :id::uuid AND {reach};

-- name: attest :one
-- school: p.school_id
WITH subject AS (
	SELECT p.id, p.school_id, p.name FROM person p
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid AND {reach}
	   AND @person.here
), attested AS (
	INSERT INTO attestation (tenant_id, id, person_id, school_id, person_name, policy_edition,
		policy_read_on, trained_on, attested_by, attested_name)
	SELECT :me_tenant::uuid, :id::uuid, s.id, s.school_id, s.name, :policy_edition,
	       :policy_read_on::date, :trained_on::date, :me_person::uuid, me_name()
	  FROM subject s
)
SELECT EXISTS (SELECT FROM subject) AS ok, '/person_id' AS fault;
