-- The demo: three fictional tenants shaped like real policies. Everybody signs in with the same
-- password, whose hash comes as the setting demo.password_hash.
--   Moorland Learning Trust   three schools: one asks for two staff operators, one has a
--                             two-step approver chain, one asks for less
--   Lantern House             an independent preparatory school; its proprietor substitutes
--   St Brannock's             a school maintained by its local authority; the head decides

CREATE FUNCTION pg_temp.demo_id(p_kind integer, p_number integer) RETURNS uuid LANGUAGE sql AS $$
	SELECT format('0192d3e0-%s-7000-8000-%s', lpad(to_hex(p_kind), 4, '0'), lpad(p_number::text, 12, '0'))::uuid
$$;
SELECT set_config('me.name', 'demo', true);

INSERT INTO tenant (id, kind, name, demo) VALUES
	(pg_temp.demo_id(1, 1), 'trust', 'Moorland Learning Trust', true),
	(pg_temp.demo_id(1, 2), 'school', 'Lantern House Preparatory School', true),
	(pg_temp.demo_id(1, 3), 'school', 'St Brannock''s Primary School', true);

INSERT INTO school (tenant_id, id, trust_id, name, urn, phase, establishment_type_group, local_authority, email, telephone)
SELECT pg_temp.demo_id(1, s.tenant), pg_temp.demo_id(2, s.number), CASE WHEN s.tenant = 1 THEN pg_temp.demo_id(1, 1) END,
       s.name, s.urn, s.phase, s.type_group, s.authority, s.email, s.telephone
  FROM (VALUES
	(1, 1, 'Tor View Academy', '900001', 'secondary', 'academies', 'Devon', 'enquiries@torview.example', '01632 960001'),
	(1, 2, 'Riverside College', '900002', 'secondary', 'academies', 'Devon', 'office@riverside.example', '01632 960002'),
	(1, 3, 'Hilltop Primary Academy', '900003', 'primary', 'academies', 'Devon', 'office@hilltop.example', '01632 960003'),
	(2, 4, 'Lantern House Preparatory School', '900004', 'primary', 'independent', 'Somerset', 'office@lantern.example', '01632 960004'),
	(3, 5, 'St Brannock''s Primary School', '900005', 'primary', 'local_authority_maintained', 'North Somerset', 'office@brannock.example', '01632 960005')
       ) s (tenant, number, name, urn, phase, type_group, authority, email, telephone);

