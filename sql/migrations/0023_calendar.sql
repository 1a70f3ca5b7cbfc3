-- School calendars and bank holidays, and the settings of the clocks that run by them (A8a, A24, B6).

-- Periods of one kind do not overlap. Apart from public, where nobody may call what is not granted.
CREATE SCHEMA extensions;
CREATE EXTENSION btree_gist SCHEMA extensions;

-- England's, the same for everybody; the operator imports them.
CREATE TABLE bank_holiday (
	day   date PRIMARY KEY,
	title text NOT NULL
);
CREATE TABLE bank_holiday_source (
	one         boolean PRIMARY KEY DEFAULT true CHECK (one),
	source      text NOT NULL,
	sha256      text NOT NULL,
	fetched_at  timestamptz NOT NULL,
	known_until date NOT NULL -- the end of the last year that it has days of
);
SELECT declare_table('bank_holiday', 'life of the service', 'none', ordinary => '{day,title}');
SELECT declare_table('bank_holiday_source', 'life of the service', 'none',
	ordinary => '{one,source,sha256,fetched_at,known_until}');

CREATE TABLE calendar_period (
	tenant_id  uuid NOT NULL REFERENCES tenant,
	id         uuid NOT NULL,
	school_id  uuid, -- null: of the tenant, for every school without terms of its own that year
	kind       text NOT NULL CHECK (kind IN ('term', 'half_term', 'inset', 'closure')),
	title      text NOT NULL CHECK (title <> ''),
	from_on    date NOT NULL,
	to_on      date NOT NULL,
	removed_at timestamptz,
	ical_uid   text, -- of an event of a calendar that can be imported again
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT calendar_period_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	CONSTRAINT calendar_period_days CHECK (to_on >= from_on),
	CONSTRAINT calendar_period_length CHECK (to_on - from_on < CASE kind WHEN 'term' THEN 200 WHEN 'half_term' THEN 30 ELSE 15 END),
	CONSTRAINT calendar_period_overlap EXCLUDE USING gist (tenant_id WITH =,
		coalesce(school_id, '00000000-0000-0000-0000-000000000000') WITH =, kind WITH =,
		daterange(from_on, to_on, '[]') WITH &&) WHERE (removed_at IS NULL)
);
CREATE UNIQUE INDEX calendar_period_ical ON calendar_period (tenant_id, school_id, ical_uid) NULLS NOT DISTINCT
	WHERE ical_uid IS NOT NULL AND removed_at IS NULL;
CREATE INDEX calendar_period_from ON calendar_period (tenant_id, from_on, id);
CREATE INDEX calendar_period_at ON calendar_period (tenant_id, school_id, from_on, id);
SELECT declare_table('calendar_period', 'end + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,kind,from_on,to_on,removed_at,ical_uid,version,created_at}', personal => '{title}');

GRANT SELECT ON bank_holiday, bank_holiday_source TO chaperone_app, chaperone_operator;
GRANT INSERT, UPDATE, DELETE ON bank_holiday, bank_holiday_source TO chaperone_operator;
GRANT SELECT, INSERT ON calendar_period TO chaperone_app;
GRANT UPDATE (kind, title, from_on, to_on, removed_at, version) ON calendar_period TO chaperone_app;
CREATE POLICY everyone ON bank_holiday FOR SELECT TO chaperone_app USING (true);
CREATE POLICY everyone ON bank_holiday_source FOR SELECT TO chaperone_app USING (true);
CREATE POLICY operator ON bank_holiday TO chaperone_operator USING (true) WITH CHECK (true);
CREATE POLICY operator ON bank_holiday_source TO chaperone_operator USING (true) WITH CHECK (true);
CREATE POLICY sight ON calendar_period FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY adding ON calendar_period FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON calendar_period FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));

-- A whole number may have words beside it ("none"), and a setting may be a time of the day.
ALTER TABLE setting_default DROP CONSTRAINT setting_default_type_check,
	ADD CHECK (type IN ('boolean', 'integer', 'enum', 'text', 'time', 'list', 'chain'));
GRANT CREATE ON SCHEMA public TO chaperone_definer;
ALTER FUNCTION setting_faults(text, jsonb) OWNER TO chaperone_definer;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;

INSERT INTO setting_default (place, key, value, type, unit, min, max, words, strength, strength_of, requirements, help, changes)
VALUES
	(30, 'clock.response_hours', '24', 'integer', 'hours', 1, 240, '{none}', '"must"', NULL, '{M3,M4,M5}',
	 'Within how many hours whoever writes gets a first answer, if only that their message was seen; none where the policy promises nothing.',
	 'It sets when a first answer is due for every message received from then on.'),
	(31, 'clock.answer_days', '"none"', 'integer', 'working days', 1, 60, '{none}', '"should"', NULL, '{M5}',
	 'Within how many working days the answer itself follows; none where the policy promises nothing.',
	 'It sets when the answer is due for every message received from then on.'),
	(32, 'clock.defer_if_received_on_weekend', 'true', 'boolean', NULL, NULL, NULL, NULL, NULL, 'clock.response_hours', '{M3,M4}',
	 'Whether what comes on a Saturday or Sunday waits for the next day that counts.',
	 'What is received on such a day is due by the end of the next that is none.'),
	(33, 'clock.defer_if_received_on_school_holiday', 'true', 'boolean', NULL, NULL, NULL, NULL, NULL, 'clock.response_hours', '{M3,M4}',
	 'Whether what comes in the school holidays, half-term included, waits for the next day that counts.',
	 'What is received on such a day is due by the end of the next that is none.'),
	(34, 'clock.defer_if_received_on_bank_holiday', 'true', 'boolean', NULL, NULL, NULL, NULL, NULL, 'clock.response_hours', '{M3,M4}',
	 'Whether what comes on a bank holiday waits for the next day that counts.',
	 'What is received on such a day is due by the end of the next that is none.'),
	(35, 'clock.roll_due_forward', 'false', 'boolean', NULL, NULL, NULL, NULL, NULL, 'clock.response_hours', '{M3,M4}',
	 'Whether what falls due on a day that would have waited moves on as well, such as on the Saturday after a Friday.',
	 'A due time on such a day moves to the end of the next that is none.'),
	(36, 'clock.day_end', '"23:59"', 'time', NULL, NULL, NULL, NULL, NULL, 'clock.response_hours', '{M3,M4}',
	 'When the end of a day is, where something is due by the end of it: midnight, or when the office closes.',
	 'It sets the time of the day at which what has waited is due.'),
	(37, 'complaint.acknowledgement_days', '5', 'integer', 'school days', 1, 60, '{none}', '"must"', NULL, '{Q5}',
	 'Within how many school days a formal complaint is acknowledged.',
	 'It sets when an acknowledgement is due.'),
	(38, 'complaint.informal_days', '10', 'integer', 'school days', 1, 60, '{none}', '"must"', NULL, '{Q5}',
	 'Within how many school days the informal stage of a complaint is answered.',
	 'It sets when the answer of that stage is due.'),
	(39, 'complaint.formal_days', '15', 'integer', 'school days', 1, 60, '{none}', '"must"', NULL, '{Q5}',
	 'Within how many school days the formal stage of a complaint is answered.',
	 'It sets when the answer of that stage is due.'),
	(40, 'complaint.panel_days', '20', 'integer', 'school days', 1, 60, '{none}', '"must"', NULL, '{Q5}',
	 'Within how many school days a panel hears a complaint.',
	 'It sets when the hearing is due.');
