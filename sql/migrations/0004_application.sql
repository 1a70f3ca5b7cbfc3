-- Account approval (A3): attestations, applications, decisions.

-- P5: SLT attests that a person has read the policy and was trained.
CREATE TABLE attestation (
	tenant_id      uuid NOT NULL,
	id             uuid NOT NULL,
	person_id      uuid NOT NULL,
	school_id      uuid, -- where the person belongs
	person_name    text NOT NULL,
	policy_edition text NOT NULL CHECK (policy_edition <> ''),
	policy_read_on date NOT NULL,
	trained_on     date NOT NULL,
	attested_by    uuid NOT NULL,
	attested_name  text NOT NULL,
	version        integer NOT NULL DEFAULT 1,
	created_at     timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT attestation_person FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, attested_by) REFERENCES person (tenant_id, id),
	CONSTRAINT attestation_not_own CHECK (attested_by <> person_id),
	CONSTRAINT attestation_past CHECK (policy_read_on <= created_at::date + 1 AND trained_on <= created_at::date + 1)
);
CREATE INDEX attestation_of ON attestation (tenant_id, person_id, created_at);
CREATE INDEX attestation_newest ON attestation (tenant_id, created_at, id);
SELECT declare_table('attestation', 'leaving + 6 years', 'rows',
	ordinary => '{tenant_id,id,person_id,school_id,policy_edition,policy_read_on,trained_on,attested_by,version,created_at}',
	personal => '{person_name,attested_name}');

CREATE TABLE channel_application (
	tenant_id      uuid NOT NULL REFERENCES tenant,
	id             uuid NOT NULL,
	school_id      uuid, -- null: a channel of the tenant itself
	state          text NOT NULL CHECK (state IN ('draft', 'submitted', 'more_information',
		'approved', 'rejected', 'account_created', 'withdrawn')),
	revision       integer NOT NULL DEFAULT 1, -- P4: a resubmission is a new one
	step           integer NOT NULL DEFAULT 0, -- of the approver chain, while submitted
	applicant_id   uuid NOT NULL,
	applicant_name text NOT NULL,
	recorded_by    uuid NOT NULL, -- who typed it in; on the applicant's side as well
	platform       text NOT NULL REFERENCES platform,
	proposed_name  text NOT NULL,
	proposed_handle text,
	kind           text NOT NULL CHECK (kind IN ('whole_school', 'department', 'class', 'sixth_form',
		'club_or_team', 'friends_or_pta', 'event', 'trust')),
	aim            text, -- P2
	audience       text, -- P2
	promotion      text, -- P2
	visibility     text CHECK (visibility IN ('open', 'private', 'closed_group')), -- P2
	purpose        text CHECK (purpose IN ('education', 'community', 'celebration', 'information',
		'recruitment', 'alumni', 'fundraising')), -- H14
	purpose_detail text, -- H14
	other_communication_methods text, -- H15
	involves_pupils boolean NOT NULL DEFAULT false, -- K15
	pupils_justification text,
	assessment_id  uuid, -- O7
	channel_id     uuid,
	submitted_at   timestamptz,
	waiting_since  timestamptz, -- since the present holder of the ball has had it
	decided_at     timestamptz,
	version        integer NOT NULL DEFAULT 1,
	created_at     timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT application_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	CONSTRAINT application_applicant FOREIGN KEY (tenant_id, applicant_id) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, recorded_by) REFERENCES person (tenant_id, id),
	CONSTRAINT application_assessment FOREIGN KEY (tenant_id, assessment_id) REFERENCES assessment (tenant_id, id),
	FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id)
);
CREATE INDEX application_newest ON channel_application (tenant_id, created_at, id);
CREATE INDEX application_by_school ON channel_application (tenant_id, school_id, created_at, id);
CREATE INDEX application_waiting ON channel_application (tenant_id, waiting_since, id)
	WHERE waiting_since IS NOT NULL;
CREATE INDEX application_of ON channel_application (tenant_id, applicant_id);
CREATE STATISTICS application_place (dependencies) ON tenant_id, school_id FROM channel_application;
ALTER TABLE channel ADD CONSTRAINT channel_application
	FOREIGN KEY (tenant_id, application_id) REFERENCES channel_application (tenant_id, id);