-- number, tenant, home school (0: the whole tenant), name, e-mail (null: no sign-in), type, title
CREATE TEMP TABLE demo_person ON COMMIT DROP AS SELECT * FROM (VALUES
	(1, 1, 0, 'Amara Osei', 'ceo@moorland.example', 'employee', 'Chief Executive'),
	(2, 1, 0, 'Bryn Hughes', 'director@moorland.example', 'employee', 'Director of Education'),
	(3, 1, 0, 'Carla Mendes', 'comms@moorland.example', 'employee', 'Communications Manager'),
	(4, 1, 0, 'Dev Patel', 'hr@moorland.example', 'employee', 'Head of People'),
	(5, 1, 0, 'Elin Ward', 'dpo@moorland.example', 'contractor', 'Data Protection Officer'),
	(6, 1, 0, 'Farah Khan', 'chair@moorland.example', 'trustee', 'Chair of Trustees'),
	(7, 1, 0, 'Gwen Lloyd', 'clerk@moorland.example', 'employee', 'Governance Professional'),
	(8, 1, 0, 'Hugo Brandt', 'auditor@moorland.example', 'contractor', 'Auditor'),
	(11, 1, 1, 'Iris Novak', 'head@torview.example', 'employee', 'Principal'),
	(12, 1, 1, 'Jonah Reed', 'deputy@torview.example', 'employee', 'Vice Principal'),
	(13, 1, 1, 'Kemi Adeyemi', 'admin@torview.example', 'employee', 'Digital Administrator'),
	(14, 1, 1, 'Liam Doyle', 'staff@torview.example', 'employee', 'Teacher of History'),
	(15, 1, 1, 'Mina Sato', 'teacher@torview.example', 'employee', 'Teacher of Drama'),
	(16, 1, 1, 'Noor Rahman', 'dsl@torview.example', 'employee', 'Designated Safeguarding Lead'),
	(17, 1, 1, 'Owen Pike', 'governor@torview.example', 'governor', 'Governor'),
	(18, 1, 1, 'Petra Vogel', NULL, 'volunteer', 'Friends of Tor View'),
	(21, 1, 2, 'Quentin Moss', 'head@riverside.example', 'employee', 'Principal'),
	(22, 1, 2, 'Rosa Marin', 'admin@riverside.example', 'employee', 'Office Manager'),
	(23, 1, 2, 'Sam Tran', 'staff@riverside.example', 'employee', 'Teacher of Art'),
	(24, 1, 2, 'Tess Olsen', 'teacher@riverside.example', 'employee', 'Teacher of Music'),
	(31, 1, 3, 'Uma Bose', 'head@hilltop.example', 'employee', 'Headteacher'),
	(32, 1, 3, 'Viktor Lang', 'admin@hilltop.example', 'employee', 'School Business Manager'),
	(33, 1, 3, 'Wanda Eze', 'staff@hilltop.example', 'employee', 'Class Teacher'),
	(41, 2, 0, 'Xavier Grant', 'proprietor@lantern.example', 'trustee', 'Proprietor'),
	(42, 2, 0, 'Yara Haddad', 'head@lantern.example', 'employee', 'Headmistress'),
	(43, 2, 0, 'Zoe Finch', 'admin@lantern.example', 'employee', 'Bursar'),
	(44, 2, 0, 'Anton Weiss', 'staff@lantern.example', 'employee', 'Form Tutor'),
	(45, 2, 0, 'Bella Rossi', 'teacher@lantern.example', 'employee', 'Form Tutor'),
	(51, 3, 0, 'Colm Byrne', 'head@brannock.example', 'employee', 'Headteacher'),
	(52, 3, 0, 'Dina Shaw', 'admin@brannock.example', 'employee', 'School Secretary'),
	(53, 3, 0, 'Erik Holm', 'staff@brannock.example', 'employee', 'Class Teacher'),
	(54, 3, 0, 'Fay Turner', 'chair@brannock.example', 'governor', 'Chair of Governors'),
	(55, 3, 0, 'Farah Khan', 'chair@moorland.example', 'governor', 'Co-opted Governor')
	) p (number, tenant, school, name, email, type, title);
INSERT INTO identity (id, login, password_hash)
SELECT pg_temp.demo_id(4, min(number)), email, current_setting('demo.password_hash')
  FROM demo_person WHERE email IS NOT NULL GROUP BY email;
INSERT INTO person (tenant_id, id, school_id, identity_id, name, email, person_type, job_title)
SELECT pg_temp.demo_id(1, p.tenant), pg_temp.demo_id(3, p.number),
       CASE WHEN p.school > 0 THEN pg_temp.demo_id(2, p.school) END,
       (SELECT i.id FROM identity i WHERE i.login = p.email), p.name, p.email, p.type, p.title
  FROM demo_person p;

