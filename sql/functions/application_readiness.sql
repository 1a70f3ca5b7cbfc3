-- What an application lacks, before it is submitted and before it is approved (P2, P3, P5).

-- What stands between an application and its next move. For submit and answer: the business
-- case; for approve: also the operators and the risk assessment. `pointer` names a field.
CREATE OR REPLACE FUNCTION application_readiness(p_application uuid)
RETURNS TABLE (stage text, code text, detail text, pointer text, strength text)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH a AS (
		SELECT * FROM channel_application a
		 WHERE a.tenant_id = me_tenant() AND a.id = p_application AND application_in_sight(a)
	), part (name, value, ask) AS (
		SELECT v.* FROM a, LATERAL (VALUES
			('aim', a.aim, 'Say what the account is for.'),
			('audience', a.audience, 'Say whom it is meant to reach.'),
			('promotion', a.promotion, 'Say how it will be made known.'),
			('visibility', a.visibility, 'Say whether it is open, private or a closed group.')) v
	), operator AS (
		SELECT o.person_id, o.person_name, p.left_on, p.person_type = 'employee' AS staff,
		       t.policy_edition, t.trained_on
		  FROM a JOIN application_operator o ON o.tenant_id = a.tenant_id AND o.application_id = a.id
		  JOIN person p ON p.tenant_id = o.tenant_id AND p.id = o.person_id
		  LEFT JOIN LATERAL (SELECT policy_edition, trained_on FROM attestation t
			WHERE t.tenant_id = o.tenant_id AND t.person_id = o.person_id
			ORDER BY created_at DESC, id DESC LIMIT 1) t ON true
	), limits AS (
		SELECT v -> 'application.required_parts' AS parts,
		       (v -> 'application.min_operators')::int AS operators,
		       (v -> 'application.min_staff_operators')::int AS staff,
		       v ->> 'policy.current_edition' AS edition,
		       (v -> 'training.valid_months')::int AS months,
		       CASE v ->> 'application.training_gate' WHEN 'required' THEN 'block' ELSE 'warn' END AS training,
		       CASE v ->> 'application.risk_assessment' WHEN 'required' THEN 'block' ELSE 'warn' END AS risk
		  FROM a, settings_of(a.tenant_id, a.school_id, 'application.required_parts',
			'application.min_operators', 'application.min_staff_operators', 'policy.current_edition',
			'training.valid_months', 'application.training_gate', 'application.risk_assessment') v
	)
	SELECT 'submit', 'missing_' || part.name, part.ask, '/' || part.name, 'block'
	  FROM part, limits WHERE limits.parts ? part.name AND coalesce(btrim(part.value), '') = ''
	UNION ALL
	SELECT 'submit', 'missing_purpose', 'Choose a purpose and say in words how it serves education or the community.',
	       '/purpose', 'block' FROM a WHERE purpose IS NULL OR coalesce(btrim(purpose_detail), '') = ''
	UNION ALL
	SELECT 'submit', 'missing_other_communication_methods',
	       'Say how you also reach those who cannot or do not use social media.',
	       '/other_communication_methods', 'block' FROM a
	 WHERE coalesce(btrim(other_communication_methods), '') = ''
	UNION ALL
	SELECT 'submit', 'missing_pupils_justification', 'Pupils are involved: say why that is appropriate.',
	       '/pupils_justification', 'block' FROM a
	 WHERE involves_pupils AND coalesce(btrim(pupils_justification), '') = ''
	UNION ALL
	SELECT 'submit', 'too_few_operators', format('Name at least %s people to run the account; there %s %s.',
		limits.operators, CASE n WHEN 1 THEN 'is' ELSE 'are' END, n), '/operators', 'block'
	  FROM limits, (SELECT count(*) FILTER (WHERE left_on IS NULL OR left_on >= today()) AS n FROM operator) c
	 WHERE n < limits.operators AND limits.parts ? 'operators'
	UNION ALL
	SELECT 'submit', 'too_few_staff_operators',
	       format('At least %s of the operators must be employees; there %s %s.',
		limits.staff, CASE n WHEN 1 THEN 'is' ELSE 'are' END, n), '/operators', 'block'
	  FROM limits, (SELECT count(*) FILTER (WHERE staff AND (left_on IS NULL OR left_on >= today())) AS n
		FROM operator) c
	 WHERE n < limits.staff AND limits.parts ? 'operators'
	UNION ALL
	SELECT 'submit', 'operator_left', person_name || ' has left.', '/operators', 'block'
	  FROM operator WHERE left_on < today()
	UNION ALL
	SELECT 'approve', 'policy_not_read', person_name || ' is not attested to have read '
		|| CASE limits.edition WHEN '' THEN 'the policy.' ELSE 'edition ' || limits.edition || ' of the policy.' END,
	       NULL, limits.training
	  FROM operator, limits
	 WHERE policy_edition IS NULL OR (limits.edition <> '' AND policy_edition <> limits.edition)
	UNION ALL
	SELECT 'approve', 'not_trained', person_name || CASE WHEN trained_on IS NULL
		THEN ' has no attested training.' ELSE ' was last trained on ' || to_char(trained_on, 'FMDD Month YYYY')
		|| ', more than ' || limits.months || ' months ago.' END, NULL, limits.training
	  FROM operator, limits
	 WHERE trained_on IS NULL OR trained_on + limits.months * interval '1 month' < today()
	UNION ALL
	SELECT 'approve', 'no_risk_assessment',
	       'There is no current risk assessment: record one at /v1/assessments.', NULL, limits.risk
	  FROM a, limits
	 WHERE NOT EXISTS (SELECT FROM assessment s WHERE s.tenant_id = a.tenant_id AND s.review_on >= today()
		AND (s.id = a.assessment_id OR a.assessment_id IS NULL
			AND (s.school_id IS NULL OR s.school_id = a.school_id)));
END
$$;
GRANT EXECUTE ON FUNCTION application_readiness(uuid) TO chaperone_app;
