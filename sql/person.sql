-- People of the tenant, with or without a sign-in.

-- Has not left: the last day counts.
-- term: here = (p.left_on IS NULL OR p.left_on >= today())

-- name: person_list :list
-- school: p.school_id
-- shared: p.school_id IS NULL
-- own: p.id = :me_person::uuid
SELECT p.id, p.external_ref, p.name, p.email, p.person_type, p.job_title, p.school_id, s.name AS school_name,
       p.identity_id IS NOT NULL AS can_sign_in, p.left_on, p.version, p.created_at{cursor}
  FROM person p LEFT JOIN school s ON s.tenant_id = p.tenant_id AND s.id = p.school_id
 WHERE p.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: person_gone :list
-- school: g.school_id
-- shared: g.school_id IS NULL
-- Who left a place within reach, and is nowhere within it now.
SELECT g.person_id AS id, g.removed_at, g.changed_xid::text AS _sort, g.person_id AS _id
  FROM person_gone g
 WHERE g.tenant_id = :me_tenant::uuid AND {reach} AND g.changed_xid < :horizon::xid8
   AND (g.changed_xid, g.person_id) > (:since_xid::xid8, :since_id::uuid)
   AND NOT EXISTS (SELECT FROM person p WHERE p.tenant_id = g.tenant_id AND p.id = g.person_id
	AND (:reach_tenant::boolean OR p.school_id IS NULL OR p.school_id = ANY (:reach_schools::uuid[])))
 ORDER BY g.changed_xid, g.person_id LIMIT :page_limit::bigint;

-- name: person_get :one
-- school: p.school_id
-- shared: p.school_id IS NULL
-- own: p.id = :me_person::uuid
SELECT p.id, p.external_ref, p.name, p.email, p.person_type, p.job_title, p.school_id, s.name AS school_name,
       p.identity_id IS NOT NULL AS can_sign_in, p.left_on,
       (SELECT coalesce(json_agg(json_build_object('id', r.id, 'relationship', r.relationship, 'from_on', r.from_on,
		'until_on', r.until_on, 'current', holds_now(r.from_on, r.until_on, r.ended_at))
		ORDER BY r.from_on, r.id), '[]')
	  FROM person_relationship r WHERE r.tenant_id = p.tenant_id AND r.person_id = p.id) AS relationships,
       (SELECT coalesce(json_agg(json_build_object('id', o.id, 'name', o.name, 'kind', o.kind, 'school_id', o.school_id,
		'membership_id', m.id, 'from_on', m.from_on, 'until_on', m.until_on) ORDER BY o.name, o.id), '[]')
	  FROM membership m JOIN post o ON o.tenant_id = m.tenant_id AND o.id = m.post_id
	 WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id
	   AND holds_now(m.from_on, m.until_on, m.ended_at)) AS posts,
       (SELECT coalesce(json_agg(json_build_object('id', o.id, 'name', o.name, 'kind', o.kind, 'school_id', o.school_id,
		'membership_id', m.id, 'from_on', m.from_on, 'until_on', m.until_on) ORDER BY o.name, o.id), '[]')
	  FROM membership m JOIN team o ON o.tenant_id = m.tenant_id AND o.id = m.team_id
	 WHERE m.tenant_id = p.tenant_id AND m.person_id = p.id
	   AND holds_now(m.from_on, m.until_on, m.ended_at)) AS teams,
       p.version, p.created_at, p.id = :me_person::uuid AS _own
  FROM person p LEFT JOIN school s ON s.tenant_id = p.tenant_id AND s.id = p.school_id
 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :id::uuid AND {reach};

-- name: person_add :one
-- school: s.id
-- A school-level caller names one of their own schools; only the whole tenant's may leave it out.
WITH place AS (
	SELECT :school_id::uuid AS school_id,
	       CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		    ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), added AS (
	INSERT INTO person (tenant_id, id, external_ref, school_id, name, email, person_type, job_title)
	SELECT :me_tenant::uuid, :id::uuid, :external_ref, place.school_id, :name, :email, :person_type, :job_title
	  FROM place WHERE ok
)
SELECT ok, '/school_id' AS fault FROM place;

