-- What was submitted, each time (A3).

-- name: application_file :one
-- Files what is submitted as the next revision, with the parts that differ from the last one.
WITH a AS (
	SELECT * FROM channel_application a
	 WHERE a.tenant_id = :me_tenant::uuid AND a.id = :id::uuid
	   AND a.version = :version::integer AND a.state = ANY (:from::text[]) FOR UPDATE
), content AS (
	SELECT jsonb_build_object('platform', a.platform, 'proposed_name', a.proposed_name,
		'proposed_handle', a.proposed_handle, 'kind', a.kind, 'aim', a.aim, 'audience', a.audience,
		'promotion', a.promotion, 'visibility', a.visibility, 'purpose', a.purpose,
		'purpose_detail', a.purpose_detail, 'other_communication_methods', a.other_communication_methods,
		'involves_pupils', a.involves_pupils, 'pupils_justification', a.pupils_justification,
		'assessment_id', a.assessment_id, 'operators', (
			SELECT coalesce(jsonb_agg(jsonb_build_object('person_id', o.person_id,
				'person_name', o.person_name, 'access', o.access, 'access_until', o.access_until)
				ORDER BY o.person_id), '[]')
			  FROM application_operator o WHERE o.tenant_id = a.tenant_id AND o.application_id = a.id)) AS body
	  FROM a
), last AS (
	SELECT coalesce(max(revision), 0) AS revision,
	       (array_agg(content ORDER BY revision DESC))[1] AS body
	  FROM application_revision WHERE tenant_id = :me_tenant::uuid AND application_id = :id::uuid
), filed AS (
	INSERT INTO application_revision (tenant_id, application_id, revision, submitted_by,
		submitted_name, content, changed)
	SELECT a.tenant_id, a.id, last.revision + 1, :me_person::uuid, me_name(), content.body,
	       CASE WHEN last.body IS NULL THEN '{}' ELSE (SELECT coalesce(array_agg(e.key ORDER BY e.key), '{}')
		FROM jsonb_each(content.body) e WHERE e.value IS DISTINCT FROM last.body -> e.key) END
	  FROM a, content, last
	RETURNING revision
)
SELECT revision FROM filed;

-- name: application_revisions :list
-- school: a.school_id
-- own: @channel_application.side
SELECT r.revision, r.submitted_at, r.submitted_by, r.submitted_name, r.changed, r.content
  FROM application_revision r
  JOIN channel_application a ON a.tenant_id = r.tenant_id AND a.id = r.application_id
 WHERE r.tenant_id = :me_tenant::uuid AND r.application_id = :id::uuid AND {reach}
 ORDER BY r.revision;
