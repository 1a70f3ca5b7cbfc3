-- Account applications (A3): from the business case to the recorded account.

-- Whose application it is, and who is on their side: its operators as well, as they were when
-- the request began (whoever steps down still sees the answer).
-- term: applicant = (a.applicant_id = :me_person::uuid OR a.recorded_by = :me_person::uuid)
-- term: side = (@applicant OR a.id = ANY (me_operating()))
-- The operators of a body, in their order; and which field names what is hidden or absent, alike.
-- term: operators = SELECT o.place - 1 AS place, (SELECT p.id FROM person p
--   WHERE p.tenant_id = :me_tenant::uuid AND p.id = o.person_id AND @person.here) AS known
--   FROM ROWS FROM (jsonb_to_recordset(coalesce(:operators::jsonb, '[]')) AS (person_id uuid))
--   WITH ORDINALITY AS o (person_id, place)
-- term: unknown = CASE WHEN :assessment_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM assessment r
--   WHERE r.tenant_id = :me_tenant::uuid AND r.id = :assessment_id::uuid) THEN '/assessment_id'
--   ELSE (SELECT '/operators/' || min(place) || '/person_id' FROM operator WHERE known IS NULL HAVING count(*) > 0) END

-- name: application_list :list
-- school: a.school_id
-- own: @side
SELECT a.id, a.school_id, s.name AS school_name, a.state, a.revision, a.applicant_id, a.applicant_name,
       a.platform, f.name AS platform_name, a.proposed_name, a.proposed_handle, a.kind, a.visibility,
       a.submitted_at, a.waiting_since, a.decided_at, a.channel_id, a.version, a.created_at{cursor}
  FROM channel_application a
  JOIN platform f ON f.code = a.platform
  LEFT JOIN school s ON s.tenant_id = a.tenant_id AND s.id = a.school_id
 WHERE a.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: application_inbox :list
-- school: a.school_id
-- own: @applicant
-- What waits for the caller: to decide, to record, or to answer (P7).
SELECT a.id, a.school_id, s.name AS school_name, a.state, a.revision, a.applicant_id, a.applicant_name,
       a.platform, f.name AS platform_name, a.proposed_name,
       CASE a.state WHEN 'submitted' THEN 'decision' WHEN 'approved' THEN 'account' ELSE 'answer' END AS waiting_for,
       a.waiting_since, floor(extract(epoch FROM now() - a.waiting_since) / 3600)::integer AS waiting_hours,
       a.version{cursor}
  FROM channel_application a
  JOIN platform f ON f.code = a.platform
  LEFT JOIN school s ON s.tenant_id = a.tenant_id AND s.id = a.school_id
 WHERE a.tenant_id = :me_tenant::uuid AND a.waiting_since IS NOT NULL AND {reach}
   AND CASE a.state
	WHEN 'submitted' THEN EXISTS (SELECT FROM application_deciders(a.id) d
		WHERE d.person_id = :me_person::uuid AND d.may)
	WHEN 'approved' THEN :record_tenant::boolean OR a.school_id = ANY (:record_schools::uuid[])
	WHEN 'more_information' THEN @applicant
	ELSE false END{filter} {page};

