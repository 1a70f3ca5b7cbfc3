-- Data to measure on: one trust as large as they get, and others beside it.
--
--   tenant 1   a trust: 30 schools, 20,000 people, 3,000 channels, 50,000 applications
--   2 to 80    trusts of 3 to 8 schools
--   81 to 200  schools that stand alone
--
-- With the variable `scale` tenant 1 has so many times the people, channels and applications.
-- With `shape` as england there are 2,800 trusts and 13,773 schools that stand alone, 25,000
-- schools in all, each with 3 channels, 2 applications and 12 people; tenant 1 stays the same.
-- As county it is a tenth of that.
--
-- Ids are in order of age and can be computed: a kind, then a number. Everybody who signs in
-- has the password of the demo. Runs as a superuser, with triggers: history and audit trail
-- are as full as a real one's. The same numbers come out each time.
\set ON_ERROR_STOP on
\if :{?scale} \else \set scale 1 \endif
\if :{?shape} \else \set shape usual \endif
SET client_min_messages = warning;
SET synchronous_commit = off;
SELECT setseed(0.5);

CREATE FUNCTION pg_temp.id(p_kind integer, p_number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
	SELECT ('0192b000-' || lpad(to_hex(p_kind), 4, '0') || '-7000-8000-' || lpad(p_number::text, 12, '0'))::uuid
$$;
-- Which of p_count things: the first ones most often, as schools differ in size.
CREATE FUNCTION pg_temp.uneven(p_count integer) RETURNS integer LANGUAGE sql VOLATILE AS $$
	SELECT floor(p_count * power(random(), 1.6))::integer
$$;
-- One of the words; a word that stands there twice comes twice as often.
CREATE FUNCTION pg_temp.pick(VARIADIC p_words text[]) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT p_words[1 + floor(random() * array_length(p_words, 1))::integer]
$$;
SELECT set_config('me.name', 'seed', false);

-- Tenants: how much each has, and where its numbers begin.
CREATE TEMP TABLE size AS
SELECT n, kind, schools, people, channels, applications,
       sum(schools) OVER w - schools AS school0, sum(people) OVER w - people AS person0,
       sum(channels) OVER w - channels AS channel0, sum(applications) OVER w - applications AS application0
  FROM (SELECT n, CASE WHEN n <= trusts THEN 'trust' ELSE 'school' END AS kind, schools,
	       CASE WHEN n = 1 THEN (20000 * :scale)::integer ELSE schools * people END AS people,
	       CASE WHEN n = 1 THEN (3000 * :scale)::integer ELSE schools * channels END AS channels,
	       CASE WHEN n = 1 THEN (50000 * :scale)::integer ELSE schools * applications END AS applications
	  FROM (SELECT *, CASE WHEN n = 1 THEN 30 WHEN n <= trusts THEN least + n % spread ELSE 1 END AS schools
		  FROM (VALUES ('usual', 200, 80, 3, 6, 70, 9, 40), ('england', 16573, 2800, 2, 5, 12, 3, 2),
				('county', 1657, 280, 2, 5, 12, 3, 2))
			AS shape (name, tenants, trusts, least, spread, people, channels, applications),
		       generate_series(1, tenants) n
		 WHERE name = :'shape') s) t
WINDOW w AS (ORDER BY n);

INSERT INTO tenant (id, kind, name)
SELECT pg_temp.id(1, n), kind, CASE kind WHEN 'trust' THEN 'Learning Trust ' ELSE 'School ' END || n FROM size;
INSERT INTO school (tenant_id, id, trust_id, name, urn, phase, establishment_type_group, local_authority)
SELECT pg_temp.id(1, n), pg_temp.id(2, school0 + s), CASE kind WHEN 'trust' THEN pg_temp.id(1, n) END,
       CASE kind WHEN 'trust' THEN 'Academy ' ELSE 'School ' END || school0 + s,
       (100000 + school0 + s)::text, pg_temp.pick('primary', 'primary', 'primary', 'secondary', 'all_through'),
       CASE kind WHEN 'trust' THEN 'academies' ELSE 'independent' END, 'Devon'
  FROM size, generate_series(1, schools) s;

ANALYZE tenant, school;

-- People: the first five of a tenant lead or run it; then one head and one administrator a
-- school in turn; then everybody else. In a stand-alone school everybody serves the tenant.
CREATE TEMP TABLE people AS
SELECT t.n, t.kind, t.person0 + p AS number, p AS place,
       CASE WHEN t.kind = 'school' OR p <= 5 THEN NULL
	    WHEN p <= 5 + 2 * t.schools THEN t.school0 + (p - 6) / 2 + 1
	    WHEN random() > 0.03 THEN t.school0 + 1 + pg_temp.uneven(t.schools) END AS school,
       CASE WHEN p <= 2 OR (p <= 5 + 2 * t.schools AND p > 5 AND p % 2 = 0) THEN 'slt'
	    WHEN p <= 4 OR p <= 5 + 2 * t.schools AND p > 5 THEN 'administrator'
	    WHEN p = 5 OR p % 20 = 0 THEN 'governor' ELSE 'staff' END AS role
  FROM size t, generate_series(1, t.people) p;
CREATE UNIQUE INDEX ON people (number);
ANALYZE people;
-- One in two has signed in at some time.
INSERT INTO identity (id, login, password_hash)
SELECT pg_temp.id(4, number), 'person' || number || '@bench.example', (SELECT max(password_hash) FROM identity)
  FROM people WHERE place <= 80 OR number % 2 = 0;
INSERT INTO person (tenant_id, id, school_id, identity_id, name, email, person_type, job_title, left_on, created_at)
SELECT pg_temp.id(1, n), pg_temp.id(3, number), CASE WHEN school > 0 THEN pg_temp.id(2, school) END,
       CASE WHEN place <= 80 OR number % 2 = 0 THEN pg_temp.id(4, number) END,
       pg_temp.pick('Amara', 'Bryn', 'Carla', 'Dev', 'Elin', 'Farah', 'Gwen', 'Hugo', 'Iris', 'Jonah') || ' '
	|| pg_temp.pick('Osei', 'Hughes', 'Mendes', 'Patel', 'Ward', 'Khan', 'Lloyd', 'Brandt') || ' ' || number,
       'person' || number || '@bench.example',
       CASE WHEN role = 'governor' THEN 'governor' ELSE 'employee' END,
       CASE role WHEN 'slt' THEN 'Principal' WHEN 'staff' THEN 'Teacher' END,
       CASE WHEN place > 80 AND random() < 0.2 THEN current_date - (random() * 1000)::integer END,
       now() - interval '8 years' + place * interval '1 hour' / :scale
  FROM people;
ANALYZE identity, person;
INSERT INTO appointment (tenant_id, id, person_id, role, duties, scope, state, from_on, reason)
SELECT pg_temp.id(1, n), pg_temp.id(5, number), pg_temp.id(3, number), role,
       CASE WHEN role = 'slt' AND school > 0 THEN '{head}'::text[]
	    WHEN place = 5 THEN CASE kind WHEN 'trust' THEN '{chair}'::text[] ELSE '{proprietor}'::text[] END
	    WHEN place % 97 = 0 THEN '{dsl}'::text[] ELSE '{}'::text[] END,
       CASE WHEN school > 0 THEN 'schools' ELSE 'tenant' END, 'active', current_date - 400, 'seed'
  FROM people;
INSERT INTO appointment_school (tenant_id, appointment_id, school_id, person_id)
SELECT pg_temp.id(1, n), pg_temp.id(5, number), pg_temp.id(2, school), pg_temp.id(3, number)
  FROM people WHERE school > 0;
INSERT INTO appointment_history (tenant_id, appointment_id, actor_name, action, to_state)
SELECT tenant_id, id, 'seed', 'grant', 'active' FROM appointment WHERE reason = 'seed';
INSERT INTO setting (tenant_id, key, value)
SELECT pg_temp.id(1, n), 'policy.current_edition', '"2026-09"' FROM size;
INSERT INTO assessment (tenant_id, id, title, assessed_on, author_name, score, mitigations,
	approved_by_name, approved_on, review_on, recorded_by)
SELECT pg_temp.id(1, n), pg_temp.id(6, n), 'Official use of social media', current_date - 40, 'A. Author', 8,
       'Two operators an account; moderation each school day; two-factor sign-in.', 'B. Approver',
       current_date - 30, current_date + 335, pg_temp.id(3, person0 + 1)
  FROM size;
INSERT INTO attestation (tenant_id, id, person_id, school_id, person_name, policy_edition, policy_read_on,
	trained_on, attested_by, attested_name)
SELECT p.tenant_id, pg_temp.id(7, e.number), p.id, p.school_id, p.name, '2026-09', current_date - 20,
       current_date - 20, pg_temp.id(3, t.person0 + 1), 'the lead'
  FROM people e JOIN size t USING (n)
  JOIN person p ON p.tenant_id = pg_temp.id(1, e.n) AND p.id = pg_temp.id(3, e.number)
 WHERE e.place > 1 AND (e.place <= 80 OR e.number % 4 = 0);

ANALYZE appointment, appointment_school, assessment, attestation;

-- Channels: most are schools' own and active; one in ten is closed; a few have no handle.
CREATE TEMP TABLE channels AS
SELECT t.n, t.channel0 + c AS number, t.channels, c AS place,
       CASE WHEN random() < 0.05 THEN NULL ELSE t.school0 + 1 + pg_temp.uneven(t.schools) END AS school,
       pg_temp.pick('facebook', 'facebook', 'x', 'x', 'instagram', 'instagram', 'youtube', 'linkedin') AS platform,
       CASE WHEN random() < 0.1 THEN 'closed' WHEN random() < 0.05 THEN 'approved' ELSE 'active' END AS state,
       t.person0, t.people, t.schools
  FROM size t, generate_series(1, t.channels) c;
INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, display_name, url, kind, visibility,
	audience, purpose, purpose_detail, privacy_notice_on, settings_checked_on, account_created_on, source, created_at)
