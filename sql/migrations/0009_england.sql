-- The public register of England's schools (GIAS), beside the tenants; and the transfers that it
-- gives rise to. What stands in it belongs to no tenant: everybody reads it, only the operator's
-- import writes it, and nothing of a tenant moves because of it.

CREATE TABLE register_import (
	id          uuid PRIMARY KEY,
	form        text NOT NULL CHECK (form IN ('group_links', 'establishments', 'establishment_archive',
		'groups', 'establishment_links')),
	file_name   text NOT NULL,
	sha256      text NOT NULL,
	as_of       date NOT NULL, -- the day that the file speaks of
	memberships boolean NOT NULL, -- it says who belongs to which trust
	imported_at timestamptz NOT NULL DEFAULT now(),
	report      jsonb NOT NULL
);

-- An academy trust. A company that is registered anew keeps its row and gets another uid.
CREATE TABLE register_trust (
	id          uuid PRIMARY KEY,
	uid         text NOT NULL CHECK (uid ~ '^[0-9]{1,8}$'),
	former_uids text[] NOT NULL DEFAULT '{}',
	group_id    text, -- TR01234
	companies_house_number text CHECK (companies_house_number ~ '^[0-9A-Z]{8}$'),
	name        text NOT NULL,
	name_key    text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
	kind        text NOT NULL CHECK (kind IN ('multi_academy_trust', 'single_academy_trust',
		'secure_single_academy_trust')),
	status      text CHECK (status IN ('open', 'closed', 'proposed_to_open', 'created_in_error')),
	opened_on   date,
	closed_on   date,
	as_of       date NOT NULL,
	CONSTRAINT register_trust_uid UNIQUE (uid),
	CONSTRAINT register_trust_company UNIQUE (companies_house_number)
);
CREATE INDEX register_trust_name ON register_trust (name_key, id);

-- An establishment. Null: no file has said it yet.
CREATE TABLE register_school (
	urn         text PRIMARY KEY CHECK (urn ~ '^[0-9]{6}$'),
	name        text NOT NULL,
	name_key    text COLLATE "C" NOT NULL GENERATED ALWAYS AS (lower(name)) STORED,
	status      text CHECK (status IN ('open', 'open_but_proposed_to_close', 'proposed_to_open', 'closed')),
	phase       text CHECK (phase IN ('nursery', 'primary', 'middle_deemed_primary',
		'middle_deemed_secondary', 'secondary', 'all_through', 'sixteen_to_nineteen', 'not_applicable')),
	establishment_type       text,
	establishment_type_group text,
	local_authority          text,
	local_authority_code     text,
	establishment_number     text,
	ukprn       text,
	opened_on   date,
	closed_on   date,
	town        text,
	postcode    text,
	website     text,
	as_of       date NOT NULL
);
CREATE INDEX register_school_name ON register_school (name_key, urn);
CREATE INDEX register_school_authority ON register_school (local_authority, name_key, urn);

-- Who belonged to which trust from when until when. A school that is missing from a later file
-- has left its trust: which day between the two files is not known, so the later file's stands.
CREATE TABLE register_membership (
	id           uuid PRIMARY KEY DEFAULT gen_random_uuid(),
	urn          text NOT NULL REFERENCES register_school,
	trust_id     uuid NOT NULL REFERENCES register_trust,
	joined_on    date, -- null: the file does not say
	seen_on      date NOT NULL, -- of the first file that says so
	left_on      date CHECK (left_on >= joined_on),
	left_because text CHECK (left_because IN ('moved', 'absent', 'closed')),
	CHECK ((left_on IS NULL) = (left_because IS NULL))
);
CREATE UNIQUE INDEX register_membership_current ON register_membership (urn) WHERE left_on IS NULL;
CREATE INDEX register_membership_of ON register_membership (urn);
CREATE INDEX register_membership_schools ON register_membership (trust_id, urn) WHERE left_on IS NULL;

CREATE TABLE register_link (
	predecessor_urn text NOT NULL CHECK (predecessor_urn ~ '^[0-9]{6}$'),
	successor_urn   text NOT NULL CHECK (successor_urn ~ '^[0-9]{6}$'),
	kind            text, -- amalgamated, merged, split school; null: plainly followed
	linked_on       date,
	PRIMARY KEY (predecessor_urn, successor_urn)
);
CREATE INDEX register_link_successor ON register_link (successor_urn);