-- person, role, duties, schools (empty: the whole tenant)
CREATE TEMP TABLE demo_appointment ON COMMIT DROP AS
SELECT row_number() OVER ()::integer AS number, a.* FROM (VALUES
	(1, 'slt', '{}', '{}'), (2, 'slt', '{}', '{}'), (3, 'administrator', '{}', '{}'),
	(4, 'staff', '{hr}', '{}'), (5, 'staff', '{dpo}', '{}'), (6, 'governor', '{chair}', '{}'),
	(7, 'staff', '{clerk}', '{}'), (8, 'governor', '{auditor}', '{}'),
	(11, 'slt', '{head}', '{1}'), (12, 'slt', '{deputy_head}', '{1}'), (13, 'administrator', '{}', '{1}'),
	(14, 'staff', '{}', '{1}'), (15, 'staff', '{}', '{1}'), (16, 'staff', '{dsl}', '{1}'),
	(17, 'governor', '{}', '{1}'),
	(21, 'slt', '{head}', '{2}'), (22, 'administrator', '{}', '{2}'), (23, 'staff', '{}', '{2}'), (24, 'staff', '{}', '{2}'),
	(31, 'slt', '{head}', '{3}'), (32, 'administrator', '{}', '{3}'), (33, 'staff', '{}', '{3}'),
	(41, 'governor', '{proprietor}', '{}'), (42, 'slt', '{head}', '{}'), (43, 'administrator', '{}', '{}'),
	(44, 'staff', '{}', '{}'), (45, 'staff', '{}', '{}'),
	(51, 'slt', '{head}', '{}'), (52, 'administrator', '{}', '{}'), (53, 'staff', '{}', '{}'),
	(54, 'governor', '{chair}', '{}'), (55, 'governor', '{}', '{}')
	) a (person, role, duties, schools);
INSERT INTO appointment (tenant_id, id, person_id, role, duties, scope, state, from_on, reason)
SELECT pg_temp.demo_id(1, p.tenant), pg_temp.demo_id(5, a.number), pg_temp.demo_id(3, a.person), a.role,
       a.duties::text[], CASE WHEN a.schools = '{}' THEN 'tenant' ELSE 'schools' END, 'active', today(), 'demo'
  FROM demo_appointment a JOIN demo_person p ON p.number = a.person;
INSERT INTO appointment_school (tenant_id, appointment_id, school_id, person_id)
SELECT pg_temp.demo_id(1, p.tenant), pg_temp.demo_id(5, a.number), pg_temp.demo_id(2, s), pg_temp.demo_id(3, a.person)
  FROM demo_appointment a JOIN demo_person p ON p.number = a.person, unnest(a.schools::integer[]) s;
INSERT INTO appointment_history (tenant_id, appointment_id, actor_name, action, to_state)
SELECT tenant_id, id, 'demo', 'grant', 'active' FROM appointment WHERE reason = 'demo';

INSERT INTO post (tenant_id, id, school_id, name, kind) VALUES
	(pg_temp.demo_id(1, 1), pg_temp.demo_id(10, 1), pg_temp.demo_id(2, 1), 'Principal', 'head'),
	(pg_temp.demo_id(1, 1), pg_temp.demo_id(10, 2), pg_temp.demo_id(2, 1), 'Librarian', 'librarian');
INSERT INTO team (tenant_id, id, name, kind) VALUES
	(pg_temp.demo_id(1, 1), pg_temp.demo_id(11, 1), 'Communications Team', 'communications');
INSERT INTO membership (tenant_id, id, post_id, team_id, school_id, person_id, person_name, from_on, added_by)
SELECT p.tenant_id, pg_temp.demo_id(12, v.number), CASE v.post WHEN 1 THEN pg_temp.demo_id(10, 1) END,
       CASE v.team WHEN 1 THEN pg_temp.demo_id(11, 1) END, CASE v.post WHEN 1 THEN pg_temp.demo_id(2, 1) END, p.id, p.name, today() - 200, pg_temp.demo_id(3, 1)
  FROM (VALUES (1, 1, NULL, 11), (2, NULL, 1, 3), (3, NULL, 1, 4)) v (number, post, team, person)
  JOIN person p ON p.id = pg_temp.demo_id(3, v.person);

