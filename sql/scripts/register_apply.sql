-- Brings the public register to what register_row holds: one file's rows, checked cell by cell
-- (see api/gias_form.c). Runs as chaperone_operator inside the import's transaction, set by set,
-- and ends with the report. import.columns names what this form of file says: what it does not
-- say stays as it is.

CREATE TEMP TABLE import ON COMMIT DROP AS
SELECT current_setting('import.id')::uuid AS id, current_setting('import.as_of')::date AS as_of,
       current_setting('import.form') AS form,
       current_setting('import.columns')::text[] AS given,
       current_setting('import.refused')::jsonb AS refused,
       'uid' = ANY (current_setting('import.columns')::text[])
		AND 'urn' = ANY (current_setting('import.columns')::text[]) AS memberships;
CREATE TEMP TABLE counted (name text, n bigint) ON COMMIT DROP;
CREATE TEMP TABLE refused (ord integer, place text, detail text) ON COMMIT DROP;

DO $$
DECLARE
	v_newest date;
BEGIN
	SELECT max(r.as_of) INTO v_newest FROM register_import r, import i
	 WHERE r.memberships AND i.memberships AND r.as_of > i.as_of;
	IF v_newest IS NOT NULL THEN
		RAISE EXCEPTION USING DETAIL = 'wrong-state', MESSAGE = format('The register stands at %s already: an older file '
			'would undo what came since.', v_newest);
	END IF;
END
$$;

-- Trusts: by Companies House number, else by UID, of now or before. ------------------------------

ANALYZE register_row;
CREATE TEMP TABLE trust_row ON COMMIT DROP AS
SELECT DISTINCT ON (uid) uid, company, trust_name, kind, group_id, trust_status, trust_opened_on,
       trust_closed_on, ord, NULL::uuid AS trust_id
  FROM register_row WHERE uid IS NOT NULL ORDER BY uid, ord;
UPDATE trust_row r SET trust_id = t.id FROM register_trust t WHERE t.companies_house_number = r.company;
UPDATE trust_row r SET trust_id = t.id
  FROM (SELECT id, unnest(uid || former_uids) AS uid FROM register_trust) t
 WHERE r.trust_id IS NULL AND t.uid = r.uid;
-- a number that leads to two trusts, or a UID that is another trust's by now
CREATE TEMP TABLE trust_clash ON COMMIT DROP AS
SELECT x.uid FROM trust_row x JOIN register_trust t ON t.uid = x.uid AND t.id <> x.trust_id
UNION
SELECT x.uid FROM trust_row x JOIN (SELECT company FROM trust_row WHERE trust_id IS NOT NULL
	GROUP BY 1 HAVING count(DISTINCT trust_id) > 1) c USING (company);
INSERT INTO refused
SELECT r.ord, r.place, 'its group has the UID of one trust of the register and the company number of another'
  FROM register_row r JOIN trust_clash USING (uid);
DELETE FROM trust_row WHERE uid IN (SELECT uid FROM trust_clash);
-- a company that is known by one of its UIDs only
UPDATE trust_row r SET trust_id = k.trust_id FROM trust_row k
 WHERE r.trust_id IS NULL AND k.company = r.company AND k.trust_id IS NOT NULL;
UPDATE trust_row r SET trust_id = n.id
  FROM (SELECT key, gen_random_uuid() AS id
	  FROM (SELECT DISTINCT coalesce(company, uid) AS key FROM trust_row WHERE trust_id IS NULL) k) n
 WHERE r.trust_id IS NULL AND coalesce(r.company, r.uid) = n.key;

-- What each trust is from now on. Of a company under two UIDs the later one counts.
CREATE TEMP TABLE trust_new ON COMMIT DROP AS
SELECT DISTINCT ON (n.trust_id) n.trust_id AS id, t.id IS NULL AS fresh, t.name AS was_name,
       t.uid AS was_uid, t.companies_house_number AS was_company, t.kind AS was_kind,
       CASE WHEN n.uid = ANY (t.former_uids) THEN t.uid ELSE n.uid END AS uid,
       coalesce(n.company, t.companies_house_number) AS company,
       coalesce(n.trust_name, t.name) AS name, n.kind,
       CASE WHEN i.given @> '{group_id}' THEN n.group_id ELSE t.group_id END AS group_id,
       CASE WHEN i.given @> '{trust_status}' THEN n.trust_status ELSE t.status END AS status,
       CASE WHEN i.given @> '{trust_opened_on}' THEN n.trust_opened_on ELSE t.opened_on END AS opened_on,
       CASE WHEN i.given @> '{trust_closed_on}' THEN n.trust_closed_on ELSE t.closed_on END AS closed_on
  FROM import i, trust_row n LEFT JOIN register_trust t ON t.id = n.trust_id
 WHERE t.id IS NULL OR t.as_of <= i.as_of
 ORDER BY n.trust_id, length(n.uid) DESC, n.uid DESC;
