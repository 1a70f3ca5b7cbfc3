-- What else a person is to the tenant, beside their main type.

-- name: relationship_add :one
WITH subject AS (
	SELECT p.id, p.left_on FROM person p WHERE p.tenant_id = :me_tenant::uuid AND p.id = :id::uuid
), term AS (
	SELECT coalesce(:from_on::date, today()) AS from_on, least(:until_on::date, s.left_on) AS until_on
	  FROM subject s
), judged AS (
	SELECT CASE WHEN t.until_on < t.from_on THEN '/until_on' END AS fault,
	       CASE WHEN t.until_on < t.from_on THEN 'is on or after from_on, and the person is there until then'
		    WHEN EXISTS (SELECT FROM person_relationship r
			WHERE r.tenant_id = :me_tenant::uuid AND r.person_id = :id::uuid
			  AND r.relationship = :relationship AND r.ended_at IS NULL
			  AND r.from_on <= coalesce(t.until_on, 'infinity')
			  AND coalesce(r.until_on, 'infinity') >= t.from_on)
		    THEN 'They are that in these days already.' END AS why
	  FROM term t
), added AS (
	INSERT INTO person_relationship (tenant_id, id, person_id, relationship, from_on, until_on)
	SELECT :me_tenant::uuid, :new_id::uuid, :id::uuid, :relationship, t.from_on, t.until_on
	  FROM judged j, term t WHERE j.why IS NULL
)
SELECT why IS NULL AS ok, fault, why FROM judged;

-- name: relationship_end :one
WITH wanted AS (
	SELECT r.tenant_id, r.id, e.* FROM person_relationship r,
	       LATERAL ending(r.from_on, r.until_on, r.ended_at, :until_on::date) e
	 WHERE r.tenant_id = :me_tenant::uuid AND r.id = :relationship_id::uuid AND r.person_id = :id::uuid
), ended AS (
	UPDATE person_relationship r SET until_on = w.until_on, ended_at = w.ended_at
	  FROM wanted w WHERE w.ok AND r.tenant_id = w.tenant_id AND r.id = w.id
	RETURNING r.id
)
SELECT EXISTS (SELECT FROM ended) AS ok, fault, why FROM wanted;

-- name: relationship_ensure :one
-- Of an import: those of the words that they are not at present, from today on; for whoever
-- has not left.
WITH added AS (
	INSERT INTO person_relationship (tenant_id, id, person_id, relationship, from_on)
	SELECT :me_tenant::uuid, gen_random_uuid(), :id::uuid, r.w, today()
	  FROM person p, (SELECT DISTINCT unnest(:relationships::text[])) r (w)
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :id::uuid
	   AND coalesce(:left_on::date, p.left_on, today()) >= today() AND NOT EXISTS (SELECT FROM person_relationship x
		WHERE x.tenant_id = p.tenant_id AND x.person_id = p.id AND x.relationship = r.w
		  AND holds_now(x.from_on, x.until_on, x.ended_at))
	RETURNING 1
)
SELECT count(*) AS added FROM added;