SELECT pg_temp.id(1, n), pg_temp.id(8, number), pg_temp.id(2, school), state, platform,
       CASE WHEN number % 11 > 0 THEN 'school' || number END, 'Channel ' || number,
       CASE WHEN number % 7 > 0 THEN 'https://www.' || platform || '.example/school' || number END,
       pg_temp.pick('whole_school', 'department', 'class', 'sixth_form', 'club_or_team', 'event'),
       pg_temp.pick('open', 'open', 'private', 'closed_group'), 'Parents and carers',
       pg_temp.pick('information', 'celebration', 'education', 'community'), 'News for families.',
       current_date - 200, current_date - 200, current_date - 210, 'register',
       now() - interval '8 years' * (1 - place::double precision / channels)
  FROM channels;
ANALYZE channels, channel;
-- Two to five hold something on each.
INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, holder_text, holder_kind, from_on, until_on)
SELECT pg_temp.id(1, c.n), gen_random_uuid(), pg_temp.id(8, c.number), pg_temp.id(2, c.school),
       CASE g WHEN 1 THEN 'admin' WHEN 3 THEN 'moderator' ELSE 'poster' END, p.id, p.name, 'person',
       current_date - 200, CASE WHEN c.state = 'closed' THEN current_date - 5 ELSE current_date + 165 END
  FROM channels c, generate_series(1, 2 + c.number % 4) g,
       LATERAL (SELECT id, name FROM person
	 WHERE tenant_id = pg_temp.id(1, c.n)
	   AND id = pg_temp.id(3, c.person0 + 1 + (c.number * 7 + g * 13) % c.people)) p;
