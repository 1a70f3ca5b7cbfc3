-- A database of the days of migration 0004: the demo as it was then, and after it what the years
-- leave in a database. Read by tests/http/upgrade_test.py, at that schema, as the owner without
-- row security. Never changed: later columns and tables are what the migrations make of it.
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
INSERT INTO channel_history (tenant_id, channel_id, actor_name, action, to_state)
SELECT tenant_id, id, 'demo', 'import', 'active' FROM channel WHERE source = 'register';

-- What the demo has none of.
UPDATE identity SET failures = 7, locked_until = now() + interval '10 minutes' WHERE login = 'clerk@moorland.example';
UPDATE person SET left_on = today() - 3, version = 2 WHERE id = pg_temp.demo_id(3, 24);
UPDATE appointment SET state = 'ended', from_on = today() - 300, to_on = today() - 3, version = 2 WHERE person_id = pg_temp.demo_id(3, 24);
INSERT INTO appointment_history (tenant_id, appointment_id, actor_id, actor_name, action, from_state, to_state, note)
SELECT tenant_id, id, pg_temp.demo_id(3, 4), 'Dev Patel', 'leave', 'active', 'ended', 'Moved away.'
  FROM appointment WHERE person_id = pg_temp.demo_id(3, 24);
UPDATE appointment SET granted_by = pg_temp.demo_id(3, 1), granted_name = 'Amara Osei',
       confirmed_by = pg_temp.demo_id(3, 2), confirmed_name = 'Bryn Hughes' WHERE person_id = pg_temp.demo_id(3, 4);
INSERT INTO person (tenant_id, id, school_id, name, email, person_type, job_title)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(3, 1000 + n), pg_temp.demo_id(2, 1 + n % 3),
       'Zoë O''Brien-Łukasz ' || n, CASE WHEN n % 2 = 0 THEN 'person' || n || '@moorland.example' END,
       (ARRAY['employee', 'agency', 'volunteer', 'ptfa', 'candidate', 'parent'])[1 + n % 6], CASE WHEN n % 5 > 0 THEN 'Teacher' END
  FROM generate_series(1, 300) n;
INSERT INTO appointment (tenant_id, id, person_id, role, scope, state, from_on, granted_by, granted_name)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(5, 1000 + n), pg_temp.demo_id(3, 1000 + n), 'staff', 'schools',
       (ARRAY['proposed', 'active', 'declined', 'ended'])[1 + n % 4], today() - n, pg_temp.demo_id(3, 4), 'Dev Patel'
  FROM generate_series(1, 100) n;
INSERT INTO appointment_school (tenant_id, appointment_id, school_id, person_id)
SELECT a.tenant_id, a.id, p.school_id, p.id FROM appointment a JOIN person p ON p.id = a.person_id
 WHERE a.granted_by = pg_temp.demo_id(3, 4);

INSERT INTO session (id, identity_id, tenant_id, person_id, auth_time, amr, expires_at, revoked_at)
SELECT pg_temp.demo_id(20, v.number), p.identity_id, p.tenant_id, p.id, now(), '{pwd}', now() + interval '8 hours', v.revoked
  FROM (VALUES (1, 1, NULL), (2, 14, now()), (3, 55, NULL)) v (number, person, revoked)
  JOIN person p ON p.id = pg_temp.demo_id(3, v.person);
INSERT INTO refresh_token SELECT sha256(id::text::bytea), id, expires_at, revoked_at FROM session;
INSERT INTO invitation (tenant_id, id, person_id, token_hash, invited_by, expires_at, accepted_at)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(21, n), pg_temp.demo_id(3, 1000 + n), sha256(n::text::bytea),
       pg_temp.demo_id(3, 4), now() + interval '1 day' * (n - 3), CASE n WHEN 1 THEN now() END
  FROM generate_series(1, 5) n;
