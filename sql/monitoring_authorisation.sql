-- Who may be looked at a second time, by whose word and until when (M9). Whom it concerns does not see it.

-- name: monitoring_authorisation_list :list
-- school: a.school_id
SELECT a.id, a.school_id, s.name AS school_name, a.state,
       a.state = 'active' AND today() BETWEEN a.from_on AND a.until_on AS current,
       a.person_id, a.person_name, a.concerns, a.scope, a.reason, a.from_on, a.until_on, a.dpia_reference,
       a.authorised_by, a.authorised_name, a.ended_by, a.ended_name, a.ended_at, a.end_reason,
       a.version, a.created_at{cursor}
  FROM monitoring_authorisation a LEFT JOIN school s ON s.tenant_id = a.tenant_id AND s.id = a.school_id
 WHERE a.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: monitoring_authorisation_get :one
-- school: a.school_id
SELECT a.id, a.school_id, s.name AS school_name, a.state,
       a.state = 'active' AND today() BETWEEN a.from_on AND a.until_on AS current,
       a.person_id, a.person_name, a.concerns, a.scope, a.reason, a.from_on, a.until_on, a.dpia_reference,
       a.authorised_by, a.authorised_name, a.ended_by, a.ended_name, a.ended_at, a.end_reason,
       a.version, a.created_at
  FROM monitoring_authorisation a LEFT JOIN school s ON s.tenant_id = a.tenant_id AND s.id = a.school_id
 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid AND {reach};

-- name: monitoring_authorisation_record :one
-- school: s.id
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), subject AS (
	SELECT p.id, p.name FROM person p WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid
), term AS (
	SELECT coalesce(:from_on::date, today()) AS from_on, :until_on::date AS until_on
), judged AS (
	SELECT CASE WHEN NOT place.ok THEN '/school_id'
		    WHEN :person_id::uuid IS NULL AND :concerns::text IS NULL THEN '/concerns'
		    WHEN :person_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM subject) THEN '/person_id'
	       END AS fault FROM place
), recorded AS (
	INSERT INTO monitoring_authorisation (tenant_id, id, school_id, person_id, person_name, concerns, scope, reason,
		from_on, until_on, dpia_reference, authorised_by, authorised_name)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, subject.id, subject.name, :concerns, :scope, :reason,
	       t.from_on, t.until_on, :dpia_reference, :me_person::uuid, me_name()
	  FROM judged, term t LEFT JOIN subject ON true WHERE fault IS NULL
)
SELECT fault IS NULL AS ok, fault,
       CASE fault WHEN '/concerns' THEN 'says whom or what it concerns, where person_id does not' END AS why
  FROM judged;

-- name: monitoring_authorisation_move :one
-- No row comes back when someone else ended it first: the caller answers 409.
UPDATE monitoring_authorisation a SET state = :to, version = a.version + 1, ended_by = :me_person::uuid,
       ended_name = me_name(), ended_at = now(), end_reason = :end_reason
 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid AND a.version = :version::integer
   AND a.state = ANY (:from::text[])
RETURNING a.id, a.state;
