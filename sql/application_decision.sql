-- Who may decide on an application, what it still lacks, and what was decided (A3).

-- name: application_unfinished :many
SELECT code, detail, pointer FROM application_readiness(:id::uuid)
 WHERE stage = 'submit' AND strength = 'block';

-- name: application_undecidable :many
-- A conflict of interest, or somebody else's turn.
SELECT code, detail FROM application_turn(:id::uuid);

-- name: application_partial :many
-- Whoever stands on the applicant's side, or was appointed by it of late, does not say who else may
-- judge.
SELECT 'conflict_of_interest' AS code,
       CASE WHEN side THEN 'You are on the applicant''s side: ' ELSE 'The applicant''s side appointed or invited you since the draft, or shortly before: ' END
		|| 'somebody else says who has a conflict of interest.' AS detail
  FROM channel_application a, LATERAL (
	SELECT @channel_application.applicant OR EXISTS (SELECT FROM application_operator o
		WHERE o.tenant_id = a.tenant_id AND o.application_id = a.id AND o.person_id = :me_person::uuid) AS side) s
 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid AND (side OR NOT application_impartial(a.id));

-- name: application_unready :many
-- Approval also wants the business case, the operators and the risk assessment in order.
SELECT code, detail FROM application_turn(:id::uuid)
UNION ALL
SELECT code, detail FROM application_readiness(:id::uuid) WHERE strength = 'block';

-- name: application_readiness :many
-- school: a.school_id
-- own: @channel_application.side
-- Everything that is missing, whoever asks: one row, so that nobody has to try.
SELECT a.id AS application_id, a.state,
       NOT EXISTS (SELECT FROM application_readiness(a.id) r WHERE r.strength = 'block' AND r.stage = 'submit') AS ready_to_submit,
       NOT EXISTS (SELECT FROM application_readiness(a.id) r WHERE r.strength = 'block') AS ready_to_approve,
       (SELECT coalesce(json_agg(json_build_object('stage', r.stage, 'code', r.code, 'detail', r.detail,
		'pointer', r.pointer, 'strength', r.strength)), '[]') FROM application_readiness(a.id) r) AS findings
  FROM channel_application a
 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid AND {reach};

-- name: application_record_decision :one
-- Records the caller's word on the present step, and says where the application goes from here.
WITH a AS (
	SELECT a.*, s.everybody, s.steps
	  FROM channel_application a, LATERAL application_step(a.id) s
	 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid
	   AND a.version = :version::integer AND a.state = ANY (:from::text[]) FOR UPDATE OF a
), d AS (
	SELECT * FROM application_deciders(:id::uuid) WHERE may
), mine AS (
	SELECT capacity FROM d WHERE person_id = :me_person::uuid
), recorded AS (
	INSERT INTO application_decision (tenant_id, id, application_id, revision, step, outcome, reason,
		decider_id, decider_name, capacity)
	SELECT a.tenant_id, :decision_id::uuid, a.id, a.revision, a.step, :to, :reason, :me_person::uuid,
	       me_name(), mine.capacity
	  FROM a, mine
), place AS ( -- a step that needs all waits for the others; a substitute speaks for them
	SELECT a.step, a.steps, a.everybody AND mine.capacity NOT LIKE 'substitute:%'
		AND EXISTS (SELECT FROM d WHERE d.person_id <> :me_person::uuid) AS waits
	  FROM a, mine
)
SELECT CASE WHEN :to = 'rejected' THEN 'rejected'
	    WHEN waits OR step + 1 < steps THEN 'submitted' ELSE 'approved' END AS to_state,
       step + CASE WHEN :to = 'approved' AND NOT waits THEN 1 ELSE 0 END AS to_step
  FROM place;

-- name: application_exclude :one
-- From this commit on the person is blind to the application, under any of their persons.
WITH subject AS (
	SELECT p.id, p.name, EXISTS (SELECT FROM exclusion e WHERE e.tenant_id = p.tenant_id
		AND e.subject_id = :id::uuid AND e.person_id = p.id) AS already
	  FROM person p WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid
	   AND p.id <> :me_person::uuid
	   AND NOT EXISTS (SELECT FROM channel_application a WHERE a.tenant_id = p.tenant_id
		AND a.id = :id::uuid AND p.id IN (a.applicant_id, a.recorded_by))
	   AND NOT EXISTS (SELECT FROM application_operator o WHERE o.tenant_id = p.tenant_id
		AND o.application_id = :id::uuid AND o.person_id = p.id)
), excluded AS (
	INSERT INTO exclusion (tenant_id, subject_id, person_id, reason, excluded_by)
	SELECT :me_tenant::uuid, :id::uuid, s.id, :reason, :me_person::uuid FROM subject s WHERE NOT s.already
	ON CONFLICT DO NOTHING
)
SELECT s.id IS NOT NULL AND NOT s.already AS ok, CASE WHEN s.id IS NULL THEN '/person_id' END AS fault,
       s.name || ' is excluded already.' AS why
  FROM (SELECT 1) one LEFT JOIN subject s ON true;