CREATE TEMP TABLE reregistered ON COMMIT DROP AS
SELECT id, name, company, was_uid AS from_uid, uid AS to_uid FROM trust_new WHERE NOT fresh AND uid <> was_uid;
INSERT INTO counted SELECT 'trusts_created', count(*) FROM trust_new WHERE fresh;
INSERT INTO counted SELECT 'trusts_reregistered', count(*) FROM reregistered;
INSERT INTO counted SELECT 'trusts_changed', count(*) FROM trust_new n JOIN register_trust t USING (id)
 WHERE n.uid = t.uid AND (n.company, n.name, n.kind, n.group_id, n.status, n.opened_on, n.closed_on)
	IS DISTINCT FROM (t.companies_house_number, t.name, t.kind, t.group_id, t.status, t.opened_on, t.closed_on);
INSERT INTO counted SELECT 'trusts_in_file', count(DISTINCT trust_id) FROM trust_row;
UPDATE register_trust t SET
       former_uids = CASE WHEN n.uid <> t.uid THEN array_append(array_remove(t.former_uids, n.uid), t.uid) ELSE t.former_uids END,
       uid = n.uid, companies_house_number = n.company, name = n.name, kind = n.kind, group_id = n.group_id,
       status = n.status, opened_on = n.opened_on, closed_on = n.closed_on, as_of = i.as_of
  FROM trust_new n, import i
 WHERE t.id = n.id AND ((n.uid, n.company, n.name, n.kind, n.group_id, n.status, n.opened_on, n.closed_on, i.as_of)
	IS DISTINCT FROM (t.uid, t.companies_house_number, t.name, t.kind, t.group_id, t.status, t.opened_on, t.closed_on, t.as_of));
INSERT INTO register_trust (id, uid, companies_house_number, name, kind, group_id, status, opened_on, closed_on, as_of)
SELECT n.id, n.uid, n.company, n.name, n.kind, n.group_id, n.status, n.opened_on, n.closed_on, i.as_of
  FROM trust_new n, import i WHERE n.fresh;
-- the other UIDs of a company that the file has under several
UPDATE register_trust t SET former_uids = t.former_uids || x.uids
  FROM (SELECT r.trust_id, array_agg(r.uid ORDER BY r.uid) AS uids FROM trust_row r JOIN register_trust k ON k.id = r.trust_id
	 WHERE r.uid <> k.uid AND r.uid <> ALL (k.former_uids) GROUP BY 1) x
 WHERE t.id = x.trust_id;

-- Schools. ----------------------------------------------------------------------------------------

CREATE TEMP TABLE school_new ON COMMIT DROP AS
SELECT DISTINCT ON (r.urn) r.urn, s.urn IS NULL AS fresh, r.name,
       CASE WHEN i.given @> '{status}' THEN r.status ELSE s.status END AS status,
       CASE WHEN i.given @> '{phase}' THEN r.phase ELSE s.phase END AS phase,
       CASE WHEN i.given @> '{establishment_type}' THEN r.establishment_type ELSE s.establishment_type END AS establishment_type,
       CASE WHEN i.given @> '{establishment_type_group}' THEN r.establishment_type_group ELSE s.establishment_type_group END AS establishment_type_group,
       CASE WHEN i.given @> '{local_authority}' THEN r.local_authority ELSE s.local_authority END AS local_authority,
       CASE WHEN i.given @> '{local_authority_code}' THEN r.local_authority_code ELSE s.local_authority_code END AS local_authority_code,
       CASE WHEN i.given @> '{establishment_number}' THEN r.establishment_number ELSE s.establishment_number END AS establishment_number,
       CASE WHEN i.given @> '{ukprn}' THEN r.ukprn ELSE s.ukprn END AS ukprn,
       CASE WHEN i.given @> '{opened_on}' THEN r.opened_on ELSE s.opened_on END AS opened_on,
       CASE WHEN i.given @> '{closed_on}' THEN r.closed_on ELSE s.closed_on END AS closed_on,
       CASE WHEN i.given @> '{town}' THEN r.town ELSE s.town END AS town,
       CASE WHEN i.given @> '{postcode}' THEN r.postcode ELSE s.postcode END AS postcode,
       CASE WHEN i.given @> '{website}' THEN r.website ELSE s.website END AS website
  FROM import i, register_row r LEFT JOIN register_school s ON s.urn = r.urn
 WHERE r.urn IS NOT NULL AND i.given @> '{name}' AND (s.urn IS NULL OR s.as_of <= i.as_of)
 ORDER BY r.urn, r.ord;