-- name: person_change :one
-- school: p.school_id
-- A new school must be within reach as well; unknown and hidden ones look the same.
WITH place AS (
	SELECT NOT :has_school_id::boolean OR CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid AND s.id = :school_id::uuid
			AND (:reach_tenant::boolean OR s.id = ANY (:reach_schools::uuid[]))) END AS ok
), changed AS (
	UPDATE person p SET version = version + 1,
	       external_ref = CASE WHEN :has_external_ref::boolean THEN :external_ref ELSE external_ref END,
	       name = CASE WHEN :has_name::boolean THEN :name ELSE name END,
	       email = CASE WHEN :has_email::boolean THEN :email ELSE email END,
	       person_type = CASE WHEN :has_person_type::boolean THEN :person_type ELSE person_type END,
	       job_title = CASE WHEN :has_job_title::boolean THEN :job_title ELSE job_title END,
	       school_id = CASE WHEN :has_school_id::boolean THEN :school_id::uuid ELSE school_id END
	  FROM place
	 WHERE place.ok AND p.tenant_id = :me_tenant::uuid AND p.id = :id::uuid
	   AND p.version = :version::integer AND {reach}
	RETURNING p.id
)
SELECT place.ok, '/school_id' AS fault, changed.id FROM place LEFT JOIN changed ON true
 WHERE changed.id IS NOT NULL OR NOT place.ok;

-- name: person_standing :one
-- school: p.school_id
-- What an invitation or a leaving has to know about a person first.
SELECT p.id, p.name, p.email IS NOT NULL AS has_email, p.identity_id IS NOT NULL AS can_sign_in,
       p.left_on, coalesce(p.left_on < today(), false) AS gone, p.version
  FROM person p WHERE p.tenant_id = :me_tenant::uuid AND p.id = :id::uuid AND {reach};

-- name: person_invite :exec
INSERT INTO invitation (tenant_id, id, person_id, token_hash, invited_by, expires_at)
VALUES (:me_tenant::uuid, :invitation_id::uuid, :id::uuid, decode(:invitation_hash, 'hex'),
	:me_person::uuid, to_timestamp(:invitation_expires::bigint));

-- name: person_leave :one
-- No row comes back when somebody else changed the person since they were looked at. What they
-- hold is locked before themselves, as by whoever ends an appointment (session_touch()).
WITH held AS (
	SELECT FROM appointment a
	 WHERE a.tenant_id = :me_tenant::uuid AND a.person_id = :id::uuid AND a.state IN ('active', 'proposed')
	 ORDER BY a.id FOR UPDATE
), gone AS (
	UPDATE person p SET left_on = :left_on::date, version = version + 1
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :id::uuid AND p.version = :version::integer
	   AND (SELECT count(*) FROM held) >= 0
	RETURNING p.id
), ended AS (
	UPDATE appointment a SET version = version + 1,
	       state = CASE WHEN :left_on::date < today() OR a.state = 'proposed' THEN 'ended' ELSE a.state END,
	       to_on = CASE WHEN a.state = 'proposed' THEN a.to_on
			ELSE greatest(a.from_on, least(coalesce(a.to_on, :left_on::date), :left_on::date)) END
	  FROM gone WHERE a.tenant_id = :me_tenant::uuid AND a.person_id = gone.id
	   AND a.state IN ('active', 'proposed')
	RETURNING a.id, a.state
), logged AS (
	INSERT INTO appointment_history (tenant_id, appointment_id, actor_id, actor_name, action, to_state, note)
	SELECT :me_tenant::uuid, ended.id, :me_person::uuid, me_name(), 'leave', ended.state, :reason FROM ended
)
SELECT id FROM gone;

-- name: person_match :one
-- What one row of an import would change: of whoever has its reference, else of whoever has its
-- e-mail address and no reference yet. An empty cell says nothing.
WITH place AS (
	SELECT (array_agg(s.id))[1] AS school_id, :school::text IS NULL OR count(*) = 1 AS ok FROM school s
	 WHERE s.tenant_id = :me_tenant::uuid AND (s.urn = :school OR lower(s.name) = lower(:school))
), known AS (
	SELECT p.* FROM person p WHERE p.tenant_id = :me_tenant::uuid
	   AND (p.external_ref = :external_ref OR p.external_ref IS NULL AND p.email = :email)
	 ORDER BY p.external_ref NULLS LAST LIMIT 1
)
SELECT k.id, k.version, k.school_id AS home, place.school_id,
       CASE WHEN NOT place.ok THEN '/school' ELSE person_taken(k.id, :external_ref, :email) END AS fault,
       k.external_ref IS DISTINCT FROM :external_ref AS has_external_ref,
       k.name IS DISTINCT FROM :name AS has_name,
       :email::text IS NOT NULL AND k.email IS DISTINCT FROM :email AS has_email,
       k.person_type IS DISTINCT FROM :person_type AS has_person_type,
       :job_title::text IS NOT NULL AND k.job_title IS DISTINCT FROM :job_title AS has_job_title,
       :school::text IS NOT NULL AND k.school_id IS DISTINCT FROM place.school_id AS has_school_id,
       :left_on::date IS NOT NULL AND k.left_on IS DISTINCT FROM :left_on::date AS leaves,
       coalesce(k.left_on < today(), false) AS gone
  FROM place LEFT JOIN known k ON true;