-- A subscriber's school that has moved, in the register's words: one row for each side that
-- uses this service, tied by move_id. Each side decides on its own row only.
CREATE TABLE transfer (
	tenant_id       uuid NOT NULL REFERENCES tenant,
	id              uuid NOT NULL,
	move_id         uuid NOT NULL,
	side            text NOT NULL CHECK (side IN ('from', 'to')),
	state           text NOT NULL CHECK (state IN ('proposed', 'accepted', 'declined', 'superseded')),
	urn             text NOT NULL REFERENCES register_school,
	school_id       uuid, -- of this tenant; null: it has none with this urn
	school_name     text NOT NULL,
	from_trust_id   uuid NOT NULL REFERENCES register_trust,
	from_trust_name text NOT NULL,
	to_trust_id     uuid NOT NULL REFERENCES register_trust,
	to_trust_name   text NOT NULL,
	joined_on       date,
	found_on        date NOT NULL, -- the day that the file speaks of
	import_id       uuid NOT NULL,
	decided_by      uuid,
	decided_name    text,
	decided_at      timestamptz,
	note            text,
	version         integer NOT NULL DEFAULT 1,
	created_at      timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT transfer_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, decided_by) REFERENCES person (tenant_id, id)
);
CREATE INDEX transfer_newest ON transfer (tenant_id, created_at, id);
CREATE INDEX transfer_move ON transfer (move_id);
CREATE INDEX transfer_open ON transfer (urn) WHERE state = 'proposed';

SELECT declare_table('register_import', 'life of the service', 'none',
	ordinary => '{id,form,file_name,sha256,as_of,memberships,imported_at,report}');
SELECT declare_table('register_trust', 'life of the service', 'none',
	ordinary => '{id,uid,former_uids,group_id,companies_house_number,name,name_key,kind,status,opened_on,closed_on,as_of}');
SELECT declare_table('register_school', 'life of the service', 'none',
	ordinary => '{urn,name,name_key,status,phase,establishment_type,establishment_type_group,local_authority,local_authority_code,establishment_number,ukprn,opened_on,closed_on,town,postcode,website,as_of}');
SELECT declare_table('register_membership', 'life of the service', 'none',
	ordinary => '{id,urn,trust_id,joined_on,seen_on,left_on,left_because}');
SELECT declare_table('register_link', 'life of the service', 'none',
	ordinary => '{predecessor_urn,successor_urn,kind,linked_on}');
SELECT declare_table('transfer', 'decision + 6 years', 'rows',
	ordinary => '{tenant_id,id,move_id,side,state,urn,school_id,school_name,from_trust_id,from_trust_name,to_trust_id,to_trust_name,joined_on,found_on,import_id,decided_by,decided_at,version,created_at}',
	personal => '{decided_name,note}');

GRANT SELECT ON register_import, register_trust, register_school, register_membership, register_link
	TO chaperone_app;
GRANT SELECT, INSERT ON register_import TO chaperone_operator;
GRANT SELECT, INSERT, UPDATE ON register_trust, register_school, register_membership TO chaperone_operator;
GRANT SELECT, INSERT, UPDATE, DELETE ON register_link TO chaperone_operator;
GRANT SELECT, UPDATE (state, decided_by, decided_name, decided_at, note, version) ON transfer TO chaperone_app;
-- An import gathers its file's rows in a temporary table (see sql/setup/database.sql).
DO $$
DECLARE
	v_table text;
BEGIN
	EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO chaperone_operator', current_database());
	FOREACH v_table IN ARRAY '{register_import,register_trust,register_school,register_membership,register_link}'::text[] LOOP
		EXECUTE format('CREATE POLICY everyone ON %I FOR SELECT TO chaperone_app USING (true)', v_table);
		EXECUTE format('CREATE POLICY importing ON %I TO chaperone_operator USING (true) WITH CHECK (true)', v_table);
	END LOOP;
END
$$;
CREATE POLICY sight ON transfer FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON transfer FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND (SELECT me_wide('leader')));

-- What the register says beside one of the tenant's own schools. Before the first import nothing
-- is known of any, and nothing is flagged.
CREATE FUNCTION school_in_register(p_urn text, OUT register_name text, OUT flags text[])
LANGUAGE plpgsql STABLE AS $$
DECLARE
	v_status text;