CREATE TEMP TABLE school_changed ON COMMIT DROP AS
SELECT n.urn FROM school_new n JOIN register_school s USING (urn)
 WHERE (n.name, n.status, n.phase, n.establishment_type, n.establishment_type_group, n.local_authority,
	n.local_authority_code, n.establishment_number, n.ukprn, n.opened_on, n.closed_on, n.town, n.postcode, n.website)
	IS DISTINCT FROM (s.name, s.status, s.phase, s.establishment_type, s.establishment_type_group, s.local_authority,
	s.local_authority_code, s.establishment_number, s.ukprn, s.opened_on, s.closed_on, s.town, s.postcode, s.website);
INSERT INTO counted SELECT 'schools_created', count(*) FROM school_new WHERE fresh;
INSERT INTO counted SELECT 'schools_changed', count(*) FROM school_changed;
INSERT INTO counted SELECT 'schools_in_file', count(DISTINCT urn) FROM register_row, import WHERE given @> '{name}';
UPDATE register_school s SET name = n.name, status = n.status, phase = n.phase,
       establishment_type = n.establishment_type, establishment_type_group = n.establishment_type_group,
       local_authority = n.local_authority, local_authority_code = n.local_authority_code,
       establishment_number = n.establishment_number, ukprn = n.ukprn, opened_on = n.opened_on,
       closed_on = n.closed_on, town = n.town, postcode = n.postcode, website = n.website, as_of = i.as_of
  FROM school_new n, import i
 WHERE s.urn = n.urn AND (s.as_of < i.as_of OR s.urn IN (SELECT urn FROM school_changed));
INSERT INTO register_school (urn, name, status, phase, establishment_type, establishment_type_group,
	local_authority, local_authority_code, establishment_number, ukprn, opened_on, closed_on, town,
	postcode, website, as_of)
SELECT n.urn, n.name, n.status, n.phase, n.establishment_type, n.establishment_type_group,
       n.local_authority, n.local_authority_code, n.establishment_number, n.ukprn, n.opened_on, n.closed_on,
       n.town, n.postcode, n.website, i.as_of
  FROM school_new n, import i WHERE n.fresh;

-- Memberships: moved, joined, left, or the same with a corrected date. ----------------------------

CREATE TEMP TABLE member_new ON COMMIT DROP AS
SELECT DISTINCT ON (r.urn) r.urn, t.trust_id, r.joined_on, r.ord
  FROM import i, register_row r JOIN trust_row t USING (uid)
 WHERE i.memberships AND r.status IS DISTINCT FROM 'closed'
 ORDER BY r.urn, r.ord;
INSERT INTO refused
SELECT r.ord, r.place, 'puts a school into a second trust: an earlier line has it in another one'
  FROM register_row r JOIN trust_row t USING (uid) JOIN member_new m ON m.urn = r.urn AND m.trust_id <> t.trust_id;
ANALYZE member_new;
CREATE TEMP TABLE moved ON COMMIT DROP AS
SELECT m.id, n.urn, m.trust_id AS from_trust_id, n.trust_id AS to_trust_id, n.joined_on
  FROM member_new n JOIN register_membership m ON m.urn = n.urn AND m.left_on IS NULL
 WHERE m.trust_id <> n.trust_id;
CREATE TEMP TABLE joined ON COMMIT DROP AS
SELECT n.urn, n.trust_id AS to_trust_id, n.joined_on, (
	SELECT m.trust_id FROM register_membership m WHERE m.urn = n.urn
	 ORDER BY m.left_on DESC, m.seen_on DESC LIMIT 1) AS from_trust_id
  FROM member_new n
 WHERE NOT EXISTS (SELECT FROM register_membership m WHERE m.urn = n.urn AND m.left_on IS NULL);
