-- Who judges whom, asked once more: by time, by bare SQL, and by words.

-- An SLT might appoint an accomplice first and draft afterwards.
INSERT INTO setting_default (place, key, value, type, unit, min, max, strength, requirements, help, changes)
VALUES (22, 'application.decider_standing_days', '30', 'integer', 'days', 7, 730, '"must"', '{P1,P8}',
	'How long before a draft the applicant''s side must have appointed somebody for them to decide on it.',
	'Whoever the applicant, who recorded it or an operator appointed later than this does not decide: others of the chain do, or a substitute.');
