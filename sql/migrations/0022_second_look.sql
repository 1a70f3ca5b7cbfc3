-- Who judges whom, asked once more: by time, by bare SQL, and by words.

-- An SLT might appoint an accomplice first and draft afterwards.
INSERT INTO setting_default (place, key, value, type, unit, min, max, strength, requirements, help, changes)
VALUES (22, 'application.decider_standing_days', '30', 'integer', 'days', 7, 730, '"must"', '{P1,P8}',
	'How long before a draft the applicant''s side must have appointed somebody for them to decide on it.',
	'Whoever the applicant, who recorded it or an operator appointed later than this does not decide: others of the chain do, or a substitute.');

-- Made again in sql/functions.
DROP FUNCTION settings_shown(uuid, text, boolean), setting_strength(text, uuid, uuid);

-- A decision is of whoever decides now, on what is submitted now, and says in which capacity.
ALTER POLICY adding ON application_decision
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND decider_id = (SELECT me_person())
		AND EXISTS (SELECT FROM channel_application a
			WHERE a.tenant_id = application_decision.tenant_id AND a.id = application_id
			  AND a.state = 'submitted' AND a.revision = application_decision.revision
			  AND a.step = application_decision.step)
		AND EXISTS (SELECT FROM application_deciders(application_id) d
			WHERE d.person_id = (SELECT me_person()) AND d.may
			  AND d.capacity = application_decision.capacity));