-- A refused line may be that of a school which seems to be missing: then nobody is taken to have left.
CREATE TEMP TABLE gone ON COMMIT DROP AS
SELECT m.id, m.urn, m.trust_id, s.status = 'closed' AS closed, s.closed_on
  FROM import i, register_membership m JOIN register_school s USING (urn)
 WHERE i.memberships AND m.left_on IS NULL AND i.refused = '[]' AND NOT EXISTS (SELECT FROM refused)
   AND NOT EXISTS (SELECT FROM member_new n WHERE n.urn = m.urn);
DO $$
DECLARE
	v_gone bigint := (SELECT count(*) FROM gone);
	v_all bigint := (SELECT count(*) FROM register_membership WHERE left_on IS NULL);
BEGIN
	IF v_gone > greatest(20, v_all / 20) AND NOT current_setting('import.many_left')::boolean THEN
		RAISE EXCEPTION USING DETAIL = 'wrong-state', MESSAGE = format('%s of %s schools that belong to a trust are missing '
			'from this file, which looks cut short: pass --many-left when that is right.', v_gone, v_all);
	END IF;
END
$$;
INSERT INTO counted SELECT 'memberships_moved', count(*) FROM moved;
INSERT INTO counted SELECT 'memberships_joined', count(*) FROM joined;
INSERT INTO counted SELECT 'memberships_left', count(*) FROM gone;
INSERT INTO counted SELECT 'memberships_in_file', count(*) FROM member_new;
WITH dated AS (
	UPDATE register_membership m SET joined_on = n.joined_on
	  FROM member_new n
	 WHERE m.urn = n.urn AND m.left_on IS NULL AND m.trust_id = n.trust_id AND n.joined_on <> coalesce(m.joined_on, 'infinity')
	RETURNING 1
)
INSERT INTO counted SELECT 'memberships_changed', count(*) FROM dated;
UPDATE register_membership m SET left_because = 'moved',
       left_on = greatest(m.joined_on, least(x.joined_on, i.as_of)) FROM moved x, import i WHERE m.id = x.id;
UPDATE register_membership m SET left_because = CASE WHEN x.closed THEN 'closed' ELSE 'absent' END,
       left_on = greatest(m.joined_on, CASE WHEN x.closed THEN coalesce(x.closed_on, i.as_of) ELSE i.as_of END)
  FROM gone x, import i WHERE m.id = x.id;
INSERT INTO register_membership (urn, trust_id, joined_on, seen_on)
SELECT x.urn, x.to_trust_id, x.joined_on, i.as_of
  FROM (SELECT urn, to_trust_id, joined_on FROM moved UNION ALL SELECT urn, to_trust_id, joined_on FROM joined) x, import i;
INSERT INTO counted
SELECT 'transfers_proposed', transfers_propose(i.id, i.as_of, coalesce((SELECT jsonb_agg(to_jsonb(x)) FROM (
	SELECT urn, from_trust_id, to_trust_id, joined_on FROM moved
	UNION ALL
	SELECT urn, from_trust_id, to_trust_id, joined_on FROM joined WHERE from_trust_id <> to_trust_id) x), '[]'))
  FROM import i;

-- Predecessors: this form of file holds all of them. ----------------------------------------------

CREATE TEMP TABLE link_new ON COMMIT DROP AS
SELECT DISTINCT ON (predecessor, successor) predecessor, successor, link_kind, linked_on
  FROM (SELECT CASE link_direction WHEN 'predecessor' THEN link_urn ELSE urn END AS predecessor,
	       CASE link_direction WHEN 'predecessor' THEN urn ELSE link_urn END AS successor,
	       link_kind, linked_on, ord
	  FROM register_row WHERE link_direction IS NOT NULL) l
 ORDER BY predecessor, successor, ord;
WITH written AS (
	INSERT INTO register_link AS l (predecessor_urn, successor_urn, kind, linked_on)
	SELECT * FROM link_new
	ON CONFLICT (predecessor_urn, successor_urn) DO UPDATE SET kind = excluded.kind, linked_on = excluded.linked_on
	 WHERE (l.kind, l.linked_on) IS DISTINCT FROM (excluded.kind, excluded.linked_on)
	RETURNING xmax = 0 AS fresh
)
INSERT INTO counted SELECT 'links_created', count(*) FILTER (WHERE fresh) FROM written
UNION ALL SELECT 'links_changed', count(*) FILTER (WHERE NOT fresh) FROM written;
WITH removed AS (
	DELETE FROM register_link l USING import i
	 WHERE i.given @> '{link_urn}' AND i.refused = '[]'
	   AND NOT EXISTS (SELECT FROM link_new n WHERE n.predecessor = l.predecessor_urn AND n.successor = l.successor_urn)
	RETURNING 1
)
INSERT INTO counted SELECT 'links_removed', count(*) FROM removed;
INSERT INTO counted SELECT 'links_in_file', count(*) FROM link_new;