BEGIN
	flags := '{}';
	IF p_urn IS NULL THEN RETURN; END IF;
	SELECT r.name, r.status INTO register_name, v_status FROM register_school r WHERE r.urn = p_urn;
	IF register_name IS NULL THEN
		IF EXISTS (SELECT FROM register_school) THEN flags := '{unknown_urn}'; END IF;
	ELSIF v_status = 'closed' THEN
		flags := '{closed_in_register}';
	END IF;
END
$$;
GRANT EXECUTE ON FUNCTION school_in_register(text) TO chaperone_app;

-- How the other side of the caller's own transfer has decided; null where it is no subscriber.
CREATE FUNCTION transfer_other_state(p_move uuid, p_side text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT o.state FROM transfer o
		 WHERE o.move_id = p_move AND o.side <> p_side AND o.tenant_id <> me_tenant()
		   AND EXISTS (SELECT FROM transfer mine WHERE mine.move_id = p_move
			AND mine.tenant_id = me_tenant() AND mine.side = p_side)
		 ORDER BY o.tenant_id LIMIT 1);
END
$$;
SELECT define('transfer_other_state(uuid,text)', 'chaperone_app');

-- Proposes what an import has found, to whoever has the school, and to the trust it has gone to
-- when that is a subscriber too: its tenant is known by the Companies House number. A proposal
-- that nobody has answered is overtaken by the school's next move.
CREATE FUNCTION transfers_propose(p_import uuid, p_found_on date, p_moves jsonb) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
	v_count bigint;
BEGIN
	UPDATE transfer SET state = 'superseded', version = version + 1
	 WHERE state = 'proposed' AND urn IN (SELECT m ->> 'urn' FROM jsonb_array_elements(p_moves) m);
	WITH move AS MATERIALIZED (
		SELECT gen_random_uuid() AS id, m.urn, m.joined_on, r.name AS school_name,
		       f.id AS from_id, f.name AS from_name, t.id AS to_id, t.name AS to_name,
		       t.companies_house_number AS company
		  FROM jsonb_to_recordset(p_moves) AS m (urn text, from_trust_id uuid, to_trust_id uuid, joined_on date)
		  JOIN register_school r ON r.urn = m.urn
		  JOIN register_trust f ON f.id = m.from_trust_id
		  JOIN register_trust t ON t.id = m.to_trust_id
	), side AS (
		SELECT m.*, 'from' AS side, s.tenant_id, s.id AS school_id, s.name AS our_name
		  FROM move m JOIN school s ON s.urn = m.urn JOIN tenant n ON n.id = s.tenant_id
		 WHERE n.companies_house_number IS NULL OR n.companies_house_number IS DISTINCT FROM m.company
	), both_sides AS (
		SELECT * FROM side
		UNION ALL
		SELECT m.*, 'to', n.id, s.id, coalesce(s.name, m.school_name)
		  FROM move m JOIN tenant n ON n.companies_house_number = m.company
		  LEFT JOIN school s ON s.tenant_id = n.id AND s.urn = m.urn
		 WHERE m.id IN (SELECT id FROM side)
	), proposed AS (
		INSERT INTO transfer (tenant_id, id, move_id, side, state, urn, school_id, school_name,
			from_trust_id, from_trust_name, to_trust_id, to_trust_name, joined_on, found_on, import_id)
		SELECT tenant_id, gen_random_uuid(), id, side, 'proposed', urn, school_id, our_name,
		       from_id, from_name, to_id, to_name, joined_on, p_found_on, p_import
		  FROM both_sides
		RETURNING side
	)
	SELECT count(*) FILTER (WHERE side = 'from') INTO v_count FROM proposed;
	RETURN v_count;
END
$$;
SELECT define('transfers_propose(uuid,date,jsonb)', 'chaperone_operator');

-- A trust is found in the register by its Companies House number: the operator's to set.
CREATE FUNCTION tenant_company(p_tenant uuid, p_number text) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
	UPDATE tenant SET companies_house_number = p_number, version = version + 1 WHERE id = p_tenant;
	RETURN FOUND;
END
$$;
SELECT define('tenant_company(uuid,text)', 'chaperone_operator');
