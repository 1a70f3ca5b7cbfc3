-- Who holds which role and duties over which schools, from when until when.

-- name: appointment_list :list
-- school: (SELECT x.school_id FROM appointment_school x WHERE x.tenant_id = a.tenant_id
--   AND x.appointment_id = a.id AND x.school_id = ANY (:reach_schools::uuid[]) LIMIT 1)
-- own: a.person_id = :me_person::uuid
SELECT a.id, a.person_id, p.name AS person_name, a.role, a.duties, a.scope,
       (SELECT coalesce(json_agg(json_build_object('id', x.school_id, 'name', s.name) ORDER BY s.name), '[]')
	  FROM appointment_school x LEFT JOIN school s ON s.tenant_id = x.tenant_id AND s.id = x.school_id
	 WHERE x.tenant_id = a.tenant_id AND x.appointment_id = a.id) AS schools,
       a.state, a.from_on, a.to_on, appointment_current(a) AS current,
       a.granted_by, a.granted_name, a.confirmed_by, a.confirmed_name, a.reason,
       a.version, a.created_at{cursor}
  FROM appointment a LEFT JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
 WHERE a.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: appointment_get :one
-- school: (SELECT x.school_id FROM appointment_school x WHERE x.tenant_id = a.tenant_id
--   AND x.appointment_id = a.id AND x.school_id = ANY (:reach_schools::uuid[]) LIMIT 1)
-- own: a.person_id = :me_person::uuid
-- An appointment over several schools has no one school: only the whole tenant's may move it.
-- _school_ids and _no_decider are what the may-grant table asks for, whatever the caller sees.
SELECT a.id, a.person_id, p.name AS person_name, a.role, a.duties, a.scope,
       (SELECT coalesce(json_agg(json_build_object('id', x.school_id, 'name', s.name) ORDER BY s.name), '[]')
	  FROM appointment_school x LEFT JOIN school s ON s.tenant_id = x.tenant_id AND s.id = x.school_id
	 WHERE x.tenant_id = a.tenant_id AND x.appointment_id = a.id) AS schools,
       a.state, a.from_on, a.to_on, appointment_current(a) AS current,
       a.granted_by, a.granted_name, a.confirmed_by, a.confirmed_name, a.reason,
       a.version, a.created_at,
       CASE cardinality(held.ids) WHEN 1 THEN held.ids[1] END AS _school, held.ids AS _school_ids,
       tenant_no_decider() AS _no_decider, a.person_id = :me_person::uuid AS _own
  FROM appointment a
 CROSS JOIN LATERAL (SELECT appointment_schools(a.id) AS ids) held
  LEFT JOIN person p ON p.tenant_id = a.tenant_id AND p.id = a.person_id
 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid AND {reach};

-- name: appointment_held :many
-- What a person holds or is proposed for, for whoever would invite or remove them.
SELECT id, role, duties, scope, school_ids AS _school_ids, tenant_no_decider() AS _no_decider
  FROM appointments_held(:id::uuid);