INSERT INTO channel_history (tenant_id, channel_id, at, actor_name, action, to_state)
SELECT tenant_id, id, created_at, 'seed', 'import', state FROM channel WHERE purpose_detail = 'News for families.';

-- Applications: eight years of them; what is old is settled, what is new is still under way.
CREATE TEMP TABLE applications AS
SELECT t.n, t.application0 + a AS number, t.applications, a AS place, t.person0, t.people, t.schools,
       CASE WHEN random() < 0.04 THEN NULL ELSE t.school0 + 1 + pg_temp.uneven(t.schools) END AS school,
       CASE WHEN a > 0.985 * t.applications THEN pg_temp.pick('draft', 'draft', 'submitted', 'submitted',
			'more_information', 'approved')
	    ELSE pg_temp.pick('account_created', 'account_created', 'account_created', 'account_created',
			'account_created', 'rejected', 'withdrawn', 'draft') END AS state,
       1 + floor(random() * 1.25)::integer AS revision,
       now() - interval '8 years' * (1 - a::double precision / t.applications) - interval '6 days' AS at
  FROM size t, generate_series(1, t.applications) a;
CREATE TEMP TABLE asked AS
SELECT a.*, pg_temp.id(1, a.n) AS tenant_id, pg_temp.id(9, a.number) AS id, p.id AS applicant_id, p.name AS applicant_name
  FROM applications a
  JOIN person p ON p.tenant_id = pg_temp.id(1, a.n)
   AND p.id = pg_temp.id(3, a.person0 + 1 + (a.number * 31) % a.people);
ANALYZE asked;
INSERT INTO channel_application (tenant_id, id, school_id, state, revision, applicant_id, applicant_name,
	recorded_by, platform, proposed_name, proposed_handle, kind, aim, audience, promotion, visibility,
	purpose, purpose_detail, other_communication_methods, assessment_id, submitted_at, waiting_since,
	decided_at, created_at)