CREATE TABLE application_operator (
	tenant_id      uuid NOT NULL,
	application_id uuid NOT NULL,
	person_id      uuid NOT NULL,
	school_id      uuid,
	applicant_id   uuid NOT NULL,
	person_name    text NOT NULL,
	access         text NOT NULL CHECK (access IN ('admin', 'moderator', 'poster')),
	access_until   date,
	PRIMARY KEY (tenant_id, application_id, person_id),
	FOREIGN KEY (tenant_id, application_id) REFERENCES channel_application (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, applicant_id) REFERENCES person (tenant_id, id),
	CONSTRAINT application_operator_person FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX application_operator_by_person ON application_operator (tenant_id, person_id);

-- P4: what was submitted, each time, and which parts differ from the time before.
CREATE TABLE application_revision (
	tenant_id      uuid NOT NULL,
	application_id uuid NOT NULL,
	revision       integer NOT NULL,
	submitted_at   timestamptz NOT NULL DEFAULT now(),
	submitted_by   uuid NOT NULL,
	submitted_name text NOT NULL,
	content        jsonb NOT NULL,
	changed        text[] NOT NULL,
	PRIMARY KEY (tenant_id, application_id, revision),
	FOREIGN KEY (tenant_id, application_id) REFERENCES channel_application (tenant_id, id)
);
CREATE TABLE application_decision (
	tenant_id      uuid NOT NULL,
	id             uuid NOT NULL,
	application_id uuid NOT NULL,
	revision       integer NOT NULL,
	step           integer NOT NULL,
	outcome        text NOT NULL CHECK (outcome IN ('approved', 'rejected')),
	reason         text NOT NULL CHECK (reason <> ''),
	decider_id     uuid NOT NULL,
	decider_name   text NOT NULL,
	capacity       text NOT NULL, -- slt, head, ...; or substitute:chair
	decided_at     timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT application_decided_once UNIQUE (tenant_id, application_id, revision, step, decider_id),
	FOREIGN KEY (tenant_id, application_id) REFERENCES channel_application (tenant_id, id),
	FOREIGN KEY (tenant_id, decider_id) REFERENCES person (tenant_id, id)
);
CREATE TABLE application_history (
	tenant_id      uuid NOT NULL,
	id             bigint GENERATED ALWAYS AS IDENTITY,
	application_id uuid NOT NULL,
	at             timestamptz NOT NULL DEFAULT now(),
	actor_id       uuid,
	actor_name     text,
	action         text NOT NULL,
	from_state     text,
	to_state       text NOT NULL,
	revision       integer NOT NULL,
	note           text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, application_id) REFERENCES channel_application (tenant_id, id)
);
CREATE INDEX application_history_of ON application_history (tenant_id, application_id, id);

SELECT declare_table('channel_application', 'decision + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,state,revision,step,applicant_id,recorded_by,platform,proposed_name,proposed_handle,kind,aim,audience,promotion,visibility,purpose,purpose_detail,other_communication_methods,involves_pupils,pupils_justification,assessment_id,channel_id,submitted_at,waiting_since,decided_at,version,created_at}',
	personal => '{applicant_name}');
SELECT declare_table('application_operator', 'decision + 6 years', 'rows',
	ordinary => '{tenant_id,application_id,person_id,school_id,applicant_id,access,access_until}',
	personal => '{person_name}');
SELECT declare_table('application_revision', 'decision + 6 years', 'rows',
	ordinary => '{tenant_id,application_id,revision,submitted_at,submitted_by,changed}',
	personal => '{submitted_name,content}');
SELECT declare_table('application_decision', 'decision + 6 years', 'rows',
	ordinary => '{tenant_id,id,application_id,revision,step,outcome,decider_id,capacity,decided_at}',
	personal => '{reason,decider_name}');
SELECT declare_table('application_history', 'decision + 6 years', 'none',
	ordinary => '{tenant_id,id,application_id,at,actor_id,action,from_state,to_state,revision}',
	personal => '{actor_name,note}');