INSERT INTO setting (tenant_id, school_id, key, value, locked)
SELECT pg_temp.demo_id(1, v.tenant), CASE WHEN v.school > 0 THEN pg_temp.demo_id(2, v.school) END,
       v.key, v.value::jsonb, v.locked
  FROM (VALUES
	(1, 0, 'policy.current_edition', '"2026-09"', false),
	(1, 2, 'application.approver_chain',
	 '[{"scope": "school", "role": "slt", "need": "any"}, {"scope": "tenant", "role": "slt", "need": "any"}]', false),
	(1, 3, 'application.required_parts', '["aim", "audience", "promotion", "visibility"]', false),
	(1, 3, 'application.training_gate', '"advised"', false),
	(1, 3, 'channel.privacy_notice', '"warn"', false),
	(2, 0, 'application.min_staff_operators', '1', false),
	(2, 0, 'application.min_operators', '1', false),
	(2, 0, 'application.substitute_decider', '["proprietor"]', false),
	(3, 0, 'application.approver_chain', '[{"scope": "school", "role": "head", "need": "any"}]', false),
	(3, 0, 'application.substitute_decider', '["chair"]', false)
	) v (tenant, school, key, value, locked);

INSERT INTO assessment (tenant_id, id, title, assessed_on, author_name, score, mitigations,
	dpia_reference, approved_by_name, approved_on, review_on, recorded_by)
SELECT pg_temp.demo_id(1, v.tenant), pg_temp.demo_id(6, v.tenant), 'Official use of social media', today() - 40,
       v.author, 8, 'Two operators an account; moderation each school day; two-factor sign-in; annual review.',
       'DPIA-2026-04', v.approver, today() - 30, today() + 335, pg_temp.demo_id(3, v.person)
  FROM (VALUES (1, 'Elin Ward', 'Amara Osei', 1), (2, 'Yara Haddad', 'Xavier Grant', 42),
	(3, 'Colm Byrne', 'Fay Turner', 51)) v (tenant, author, approver, person);

INSERT INTO attestation (tenant_id, id, person_id, school_id, person_name, policy_edition,
	policy_read_on, trained_on, attested_by, attested_name)
SELECT p.tenant_id, pg_temp.demo_id(7, v.person), p.id, p.school_id, p.name, '2026-09', today() - 20,
       today() - 20, s.id, s.name
  FROM (VALUES (14, 11), (15, 11), (23, 21), (24, 21)) v (person, slt)
  JOIN person p ON p.id = pg_temp.demo_id(3, v.person)
  JOIN person s ON s.id = pg_temp.demo_id(3, v.slt);

INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, display_name, url, kind, visibility,
	audience, purpose, purpose_detail, website_linked_on, privacy_notice_on, account_created_on, source)
VALUES
	(pg_temp.demo_id(1, 1), pg_temp.demo_id(8, 1), NULL, 'active', 'linkedin', 'moorland-learning-trust',
	 'Moorland Learning Trust', 'https://www.linkedin.example/company/moorland-learning-trust', 'trust', 'open',
	 'Staff and applicants', 'recruitment', 'Vacancies and news of the trust.', today() - 300, today() - 300, today() - 310, 'register'),
	(pg_temp.demo_id(1, 1), pg_temp.demo_id(8, 2), pg_temp.demo_id(2, 1), 'active', 'facebook', 'torviewacademy',
	 'Tor View Academy', 'https://www.facebook.example/torviewacademy', 'whole_school', 'open',
	 'Parents and carers', 'information', 'News for families.', NULL, today() - 200, today() - 210, 'register');
INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, holder_text, holder_kind, from_on)
SELECT c.tenant_id, pg_temp.demo_id(9, v.number), c.id, c.school_id, v.access, p.id, p.name, 'person', today() - 200
  FROM (VALUES (1, 1, 'admin', 3), (2, 1, 'poster', 4), (3, 2, 'admin', 13), (4, 2, 'poster', 15)) v (number, channel, access, person)
  JOIN channel c ON c.id = pg_temp.demo_id(8, v.channel) JOIN person p ON p.id = pg_temp.demo_id(3, v.person);
INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, post_id, team_id, holder_text, holder_kind, from_on)
VALUES
	(pg_temp.demo_id(1, 1), pg_temp.demo_id(9, 5), pg_temp.demo_id(8, 1), NULL, 'poster', NULL, pg_temp.demo_id(11, 1),
	 'Communications Team', 'team', today() - 200),
	(pg_temp.demo_id(1, 1), pg_temp.demo_id(9, 6), pg_temp.demo_id(8, 2), pg_temp.demo_id(2, 1), 'moderator',
	 pg_temp.demo_id(10, 1), NULL, 'Principal', 'post', today() - 200);
INSERT INTO channel_history (tenant_id, channel_id, actor_name, action, to_state)
SELECT tenant_id, id, 'demo', 'import', 'active' FROM channel WHERE source = 'register';

-- The trust's terms of this school year and the next, as schools have them.
INSERT INTO calendar_period (tenant_id, id, school_id, kind, title, from_on, to_on)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(12, year.number * 10 + v.number), NULL, v.kind, v.title,
       make_date(school_year(today()) + year.number + v.later, v.from_month, v.from_day),
       make_date(school_year(today()) + year.number + v.later, v.to_month, v.to_day)
  FROM (VALUES (0), (1)) year (number),
       (VALUES (1, 0, 'term', 'Autumn term', 9, 2, 12, 18), (2, 0, 'half_term', 'Autumn half-term', 10, 26, 10, 30),
	       (3, 1, 'term', 'Spring term', 1, 4, 3, 31), (4, 1, 'half_term', 'Spring half-term', 2, 15, 2, 19),
	       (5, 1, 'term', 'Summer term', 4, 19, 7, 21), (6, 1, 'half_term', 'Summer half-term', 5, 31, 6, 4),
	       (7, 1, 'inset', 'INSET day', 1, 4, 1, 4))
		v (number, later, kind, title, from_month, from_day, to_month, to_day);

-- Who looks at the academy's page, and that somebody did yesterday; what the trust looks at.
INSERT INTO monitor_duty (tenant_id, id, channel_id, school_id, person_id, holder_text, days, from_on, added_by, added_name)
SELECT c.tenant_id, pg_temp.demo_id(80, 1), c.id, c.school_id, p.id, p.name, '{mon,tue,wed,thu,fri}', today() - 60, s.id, s.name
  FROM channel c, person p, person s
 WHERE c.id = pg_temp.demo_id(8, 2) AND p.id = pg_temp.demo_id(3, 15) AND s.id = pg_temp.demo_id(3, 11);
INSERT INTO channel_check (tenant_id, id, channel_id, school_id, checked_at, found, note, checked_by, checked_name)
SELECT c.tenant_id, pg_temp.demo_id(81, 1), c.id, c.school_id, now() - interval '1 day', 'nothing', 'Looked at it before school.',
       p.id, p.name
  FROM channel c, person p WHERE c.id = pg_temp.demo_id(8, 2) AND p.id = pg_temp.demo_id(3, 15);
INSERT INTO monitoring_statement (tenant_id, id, edition, body, dpia_note, written_by, written_name)
SELECT p.tenant_id, pg_temp.demo_id(82, 1), 1, 'Once a week we look for public posts that name the trust or one of its schools.',
       'Public posts only, by names of the trust; nobody is looked at a second time without an authorisation.', p.id, p.name
  FROM person p WHERE p.id = pg_temp.demo_id(3, 1);

-- What came in at Tor View Academy, and texts to answer with.
INSERT INTO message_template (tenant_id, id, purpose, title, text, created_name)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(13, v.number), v.purpose, v.title, v.text, 'Carla Mendes'
  FROM (VALUES
	(1, 'acknowledge', 'We have seen this', 'Thank you for your message. {{school_name}} has seen it and will write to you.'),
	(2, 'redirect', 'Please write to the office',
	 'Thank you. We do not deal with this here: please write to {{enquiries_email}} or ring {{enquiries_telephone}}.'))
		v (number, purpose, title, text);