INSERT INTO idempotency SELECT 'key of ' || id, id, 'digest', 201, 'sealed', '/v1/people/x' FROM identity LIMIT 5;
INSERT INTO setting (tenant_id, school_id, key, value, locked)
VALUES (pg_temp.demo_id(1, 1), NULL, 'channel.max_admins', '4', true),
       (pg_temp.demo_id(1, 1), pg_temp.demo_id(2, 1), 'channel.max_admins', '2', false);

-- Registers as they were imported: words, holes, spellings, and one handle in two tenants.
INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, display_name, url, audience, source, register_cells, closed_reason, application_id)
SELECT pg_temp.demo_id(1, v.tenant), pg_temp.demo_id(8, v.number), CASE WHEN v.school > 0 THEN pg_temp.demo_id(2, v.school) END,
       v.state, v.platform, v.handle, v.name, v.url, 'Families', v.source,
       CASE v.source WHEN 'register' THEN jsonb_build_object('owner', v.name, 'owner_level', v.level, 'handle', v.handle,
		'master_admin', 'Principal', 'approved_posters', 'Communications Team') END,
       CASE v.state WHEN 'closed' THEN 'Nobody used it.' END, NULL
  FROM (VALUES
	(11, 1, 1, 'active', 'x', '@TorView', 'Tor View', 'https://x.com/torview', 'register', 'school'),
	(12, 3, 0, 'active', 'facebook', 'TorViewAcademy', 'The other Tor View', NULL, 'register', 'school'),
	(13, 3, 0, 'closed', 'x', 'torview', 'Long gone', NULL, 'register', 'school'),
	(14, 1, 0, 'active', 'instagram', '@', 'Only a sign', NULL, 'register', 'school'),
	(15, 1, 2, 'active', 'instagram', ' @ ', 'Only a sign, recorded', NULL, 'application', NULL),
	(16, 1, 2, 'active', 'tiktok', '', 'No handle, recorded', NULL, 'application', NULL),
	(17, 1, 0, 'active', NULL, NULL, NULL, NULL, 'register', 'school'),
	(18, 1, 3, 'suspended', 'youtube', 'has blanks in it', 'Hilltop', NULL, 'register', 'school'),
	(19, 1, 3, 'lost', 'facebook', 'hilltopold', 'Hilltop of old', NULL, 'register', 'trust'),
	(20, 1, 2, 'proposed', 'x', 'riverside_art', 'Riverside Art', NULL, 'application', NULL),
	(21, 1, 2, 'handover', 'bluesky', 'art.riverside.example', 'Art', NULL, 'application', NULL)
	) v (number, tenant, school, state, platform, handle, name, url, source, level);
INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, holder_text, holder_kind, from_on, until_on)
SELECT c.tenant_id, pg_temp.demo_id(9, v.number), c.id, c.school_id, v.access, p.id, v.words, v.kind, today() - 400, v.until_on
  FROM (VALUES
	(11, 11, 'admin', NULL, 'Principal', 'post', NULL), (12, 11, 'poster', NULL, 'Communications Team', 'team', NULL),
	(13, 12, 'admin', NULL, 'HT / Office', 'ambiguous', NULL), (14, 14, 'admin', NULL, 'Principal', 'post', today() - 100),
	(15, 15, 'admin', 22, 'Rosa Marin', 'person', today() + 30), (16, 15, 'poster', 24, 'Tess Olsen', 'person', NULL),
	(17, 16, 'admin', 23, 'Sam Tran', 'person', NULL), (18, 18, 'poster', NULL, 'Class teachers', 'team', NULL)
	) v (number, channel, access, person, words, kind, until_on)
  JOIN channel c ON c.id = pg_temp.demo_id(8, v.channel) LEFT JOIN person p ON p.id = pg_temp.demo_id(3, coalesce(v.person, 0));
INSERT INTO channel_history (tenant_id, channel_id, actor_id, actor_name, action, from_state, to_state, note)
SELECT c.tenant_id, c.id, pg_temp.demo_id(3, 3), 'Carla Mendes', v.action, v.before, c.state, 'As it was.'
  FROM channel c, (VALUES ('import', NULL), ('note', 'active')) v (action, before)
 WHERE c.tenant_id = pg_temp.demo_id(1, 1) AND c.display_name IS DISTINCT FROM 'Moorland Learning Trust';