-- name: application_get :one
-- school: a.school_id
-- own: @side
SELECT a.id, a.school_id, s.name AS school_name, a.state, a.revision, a.applicant_id, a.applicant_name,
       a.recorded_by, a.platform, f.name AS platform_name, a.proposed_name, a.proposed_handle, a.kind,
       a.aim, a.audience, a.promotion, a.visibility, a.purpose, a.purpose_detail,
       a.other_communication_methods, a.involves_pupils, a.pupils_justification, a.assessment_id,
       (SELECT coalesce(json_agg(json_build_object('person_id', o.person_id, 'person_name', o.person_name,
		'access', o.access, 'access_until', o.access_until) ORDER BY o.person_name, o.person_id), '[]')
	  FROM application_operator o WHERE o.tenant_id = a.tenant_id AND o.application_id = a.id) AS operators,
       (SELECT coalesce(json_agg(json_build_object('revision', d.revision, 'step', d.step,
		'outcome', d.outcome, 'reason', d.reason, 'decider_id', d.decider_id,
		'decider_name', d.decider_name, 'capacity', d.capacity,
		'decided_at', to_char(d.decided_at, 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')) ORDER BY d.decided_at), '[]')
	  FROM application_decision d WHERE d.tenant_id = a.tenant_id AND d.application_id = a.id) AS decisions,
       coalesce(judge.deciders, '[]') AS deciders, coalesce(judge.conflicted, '[]') AS conflicted,
       -- P12: what there is already for the same people on the same platform, the newest ten. COALESCE would
       -- count as what may leak, and keep row security from using the index.
       (SELECT coalesce(json_agg(json_build_object('id', c.id, 'display_name', c.display_name,
		'handle', c.handle, 'audience', c.audience) ORDER BY c.created_at), '[]')
	  FROM (SELECT * FROM channel c WHERE c.tenant_id = a.tenant_id
		AND CASE WHEN c.school_id IS NULL THEN c.tenant_id ELSE c.school_id END
		  = CASE WHEN a.school_id IS NULL THEN a.tenant_id ELSE a.school_id END
		AND c.platform = a.platform AND c.state NOT @channel.over
		AND c.id IS DISTINCT FROM a.channel_id ORDER BY c.created_at DESC LIMIT 10) c) AS similar_channels,
       a.submitted_at, a.waiting_since, a.decided_at, a.channel_id, a.version, a.created_at,
       @applicant AS _own,
       EXISTS (SELECT FROM application_operator o WHERE o.tenant_id = a.tenant_id
	AND o.application_id = a.id AND o.person_id = :me_person::uuid) AS _operating
  FROM channel_application a
  JOIN platform f ON f.code = a.platform
  LEFT JOIN school s ON s.tenant_id = a.tenant_id AND s.id = a.school_id
  LEFT JOIN LATERAL (
	SELECT json_agg(json_build_object('person_id', d.person_id, 'person_name', d.person_name,
		'capacity', d.capacity) ORDER BY d.person_name) FILTER (WHERE d.may) AS deciders,
	       -- Who is excluded is for those to know who may see the exclusion.
	       json_agg(json_build_object('person_id', d.person_id, 'person_name', d.person_name,
		'conflict', d.conflict) ORDER BY d.person_name) FILTER (WHERE d.conflict <> 'excluded'
		OR d.conflict = 'excluded' AND EXISTS (SELECT FROM exclusion e
			WHERE e.tenant_id = a.tenant_id AND e.subject_id = a.id)) AS conflicted
	  FROM application_deciders(a.id) d WHERE a.state = 'submitted') judge ON true
 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid AND {reach};

-- name: application_draft :one
-- school: s.id
-- Every id is looked up within the caller's sight: hidden and absent ones answer alike.
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), applicant AS (
	SELECT p.id, p.name FROM person p
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = (SELECT coalesce(:applicant_id::uuid, :me_person::uuid))
	   AND (p.id = :me_person::uuid OR p.identity_id IS NULL)
	   AND @person.here
), operator AS (
	@operators
), judged AS (
	SELECT CASE WHEN NOT (SELECT ok FROM place) THEN '/school_id'
		WHEN NOT EXISTS (SELECT FROM applicant) THEN '/applicant_id' ELSE @unknown END AS fault
), drafted AS (
	INSERT INTO channel_application (tenant_id, id, school_id, state, applicant_id, applicant_name,
		recorded_by, platform, proposed_name, proposed_handle, kind, aim, audience, promotion,
		visibility, purpose, purpose_detail, other_communication_methods, involves_pupils,
		pupils_justification, assessment_id)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, 'draft', applicant.id, applicant.name,
	       :me_person::uuid, :platform, :proposed_name, :proposed_handle, :kind, :aim, :audience,
	       :promotion, :visibility, :purpose, :purpose_detail, :other_communication_methods,
	       coalesce(:involves_pupils::boolean, false), :pupils_justification, :assessment_id::uuid
	  FROM judged, applicant WHERE fault IS NULL
), logged AS (
	INSERT INTO application_history (tenant_id, application_id, actor_id, actor_name, action, to_state, revision)
	SELECT :me_tenant::uuid, :id::uuid, :me_person::uuid, me_name(), 'draft', 'draft', 1
	  FROM judged WHERE fault IS NULL
)
SELECT fault IS NULL AS ok, fault FROM judged;

-- name: application_operators_set :exec
-- In a statement of its own: row security looks for the application these belong to.
INSERT INTO application_operator (tenant_id, application_id, person_id, school_id, applicant_id,
	person_name, access, access_until)
SELECT a.tenant_id, a.id, p.id, a.school_id, a.applicant_id, p.name, o.access, o.access_until
  FROM channel_application a,
       jsonb_to_recordset(coalesce(:operators::jsonb, '[]'))
	AS o (person_id uuid, access text, access_until date),
       LATERAL (SELECT p.id, p.name FROM person p
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = o.person_id LIMIT 1) p
 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid;

-- name: application_operators_clear :exec
DELETE FROM application_operator
 WHERE tenant_id = :me_tenant::uuid AND application_id = :id::uuid;

-- name: application_change :one
-- own: @applicant
WITH before AS (
	SELECT a.* FROM channel_application a
	 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid AND a.version = :version::integer
	   AND {reach} FOR UPDATE
), operator AS (
	@operators
), judged AS (
	SELECT CASE WHEN b.state NOT IN ('draft', 'more_information') THEN
		'A ' || b.state || ' application is not edited: only a draft, or one sent back for more information.' END AS why,
	       @unknown AS fault
	  FROM before b
), changed AS (
	UPDATE channel_application a SET version = a.version + 1,
	       platform = CASE WHEN :has_platform::boolean THEN :platform ELSE a.platform END,
	       proposed_name = CASE WHEN :has_proposed_name::boolean THEN :proposed_name ELSE a.proposed_name END,
	       proposed_handle = CASE WHEN :has_proposed_handle::boolean THEN :proposed_handle ELSE a.proposed_handle END,
	       kind = CASE WHEN :has_kind::boolean THEN :kind ELSE a.kind END,
	       aim = CASE WHEN :has_aim::boolean THEN :aim ELSE a.aim END,
	       audience = CASE WHEN :has_audience::boolean THEN :audience ELSE a.audience END,
	       promotion = CASE WHEN :has_promotion::boolean THEN :promotion ELSE a.promotion END,
	       visibility = CASE WHEN :has_visibility::boolean THEN :visibility ELSE a.visibility END,
	       purpose = CASE WHEN :has_purpose::boolean THEN :purpose ELSE a.purpose END,
	       purpose_detail = CASE WHEN :has_purpose_detail::boolean THEN :purpose_detail ELSE a.purpose_detail END,
	       other_communication_methods = CASE WHEN :has_other_communication_methods::boolean
			THEN :other_communication_methods ELSE a.other_communication_methods END,
	       involves_pupils = CASE WHEN :has_involves_pupils::boolean THEN :involves_pupils::boolean ELSE a.involves_pupils END,
	       pupils_justification = CASE WHEN :has_pupils_justification::boolean
			THEN :pupils_justification ELSE a.pupils_justification END,
	       assessment_id = CASE WHEN :has_assessment_id::boolean THEN :assessment_id::uuid ELSE a.assessment_id END
	  FROM before b, judged j
	 WHERE a.tenant_id = b.tenant_id AND a.id = b.id AND j.why IS NULL AND j.fault IS NULL
	RETURNING a.*
), logged AS (
	INSERT INTO application_history (tenant_id, application_id, actor_id, actor_name, action,
		from_state, to_state, revision, note)
	SELECT c.tenant_id, c.id, :me_person::uuid, me_name(), 'change', b.state, c.state, c.revision,
	       nullif(concat_ws(', ', changed_names(to_jsonb(b), to_jsonb(c)),
			CASE WHEN :has_operators::boolean THEN 'operators' END), '')
	  FROM changed c JOIN before b USING (tenant_id, id)
)
SELECT why IS NULL AND fault IS NULL AS ok, CASE WHEN why IS NULL THEN fault END AS fault, why FROM judged;

-- name: application_move :one
-- No row comes back when someone else moved it first: the caller answers 409.
WITH before AS (
	SELECT a.tenant_id, a.id, a.state FROM channel_application a
	 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid
	   AND a.version = :version::integer FOR UPDATE
), moved AS (
	UPDATE channel_application a SET state = :to, version = a.version + 1,
	       revision = coalesce(:to_revision::integer, a.revision),
	       step = coalesce(:to_step::integer, CASE WHEN :to = 'submitted' AND b.state <> :to THEN 0 ELSE a.step END),
	       submitted_at = CASE WHEN :action IN ('submit', 'answer') THEN now() ELSE a.submitted_at END,
	       waiting_since = CASE WHEN b.state = :to AND :to_step::integer IS NULL THEN a.waiting_since
			WHEN :to IN ('submitted', 'more_information', 'approved') THEN now() END,
	       decided_at = CASE WHEN :to IN ('approved', 'rejected') THEN now()
			WHEN :to = 'draft' THEN NULL ELSE a.decided_at END,
	       channel_id = coalesce(:channel_id::uuid, a.channel_id)
	  FROM before b
	 WHERE a.tenant_id = b.tenant_id AND a.id = b.id AND b.state = ANY (:from::text[])
	RETURNING a.tenant_id, a.id, a.state, a.revision
), logged AS (
	INSERT INTO application_history (tenant_id, application_id, actor_id, actor_name, action,
		from_state, to_state, revision, note)
	SELECT m.tenant_id, m.id, :me_person::uuid, me_name(), :action, b.state, m.state, m.revision, :reason
	  FROM moved m JOIN before b USING (tenant_id, id)
)
SELECT id, state FROM moved;

-- name: application_history :list
-- school: a.school_id
-- own: @side
SELECT h.at, h.actor_id, h.actor_name, h.action, h.from_state, h.to_state, h.revision, h.note
  FROM application_history h
  JOIN channel_application a ON a.tenant_id = h.tenant_id AND a.id = h.application_id
 WHERE h.tenant_id = :me_tenant::uuid AND h.application_id = :id::uuid AND {reach}
 ORDER BY h.id;

-- name: application_step_down :one
DELETE FROM application_operator
 WHERE tenant_id = :me_tenant::uuid AND application_id = :id::uuid AND person_id = :me_person::uuid
RETURNING application_id;

-- name: application_stepped_down :one
SELECT 'You have stepped down already.' AS detail WHERE application_stepped_down(:id::uuid);

-- name: application_account :one
-- The administrator's record of the created account: the channel, its grants, its history (P9, P11).
-- Nobody has access beyond their last day.
WITH a AS (
	SELECT * FROM channel_application a
	 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid
	   AND a.version = :version::integer AND a.state = ANY (:from::text[]) FOR UPDATE
), made AS (
	INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, display_name, url, kind,
		visibility, audience, purpose, purpose_detail, involves_pupils, privacy_notice_on,
		application_id, assessment_id, account_created_on, source)
	SELECT a.tenant_id, :channel_id::uuid, a.school_id, 'approved', a.platform, :handle,
	       coalesce(:display_name, a.proposed_name), :url, a.kind, a.visibility, a.audience, a.purpose,
	       a.purpose_detail, a.involves_pupils, :privacy_notice_on::date, a.id, a.assessment_id,
	       :account_created_on::date, 'application'
	  FROM a
	RETURNING tenant_id, id
), granted AS (
	INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, holder_text,
		holder_kind, from_on, until_on)
	SELECT o.tenant_id, gen_random_uuid(), :channel_id::uuid, a.school_id, o.access, o.person_id,
	       o.person_name, 'person', today(), least(p.left_on, coalesce(o.access_until, (today()
		+ my_setting(a.school_id, 'grant.valid_months')::integer * interval '1 month')::date))
	  FROM a JOIN application_operator o ON o.tenant_id = a.tenant_id AND o.application_id = a.id
	  LEFT JOIN person p ON p.tenant_id = o.tenant_id AND p.id = o.person_id
	 WHERE least(p.left_on, o.access_until, today()) = today()
), logged AS (
	INSERT INTO channel_history (tenant_id, channel_id, actor_id, actor_name, action, to_state, note)
	SELECT made.tenant_id, made.id, :me_person::uuid, me_name(), 'record_account', 'approved', :reason
	  FROM made
)
SELECT id FROM made;
