-- A trust of 100 schools and five years of its messages, 50,000 a year; with `scale` so many times as many.
--
-- Runs as a superuser, without triggers: what they would write, words and clocks among it, is written in sets. Ids can be
-- computed, as in seed.sql.
\set ON_ERROR_STOP on
\if :{?scale} \else \set scale 1 \endif
SET client_min_messages = warning;
SET synchronous_commit = off;
SET session_replication_role = replica;
SELECT setseed(0.5);

CREATE FUNCTION pg_temp.id(p_kind integer, p_number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
	SELECT ('0192b000-' || lpad(to_hex(p_kind), 4, '0') || '-7000-8000-' || lpad(p_number::text, 12, '0'))::uuid
$$;
-- Words as people use them: a few in every second message, most in hardly any.
CREATE FUNCTION pg_temp.said(p_words integer) RETURNS text LANGUAGE sql VOLATILE AS $$
	SELECT string_agg('word' || lpad(floor(power(random(), 3) * 20000)::text, 5, '0'), ' ') FROM generate_series(1, p_words)
$$;

INSERT INTO tenant (id, kind, name) VALUES (pg_temp.id(1, 9001), 'trust', 'Hundred Schools Trust');
INSERT INTO school (tenant_id, id, trust_id, name, urn)
SELECT pg_temp.id(1, 9001), pg_temp.id(2, 9000 + s), pg_temp.id(1, 9001), 'Academy ' || s, (190000 + s)::text
  FROM generate_series(1, 100) s;
-- One SLT of the trust; an SLT, a DSL and somebody who runs one channel at each school.
CREATE TEMP TABLE people AS
SELECT 900001 AS number, 0 AS school, 'slt' AS role, '{}'::text[] AS duties
UNION ALL SELECT 900000 + k * 200 + s, s, CASE k WHEN 1 THEN 'slt' ELSE 'staff' END, CASE k WHEN 2 THEN '{dsl}'::text[] ELSE '{}' END
  FROM generate_series(1, 100) s, generate_series(1, 3) k;
INSERT INTO identity (id, login, password_hash)
SELECT pg_temp.id(4, number), 'person' || number || '@bench.example', (SELECT max(password_hash) FROM identity) FROM people;
INSERT INTO person (tenant_id, id, school_id, identity_id, name, email, person_type)
SELECT pg_temp.id(1, 9001), pg_temp.id(3, number), CASE WHEN school > 0 THEN pg_temp.id(2, 9000 + school) END,
       pg_temp.id(4, number), 'Person ' || number, 'person' || number || '@bench.example', 'employee' FROM people;
INSERT INTO appointment (tenant_id, id, person_id, role, duties, scope, state, from_on, reason)
SELECT pg_temp.id(1, 9001), pg_temp.id(5, number), pg_temp.id(3, number), role, duties,
       CASE WHEN school > 0 THEN 'schools' ELSE 'tenant' END, 'active', current_date - 400, 'seed' FROM people;
INSERT INTO appointment_school (tenant_id, appointment_id, school_id, person_id)
SELECT pg_temp.id(1, 9001), pg_temp.id(5, number), pg_temp.id(2, 9000 + school), pg_temp.id(3, number)
  FROM people WHERE school > 0;
INSERT INTO channel (tenant_id, id, school_id, state, platform, handle, source)
SELECT pg_temp.id(1, 9001), pg_temp.id(8, 900000 + 3 * s + c), pg_temp.id(2, 9000 + s), 'active', 'facebook',
       'bench' || 3 * s + c, 'register' FROM generate_series(1, 100) s, generate_series(0, 2) c;
INSERT INTO channel_grant (tenant_id, id, channel_id, school_id, access, person_id, holder_text, holder_kind, from_on)
SELECT pg_temp.id(1, 9001), gen_random_uuid(), pg_temp.id(8, 900000 + 3 * s), pg_temp.id(2, 9000 + s), 'poster',
       pg_temp.id(3, 900600 + s), 'Person', 'person', current_date - 200 FROM generate_series(1, 100) s;

-- What is older than two weeks is closed, but for one in a hundred; one in two hundred stands in the compartment.
CREATE TEMP TABLE said AS
SELECT n, 1 + (n * 7919 % 100)::integer AS school, (n / 100 % 3)::integer AS channel, n % 200 = 0 AS protected,
       now() - interval '5 years' * (1 - n / (250000 * :scale)) AS at,
       CASE WHEN n > (250000 * :scale) * (1 - 14 / 1826.0) OR n % 100 = 7
	    THEN CASE WHEN n % 2 = 0 THEN 'acknowledged' ELSE 'open' END ELSE 'closed' END AS state,
       pg_temp.said(12 + (n % 20)::integer) AS text
  FROM generate_series(1, (250000 * :scale)::bigint) n;
INSERT INTO message (tenant_id, id, school_id, channel_id, state, kind, source, received_at, text, external_ref, author_kind,
	author_confidence, author_identity, author_name, triage, safeguarding, assignee_id, assignee_name, acknowledged_at, outcome,
	closed_at, next_due_at, recorded_by, recorded_name, created_at)
SELECT pg_temp.id(1, 9001), pg_temp.id(20, n), pg_temp.id(2, 9000 + school), pg_temp.id(8, 900000 + 3 * school + channel), state,
       'comment', 'own_channel', at, text, n::text, 'parent', 'likely', 'unknown', 'Author ' || n % 5000,
       CASE WHEN protected THEN '{safeguarding}'::text[] WHEN n % 50 = 3 THEN '{names_individual}' END, protected,
       CASE WHEN n % 3 = 0 THEN pg_temp.id(3, 900200 + school) END, CASE WHEN n % 3 = 0 THEN 'Lead' END,
       CASE WHEN state <> 'open' THEN at + interval '3 hours' END, CASE WHEN state = 'closed' THEN 'answered' END,
       CASE WHEN state = 'closed' THEN at + interval '1 day' END, CASE WHEN state = 'open' THEN at + interval '1 day' END,
       pg_temp.id(3, 900200 + school), 'Lead', at
  FROM said;
INSERT INTO message_history (tenant_id, message_id, at, actor_name, action, to_state)
SELECT pg_temp.id(1, 9001), pg_temp.id(20, n), at, 'seed', 'log', 'open' FROM said;
INSERT INTO clock (tenant_id, id, message_id, place_id, kind, started_at, first_due_at, due_at, because, rule, stopped_at,
	stop, calendar_version, created_at)
SELECT pg_temp.id(1, 9001), pg_temp.id(21, n), pg_temp.id(20, n), pg_temp.id(2, 9000 + school), 'response', at,
       at + interval '1 day', at + interval '1 day', '["A first answer is promised within 24 hours (clock.response_hours)."]',
       (SELECT jsonb_object_agg(d.key, d.value) FROM setting_default d
	 WHERE d.key LIKE 'clock.%' AND d.key NOT IN ('clock.answer_days', 'clock.ack_stops_clock')),
       CASE WHEN state <> 'open' THEN at + interval '3 hours' END, CASE WHEN state <> 'open' THEN 'acknowledged' END, 0, at
  FROM said;
INSERT INTO message_word (tenant_id, word, message_id, school_id)
SELECT DISTINCT pg_temp.id(1, 9001), w, pg_temp.id(20, n), pg_temp.id(2, 9000 + school)
  FROM said, regexp_split_to_table(text || ' author ' || n % 5000, ' ') w;
INSERT INTO calendar_version (tenant_id, place_id)
SELECT pg_temp.id(1, 9001), pg_temp.id(2, 9000 + s) FROM generate_series(1, 100) s;
RESET session_replication_role;