-- One application in each state, as people of Riverside made them.
INSERT INTO channel_application (tenant_id, id, school_id, state, revision, step, applicant_id, applicant_name, recorded_by,
	platform, proposed_name, proposed_handle, kind, aim, audience, promotion, visibility, purpose, purpose_detail,
	involves_pupils, pupils_justification, assessment_id, channel_id, submitted_at, waiting_since, decided_at)
SELECT pg_temp.demo_id(1, 1), pg_temp.demo_id(30, v.number), pg_temp.demo_id(2, 2), v.state, v.revision, v.step,
       pg_temp.demo_id(3, 23), 'Sam Tran', pg_temp.demo_id(3, 23), 'x', 'Art ' || v.number, '@art' || v.number, 'department',
       'Show work', 'Parents', 'The newsletter', 'open', 'celebration', 'Pictures', true, 'Pictures of work',
       pg_temp.demo_id(6, 1), CASE v.state WHEN 'account_created' THEN pg_temp.demo_id(8, 21) END,
       CASE WHEN v.state <> 'draft' THEN now() - interval '9 days' END, CASE WHEN v.waits THEN now() - interval '9 days' END,
       CASE WHEN v.state IN ('approved', 'rejected', 'account_created') THEN now() - interval '5 days' END
  FROM (VALUES (1, 'draft', 1, 0, false), (2, 'submitted', 1, 0, true), (3, 'submitted', 2, 1, true), (4, 'more_information', 1, 0, true),
	(5, 'approved', 1, 1, true), (6, 'rejected', 1, 0, false), (7, 'account_created', 1, 1, false), (8, 'withdrawn', 1, 0, false)
	) v (number, state, revision, step, waits);
UPDATE channel SET application_id = pg_temp.demo_id(30, 7) WHERE id = pg_temp.demo_id(8, 21);
INSERT INTO application_operator (tenant_id, application_id, person_id, school_id, applicant_id, person_name, access, access_until)
SELECT a.tenant_id, a.id, p.id, p.school_id, a.applicant_id, p.name, v.access, v.access_until
  FROM channel_application a, (VALUES (23, 'admin', NULL), (15, 'poster', today() + 90)) v (person, access, access_until)
  JOIN person p ON p.id = pg_temp.demo_id(3, v.person);
INSERT INTO application_revision (tenant_id, application_id, revision, submitted_by, submitted_name, content, changed)
SELECT a.tenant_id, a.id, r, a.applicant_id, a.applicant_name, jsonb_build_object('aim', a.aim, 'operators', '[]'::jsonb),
       CASE r WHEN 1 THEN '{}' ELSE '{aim}' END::text[]
  FROM channel_application a, generate_series(1, a.revision) r WHERE a.state <> 'draft';
INSERT INTO application_decision (tenant_id, id, application_id, revision, step, outcome, reason, decider_id, decider_name, capacity)
SELECT a.tenant_id, gen_random_uuid(), a.id, a.revision, 0, CASE a.state WHEN 'rejected' THEN 'rejected' ELSE 'approved' END,
       'Well thought out, or not.', pg_temp.demo_id(3, 21), 'Quentin Moss', 'slt'
  FROM channel_application a WHERE a.step = 1 OR a.state = 'rejected';
INSERT INTO application_history (tenant_id, application_id, actor_id, actor_name, action, from_state, to_state, revision, note)
SELECT a.tenant_id, a.id, a.applicant_id, a.applicant_name, 'submit', 'draft', 'submitted', 1, 'Please.'
  FROM channel_application a WHERE a.state <> 'draft';
INSERT INTO exclusion (tenant_id, subject_id, person_id, reason, excluded_by)
VALUES (pg_temp.demo_id(1, 1), pg_temp.demo_id(30, 2), pg_temp.demo_id(3, 2), 'Married to the applicant', pg_temp.demo_id(3, 1));