-- Who stands on the applicant's side of an application.
CREATE FUNCTION application_side(p_tenant uuid, p_application uuid) RETURNS SETOF uuid
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT applicant_id FROM channel_application WHERE tenant_id = p_tenant AND id = p_application
	UNION SELECT recorded_by FROM channel_application WHERE tenant_id = p_tenant AND id = p_application
	UNION SELECT person_id FROM application_operator
	       WHERE tenant_id = p_tenant AND application_id = p_application;
END
$$;
SELECT define('application_side(uuid,uuid)', 'chaperone_definer');

-- Four eyes, by any path: the API gives the reason first, this keeps it true.
CREATE FUNCTION application_four_eyes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF EXISTS (SELECT FROM application_side(NEW.tenant_id, NEW.application_id) side
		   JOIN person s ON s.tenant_id = NEW.tenant_id AND s.id = side
		   JOIN person d ON d.tenant_id = NEW.tenant_id AND d.id = NEW.decider_id
		  WHERE s.id = d.id) THEN
		RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'application_four_eyes',
			MESSAGE = 'nobody decides on their own application, nor as its operator';
	END IF;
	RETURN NEW;
END
$$;
SELECT define('application_four_eyes()', 'chaperone_owner');
CREATE TRIGGER four_eyes BEFORE INSERT ON application_decision
	FOR EACH ROW EXECUTE FUNCTION application_four_eyes();
CREATE FUNCTION application_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'application_settled',
		MESSAGE = 'a decision, a submitted revision and history are never changed';
END
$$;
CREATE TRIGGER settled BEFORE UPDATE OR DELETE ON application_decision
	FOR EACH ROW EXECUTE FUNCTION application_settled();
CREATE TRIGGER settled BEFORE UPDATE OR DELETE ON application_revision
	FOR EACH ROW EXECUTE FUNCTION application_settled();
CREATE TRIGGER settled BEFORE UPDATE OR DELETE ON application_history
	FOR EACH ROW EXECUTE FUNCTION application_settled();