-- name: appointment_grant :one
-- The person and every school must be within sight; the caller's right to grant was judged before.
-- Nothing is held beyond the holder's last day.
WITH wanted AS (
	SELECT p.id AS person_id, p.school_id AS home, least(p.left_on, :to_on::date) AS to_on,
	       (SELECT count(*) FROM school s WHERE s.tenant_id = :me_tenant::uuid
		 AND s.id = ANY (:school_ids::uuid[])) AS schools
	  FROM (SELECT 1) one LEFT JOIN person p
	    ON p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid
	   AND @person.here
), judged AS (
	SELECT person_id, to_on, CASE WHEN person_id IS NULL THEN '/person_id'
		WHEN schools < coalesce(cardinality(:school_ids::uuid[]), 0) THEN '/school_ids'
		WHEN home IS NOT NULL AND (:scope = 'tenant' OR :school_ids::uuid[] <> ARRAY[home]) THEN '/person_id'
		END AS fault,
	       CASE WHEN home IS NOT NULL AND schools = coalesce(cardinality(:school_ids::uuid[]), 0)
		    AND (:scope = 'tenant' OR :school_ids::uuid[] <> ARRAY[home])
		    THEN 'belongs to one school: clear their school_id before giving them more' END AS why
	  FROM wanted
), granted AS (
	INSERT INTO appointment (tenant_id, id, person_id, role, duties, scope, state, from_on, to_on,
		granted_by, granted_name, reason)
	SELECT :me_tenant::uuid, :id::uuid, person_id, :role, coalesce(:duties::text[], '{}'), :scope,
	       :to, coalesce(:from_on::date, today()), to_on, :me_person::uuid, me_name(), :reason
	  FROM judged WHERE fault IS NULL
), placed AS (
	INSERT INTO appointment_school (tenant_id, appointment_id, school_id, person_id)
	SELECT :me_tenant::uuid, :id::uuid, x, person_id
	  FROM judged, unnest(:school_ids::uuid[]) x WHERE fault IS NULL
), logged AS (
	INSERT INTO appointment_history (tenant_id, appointment_id, actor_id, actor_name, action, to_state, note)
	SELECT :me_tenant::uuid, :id::uuid, :me_person::uuid, me_name(), 'grant', :to, :reason
	  FROM judged WHERE fault IS NULL
)
SELECT fault IS NULL AS ok, fault, why FROM judged;

-- name: appointment_second :many
-- Nobody confirms what they granted, nor what they would hold.
SELECT 'conflict_of_interest' AS code,
       CASE WHEN a.person_id = :me_person::uuid THEN 'You would hold this appointment: another SLT, the chair '
		|| 'or the proprietor confirms it.'
	    ELSE 'You granted this appointment: another SLT, the chair or the proprietor confirms it.' END AS detail
  FROM appointment a
 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid
   AND :me_person::uuid IN (a.granted_by, a.person_id);

-- name: appointment_move :one
-- No row comes back when someone else moved it first: the caller answers 409.
WITH before AS (
	SELECT a.tenant_id, a.id, a.state FROM appointment a
	 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid
	   AND a.version = :version::integer FOR UPDATE
), moved AS (
	UPDATE appointment a SET state = :to, version = version + 1,
	       to_on = CASE WHEN :to = 'ended' AND a.state = 'active' THEN greatest(a.from_on, today()) ELSE a.to_on END,
	       confirmed_by = CASE WHEN :action = 'confirm' THEN :me_person::uuid ELSE a.confirmed_by END,
	       confirmed_name = CASE WHEN :action = 'confirm' THEN me_name() ELSE a.confirmed_name END
	  FROM before b
	 WHERE a.tenant_id = b.tenant_id AND a.id = b.id AND b.state = ANY (:from::text[])
	RETURNING a.tenant_id, a.id, a.state
), logged AS (
	INSERT INTO appointment_history (tenant_id, appointment_id, actor_id, actor_name, action,
		from_state, to_state, note)
	SELECT m.tenant_id, m.id, :me_person::uuid, me_name(), :action, b.state, m.state, :reason
	  FROM moved m JOIN before b USING (tenant_id, id)
)
SELECT id, state FROM moved;

-- name: appointment_history :list
-- school: (SELECT x.school_id FROM appointment_school x WHERE x.tenant_id = a.tenant_id
--   AND x.appointment_id = a.id AND x.school_id = ANY (:reach_schools::uuid[]) LIMIT 1)
-- own: a.person_id = :me_person::uuid
SELECT h.at, h.actor_id, h.actor_name, h.action, h.from_state, h.to_state, h.note
  FROM appointment_history h
  JOIN appointment a ON a.tenant_id = h.tenant_id AND a.id = h.appointment_id
 WHERE h.tenant_id = :me_tenant::uuid AND h.appointment_id = :id::uuid AND {reach}
 ORDER BY h.id;