-- The report. -------------------------------------------------------------------------------------

CREATE TEMP TABLE report ON COMMIT DROP AS
WITH c AS (
	SELECT jsonb_object_agg(name, n) AS n FROM counted
), line AS (
	SELECT coalesce(jsonb_agg(l ORDER BY l ->> 'urn'), '[]') AS moves
	  FROM (SELECT jsonb_build_object('urn', m.urn, 'school', s.name, 'from', f.name, 'to', t.name,
			'joined_on', m.joined_on) AS l
		  FROM moved m JOIN register_school s USING (urn) JOIN register_trust f ON f.id = m.from_trust_id
		  JOIN register_trust t ON t.id = m.to_trust_id ORDER BY m.urn LIMIT 1000) x
), rereg AS (
	SELECT coalesce(jsonb_agg(jsonb_build_object('trust', name, 'companies_house_number', company,
		'from_uid', from_uid, 'to_uid', to_uid) ORDER BY to_uid), '[]') AS rows FROM reregistered
), absent AS (
	SELECT coalesce(jsonb_agg(l ORDER BY l ->> 'urn'), '[]') AS rows
	  FROM (SELECT jsonb_build_object('urn', g.urn, 'school', s.name, 'trust', t.name,
			'because', CASE WHEN g.closed THEN 'closed' ELSE 'absent' END) AS l
		  FROM gone g JOIN register_school s USING (urn) JOIN register_trust t ON t.id = g.trust_id
		 ORDER BY g.urn LIMIT 1000) x
)
SELECT i.id, i.form, i.as_of, i.memberships, jsonb_build_object(
	'form', i.form, 'file', current_setting('import.file'), 'as_of', i.as_of,
	'rows', current_setting('import.rows')::bigint, 'passed_over', current_setting('import.passed_over')::bigint,
	'schools', jsonb_build_object('created', c.n -> 'schools_created', 'changed', c.n -> 'schools_changed',
		'unchanged', (c.n ->> 'schools_in_file')::bigint - (c.n ->> 'schools_created')::bigint - (c.n ->> 'schools_changed')::bigint),
	'trusts', jsonb_build_object('created', c.n -> 'trusts_created', 'changed', c.n -> 'trusts_changed',
		're_registered', c.n -> 'trusts_reregistered',
		'unchanged', (c.n ->> 'trusts_in_file')::bigint - (c.n ->> 'trusts_created')::bigint
			- (c.n ->> 'trusts_changed')::bigint - (c.n ->> 'trusts_reregistered')::bigint),
	'memberships', jsonb_build_object('joined', c.n -> 'memberships_joined', 'moved', c.n -> 'memberships_moved',
		'left', c.n -> 'memberships_left', 'changed', c.n -> 'memberships_changed',
		'unchanged', (c.n ->> 'memberships_in_file')::bigint - (c.n ->> 'memberships_joined')::bigint
			- (c.n ->> 'memberships_moved')::bigint - (c.n ->> 'memberships_changed')::bigint),
	'links', jsonb_build_object('created', c.n -> 'links_created', 'changed', c.n -> 'links_changed',
		'removed', c.n -> 'links_removed', 'unchanged', (c.n ->> 'links_in_file')::bigint
			- (c.n ->> 'links_created')::bigint - (c.n ->> 'links_changed')::bigint),
	'transfers_proposed', c.n -> 'transfers_proposed',
	'moves', line.moves, 're_registrations', rereg.rows, 'leavers', absent.rows,
	'refused', i.refused || (SELECT coalesce(jsonb_agg(jsonb_build_object('where', place, 'detail', detail) ORDER BY ord), '[]')
		FROM refused)) AS body
  FROM import i, c, line, rereg, absent;
INSERT INTO register_import (id, form, file_name, sha256, as_of, memberships, report)
SELECT id, form, current_setting('import.file'), current_setting('import.sha256'), as_of, memberships, body FROM report;
SELECT body::text AS report FROM report;