SELECT tenant_id, id, pg_temp.id(2, school), state, revision, applicant_id, applicant_name, applicant_id,
       pg_temp.pick('facebook', 'x', 'instagram', 'youtube', 'linkedin'), 'Account ' || number, 'account' || number,
       pg_temp.pick('whole_school', 'department', 'class', 'sixth_form', 'club_or_team', 'event'),
       'To show families what the children do, week by week, and to celebrate what goes well.',
       'Parents and carers of the school', 'Newsletter, web site and posters at the gate',
       pg_temp.pick('open', 'private', 'closed_group'), pg_temp.pick('information', 'celebration', 'education'),
       'It keeps families close to what is learnt.', 'The newsletter on paper and the notice board.',
       pg_temp.id(6, n), CASE WHEN state <> 'draft' THEN at + interval '1 day' END,
       CASE WHEN state IN ('submitted', 'more_information', 'approved') THEN at + interval '1 day' END,
       CASE WHEN state IN ('approved', 'rejected', 'account_created') THEN at + interval '3 days' END, at
  FROM asked;
ANALYZE channel_application;
INSERT INTO application_operator (tenant_id, application_id, person_id, school_id, applicant_id, person_name, access)
SELECT a.tenant_id, a.id, p.id, pg_temp.id(2, a.school), a.applicant_id, p.name, CASE o WHEN 0 THEN 'admin' ELSE 'poster' END
  FROM asked a, generate_series(0, 1) o,
       LATERAL (SELECT id, name FROM person WHERE tenant_id = a.tenant_id
	   AND id = pg_temp.id(3, a.person0 + 1 + (a.number * 17 + o * 29 + 3) % a.people)) p;
ANALYZE application_operator;
INSERT INTO application_revision (tenant_id, application_id, revision, submitted_at, submitted_by, submitted_name, content, changed)
SELECT tenant_id, id, r, at + interval '1 day', applicant_id, applicant_name,
       jsonb_build_object('platform', 'facebook', 'proposed_name', 'Account ' || number, 'kind', 'class',
	'aim', 'To show families what the children do, week by week.', 'audience', 'Parents and carers'), '{}'
  FROM asked, generate_series(1, revision) r WHERE state <> 'draft';
INSERT INTO application_decision (tenant_id, id, application_id, revision, step, outcome, reason,
	decider_id, decider_name, capacity, decided_at)
SELECT a.tenant_id, gen_random_uuid(), a.id, a.revision, 0,
       CASE a.state WHEN 'rejected' THEN 'rejected' ELSE 'approved' END, 'Read and judged by the policy.',
       p.id, p.name, 'slt', a.at + interval '3 days'
  FROM asked a
  JOIN LATERAL (SELECT p.id, p.name FROM generate_series(1, 2) d
	  JOIN person p ON p.tenant_id = a.tenant_id AND p.id = pg_temp.id(3, a.person0 + d)
	 WHERE p.id <> a.applicant_id AND NOT EXISTS (SELECT FROM application_operator o
		WHERE o.tenant_id = a.tenant_id AND o.application_id = a.id AND o.person_id = p.id) LIMIT 1) p ON true
 WHERE a.state IN ('approved', 'rejected', 'account_created');
INSERT INTO application_history (tenant_id, application_id, at, actor_id, actor_name, action, from_state, to_state, revision)
SELECT tenant_id, id, at + step * interval '1 day', applicant_id, applicant_name, action, from_state, to_state, revision
  FROM asked, (VALUES (0, 'draft', NULL, 'draft'), (1, 'submit', 'draft', 'submitted'),
	(3, 'approve', 'submitted', 'approved'), (4, 'record_account', 'approved', 'account_created'))
	AS move (step, action, from_state, to_state)
 WHERE step = 0 OR (state <> 'draft' AND step = 1)
    OR (state IN ('approved', 'account_created') AND step = 3) OR (state = 'account_created' AND step = 4)
 ORDER BY 3;
-- A few are kept from seeing something.
INSERT INTO exclusion (tenant_id, subject_id, person_id, reason, excluded_by)
SELECT a.tenant_id, a.id, pg_temp.id(3, a.person0 + 1 + (a.number * 11) % a.people), 'A conflict of interest.',
       pg_temp.id(3, a.person0 + 1)
  FROM asked a WHERE a.number % 200 = 0 AND (a.number * 11) % a.people > 5;
RESET synchronous_commit;
VACUUM (ANALYZE);
CHECKPOINT;