-- Who may decide the present step: everybody the chain names, each with their conflict if
-- they have one; and, when that leaves nobody, the first configured substitute that exists.
-- It looks past the caller's sight, since whether anybody is left must not depend on it.
CREATE FUNCTION application_deciders(p_application uuid)
RETURNS TABLE (person_id uuid, person_name text, capacity text, conflict text, may boolean)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH application AS (
		SELECT a.*, t.kind AS tenant_kind,
		       setting_of(a.tenant_id, a.school_id, 'application.approver_chain') -> a.step AS rule
		  FROM channel_application a JOIN tenant t ON t.id = a.tenant_id
		 WHERE a.tenant_id = me_tenant() AND a.id = p_application
	), holder AS ( -- everybody with a current appointment that covers the application
		SELECT p.id, p.name, h.role, h.duties,
		       h.scope = 'tenant' AND a.tenant_kind = 'trust' AS wide,
		       CASE WHEN p.id IN (a.applicant_id, a.recorded_by) THEN 'applicant'
			    WHEN EXISTS (SELECT FROM application_operator o WHERE o.tenant_id = a.tenant_id
				AND o.application_id = a.id AND o.person_id = p.id) THEN 'operator'
			    WHEN EXISTS (SELECT FROM exclusion e JOIN person x
				ON x.tenant_id = e.tenant_id AND x.id = e.person_id
				WHERE e.subject_id = a.id AND (x.id = p.id OR x.identity_id = p.identity_id))
				THEN 'excluded'
			    WHEN EXISTS (SELECT FROM application_decision d WHERE d.tenant_id = a.tenant_id
				AND d.application_id = a.id AND d.revision = a.revision AND d.step < a.step
				AND d.decider_id = p.id) THEN 'decided_before'
			    WHEN h.created_at > a.created_at AND h.granted_by IN (SELECT application_side(a.tenant_id, a.id))
				THEN 'appointed_by_applicant'
		       END AS conflict,
		       EXISTS (SELECT FROM application_decision d WHERE d.tenant_id = a.tenant_id
				AND d.application_id = a.id AND d.revision = a.revision AND d.step = a.step
				AND d.decider_id = p.id) AS done,
		       a.school_id IS NULL AS tenant_level, a.rule, a.tenant_kind
		  FROM application a
		  JOIN appointment h ON h.tenant_id = a.tenant_id AND appointment_current(h)
		  JOIN person p ON p.tenant_id = h.tenant_id AND p.id = h.person_id
		   AND (p.left_on IS NULL OR p.left_on >= today())
		 WHERE h.scope = 'tenant' OR EXISTS (SELECT FROM appointment_school x
			WHERE x.tenant_id = h.tenant_id AND x.appointment_id = h.id AND x.school_id = a.school_id)
	), regular AS (
		SELECT DISTINCT ON (id) id, name, rule ->> 'role' AS capacity, conflict, done
		  FROM holder
		 WHERE (role = rule ->> 'role' OR rule ->> 'role' = ANY (duties))
		   AND wide = (rule ->> 'scope' = 'tenant' AND tenant_kind = 'trust' OR tenant_level AND tenant_kind = 'trust')
		 ORDER BY id
	), substitute AS (
		SELECT DISTINCT ON (h.id) h.id, h.name, 'substitute:' || (s.value #>> '{}') AS capacity,
		       h.done, s.ordinality AS place
		  FROM application a,
		       jsonb_array_elements(setting_of(a.tenant_id, a.school_id, 'application.substitute_decider'))
			WITH ORDINALITY s
		  JOIN holder h ON h.conflict IS NULL AND CASE s.value #>> '{}'
			WHEN 'trust_slt' THEN h.role = 'slt' AND h.wide
			WHEN 'school_slt' THEN h.role = 'slt' AND NOT h.wide
			ELSE s.value #>> '{}' = ANY (h.duties) AND (h.wide OR h.tenant_kind = 'school') END
		 ORDER BY h.id, s.ordinality
	)
	SELECT id, name, capacity, conflict, conflict IS NULL AND NOT done FROM regular
	UNION ALL
	SELECT id, name, capacity, NULL, NOT done FROM substitute
	 WHERE NOT EXISTS (SELECT FROM regular WHERE conflict IS NULL)
	   AND place = (SELECT min(place) FROM substitute);
END
$$;
SELECT define('application_deciders(uuid)', 'chaperone_app', 'chaperone_definer');

-- Why the caller may not decide now; no row when they may.
CREATE FUNCTION application_turn(p_application uuid) RETURNS TABLE (code text, detail text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH d AS (
		SELECT * FROM application_deciders(p_application)
	), who AS (
		SELECT coalesce(string_agg(DISTINCT person_name || ' (' || replace(capacity, 'substitute:',
				'substitute, ') || ')', ', ') || ' may decide.',
			'Nobody is left who may decide: appoint a decider or name a substitute.') AS text
		  FROM d WHERE may
	), mine AS (
		SELECT CASE WHEN me_person() IN (a.applicant_id, a.recorded_by) THEN 'You are on the applicant''s side. '
			    WHEN a.id = ANY (me_operating()) THEN 'You would operate this channel. '
			    WHEN EXISTS (SELECT FROM d WHERE person_id = me_person() AND conflict = 'decided_before')
			    THEN 'You decided an earlier step. '
			    WHEN EXISTS (SELECT FROM d WHERE person_id = me_person() AND conflict = 'appointed_by_applicant')
			    THEN 'The applicant''s side appointed you since. ' END AS conflict
		  FROM channel_application a WHERE a.tenant_id = me_tenant() AND a.id = p_application
	)
	SELECT CASE WHEN mine.conflict IS NULL THEN 'not_your_turn' ELSE 'conflict_of_interest' END,
	       coalesce(mine.conflict, '') || who.text
	  FROM mine, who WHERE NOT EXISTS (SELECT FROM d WHERE person_id = me_person() AND may);
END
$$;
SELECT define('application_turn(uuid)', 'chaperone_app');

-- What stands between an application and its next move. For submit and answer: the business
-- case; for approve: also the operators and the risk assessment. `pointer` names a field.
CREATE FUNCTION application_readiness(p_application uuid)
RETURNS TABLE (stage text, code text, detail text, pointer text, strength text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	WITH a AS (
		SELECT * FROM channel_application WHERE tenant_id = me_tenant() AND id = p_application
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
		SELECT setting_of(a.tenant_id, a.school_id, 'application.required_parts') AS parts,
		       setting_of(a.tenant_id, a.school_id, 'application.min_operators')::int AS operators,
		       setting_of(a.tenant_id, a.school_id, 'application.min_staff_operators')::int AS staff,
		       setting_of(a.tenant_id, a.school_id, 'policy.current_edition') #>> '{}' AS edition,
		       setting_of(a.tenant_id, a.school_id, 'training.valid_months')::int AS months,
		       CASE setting_of(a.tenant_id, a.school_id, 'application.training_gate') #>> '{}'
			WHEN 'required' THEN 'block' ELSE 'warn' END AS training,
		       CASE setting_of(a.tenant_id, a.school_id, 'application.risk_assessment') #>> '{}'
			WHEN 'required' THEN 'block' ELSE 'warn' END AS risk
		  FROM a
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
SELECT define('application_readiness(uuid)', 'chaperone_app', 'chaperone_definer');

GRANT SELECT, INSERT, UPDATE ON channel_application TO chaperone_app;
GRANT SELECT, INSERT, DELETE ON application_operator TO chaperone_app;
GRANT SELECT, INSERT ON attestation, application_revision, application_decision,
	application_history TO chaperone_app;

CREATE POLICY sight ON attestation FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND (person_id = (SELECT me_person())
		OR (SELECT me_wide('keeper'))
		OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY adding ON attestation FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND attested_by = (SELECT me_person())
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY sight ON application_operator FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND application_id <> ALL ((SELECT me_excluded())::uuid[])
		AND (person_id = (SELECT me_person()) OR applicant_id = (SELECT me_person())
		OR (SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY sight ON channel_application FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND (applicant_id = (SELECT me_person()) OR recorded_by = (SELECT me_person())
		OR (SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])
		OR id = ANY ((SELECT me_operating())::uuid[])));
CREATE POLICY adding ON channel_application FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND recorded_by = (SELECT me_person())
		AND ((SELECT me_wide('member')) OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY changing ON channel_application FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND (applicant_id = (SELECT me_person()) OR recorded_by = (SELECT me_person())
		OR (SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY adding ON application_operator FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM channel_application a
		WHERE a.tenant_id = application_operator.tenant_id AND a.id = application_id
		  AND (a.applicant_id = (SELECT me_person()) OR a.recorded_by = (SELECT me_person()))));
CREATE POLICY removing ON application_operator FOR DELETE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND applicant_id = (SELECT me_person())
		OR EXISTS (SELECT FROM channel_application a
		WHERE a.tenant_id = application_operator.tenant_id AND a.id = application_id
		  AND a.recorded_by = (SELECT me_person())));
CREATE POLICY sight ON application_revision FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM channel_application a
		WHERE a.tenant_id = application_revision.tenant_id AND a.id = application_id));
CREATE POLICY adding ON application_revision FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND submitted_by = (SELECT me_person())
		AND EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = application_revision.tenant_id AND a.id = application_id));
CREATE POLICY sight ON application_decision FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM channel_application a
		WHERE a.tenant_id = application_decision.tenant_id AND a.id = application_id));
CREATE POLICY adding ON application_decision FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND decider_id = (SELECT me_person())
		AND EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = application_decision.tenant_id AND a.id = application_id));
CREATE POLICY sight ON application_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM channel_application a
		WHERE a.tenant_id = application_history.tenant_id AND a.id = application_id));
CREATE POLICY adding ON application_history FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND actor_id = (SELECT me_person()));
-- Who is excluded is known to those who judge the application.
CREATE POLICY sight ON exclusion FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
			OR (SELECT me_schools('leader')) <> '{}')
		AND EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = exclusion.tenant_id AND a.id = subject_id));
CREATE POLICY adding ON exclusion FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND excluded_by = (SELECT me_person())
		AND EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = exclusion.tenant_id AND a.id = subject_id));