CREATE TEMP TABLE demo_message ON COMMIT DROP AS
SELECT v.*, date_trunc('minute', now()) - v.hours * interval '1 hour' AS at, r.id AS recorder_id, r.name AS recorder
  FROM (VALUES
	(1, 3, 'query', 'open', 'When does the winter fair begin, and may we bring the dog?', 'parent', 'Nia Bowen', NULL, NULL),
	(2, 30, 'complaint', 'open', 'Mr Reed shouted at my son in the corridor. Does nobody care?', 'parent', 'Angry of Tor Road',
	 '{names_individual}', NULL),
	(3, 50, 'comment', 'acknowledged', 'The bus was late again, third time this week.', 'parent', 'O. Petrov', '{}', NULL),
	(4, 20, 'direct_message', 'open', 'Please keep this quiet, but I am worried about a girl in Year 8.', 'unknown', NULL, '{safeguarding}', NULL),
	(5, 200, 'query', 'closed', 'How do I change the school lunch?', 'parent', 'T. Adeyemi', '{}', 'redirected'))
		v (number, hours, kind, state, text, author_kind, author_name, triage, outcome)
  JOIN person r ON r.id = pg_temp.demo_id(3, 13);
INSERT INTO message (tenant_id, id, school_id, channel_id, state, kind, source, received_at, text, author_kind, author_confidence,
	author_identity, author_name, triage, safeguarding, acknowledged_at, acknowledged_name, redirected_at, outcome, closed_at,
	recorded_by, recorded_name)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(14, m.number), pg_temp.demo_id(2, 1), pg_temp.demo_id(8, 2), m.state, m.kind,
       'own_channel', m.at, m.text, m.author_kind, 'likely', 'declared', m.author_name, m.triage::text[],
       coalesce(m.triage LIKE '%safeguarding%', false), t.acknowledged_at, t.acknowledged_name, t.closed_at, m.outcome, t.closed_at,
       m.recorder_id, m.recorder
  FROM demo_message m, LATERAL (SELECT CASE WHEN m.state <> 'open' THEN m.at + interval '2 hours' END AS acknowledged_at,
	CASE WHEN m.state <> 'open' THEN m.recorder END AS acknowledged_name,
	CASE WHEN m.state = 'closed' THEN m.at + interval '2 hours' END AS closed_at) t;
INSERT INTO message_history (tenant_id, message_id, at, actor_id, actor_name, action, to_state)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(14, number), at, recorder_id, recorder, 'log', 'open' FROM demo_message;
INSERT INTO message_history (tenant_id, message_id, at, actor_id, actor_name, action, from_state, to_state, note)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(14, number), at + interval '2 hours', recorder_id, recorder,
       CASE state WHEN 'closed' THEN 'redirect' ELSE 'acknowledge' END, 'open', state,
       CASE state WHEN 'closed' THEN 'Thank you. We do not deal with this here: please write to enquiries@torview.example or ring 01632 960001.'
		ELSE 'Thank you for your message. Tor View Academy has seen it and will write to you.' END
  FROM demo_message WHERE state <> 'open';
INSERT INTO clock (tenant_id, id, message_id, place_id, kind, started_at, first_due_at, due_at, because, rule, stopped_at,
	stopped_name, stop, calendar_version)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(15, number), pg_temp.demo_id(14, number), pg_temp.demo_id(2, 1), 'response', at,
       at + interval '24 hours', at + interval '24 hours',
       '["A first answer is promised within 24 hours (clock.response_hours)."]',
       (SELECT jsonb_object_agg(d.key, d.value) FROM setting_default d
	 WHERE d.key LIKE 'clock.%' AND d.key NOT IN ('clock.answer_days', 'clock.ack_stops_clock')),
       CASE WHEN state <> 'open' THEN at + interval '2 hours' END, CASE WHEN state <> 'open' THEN recorder END,
       CASE WHEN state <> 'open' THEN 'acknowledged' END,
       coalesce((SELECT v.version FROM calendar_version v WHERE v.place_id = pg_temp.demo_id(2, 1)), 0)
  FROM demo_message;
