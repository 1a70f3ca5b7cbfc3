-- What changed since, and finding by words: for front ends and reporting tools.

-- When a row last changed, as the transaction that did it: a time would lose rows that commit late.
-- Read below pg_snapshot_xmin(), where every transaction is over.
CREATE FUNCTION change_mark() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	NEW.changed_xid := pg_current_xact_id();
	RETURN NEW;
END
$$;
CREATE FUNCTION declare_changes(p_table text) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
	EXECUTE format('ALTER TABLE %I ADD COLUMN changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id()', p_table);
	PERFORM declare_column(p_table, 'changed_xid', 'ordinary');
	EXECUTE format('CREATE INDEX %I ON %I (tenant_id, changed_xid, id)', p_table || '_changed', p_table);
	EXECUTE format('CREATE TRIGGER changed BEFORE INSERT OR UPDATE ON %I
		FOR EACH ROW EXECUTE FUNCTION change_mark()', p_table);
END
$$;
SELECT declare_changes('person');
SELECT declare_changes('appointment');
SELECT declare_changes('channel');
SELECT declare_changes('channel_application');

-- What the register says of a channel follows from who holds what on it.
CREATE FUNCTION channel_touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	r channel_grant := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
BEGIN
	UPDATE channel SET changed_xid = pg_current_xact_id()
	 WHERE tenant_id = r.tenant_id AND id = r.channel_id AND changed_xid <> pg_current_xact_id();
	RETURN NULL;
END
$$;
SELECT define('channel_touch()', 'chaperone_owner');
CREATE TRIGGER touch AFTER INSERT OR UPDATE OR DELETE ON channel_grant
	FOR EACH ROW EXECUTE FUNCTION channel_touch();

-- Where a person is no longer: who copies the people of one school has to learn it. Nothing else
-- goes: no row of the other tables is deleted or moves to another place.
CREATE TABLE person_gone (
	tenant_id   uuid NOT NULL REFERENCES tenant,
	person_id   uuid NOT NULL, -- no key: deleted people are here as well
	school_id   uuid, -- where they were; null: everywhere
	removed_at  timestamptz NOT NULL DEFAULT now(),
	changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
	CONSTRAINT person_gone_once UNIQUE NULLS NOT DISTINCT (tenant_id, person_id, school_id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id)
);
CREATE INDEX person_gone_changed ON person_gone (tenant_id, changed_xid, person_id);
SELECT declare_table('person_gone', 'leaving + 6 years', 'none',
	ordinary => '{tenant_id,person_id,school_id,removed_at,changed_xid}');
GRANT SELECT ON person_gone TO chaperone_app;
CREATE POLICY sight ON person_gone FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('colleague'))
		OR school_id = ANY ((SELECT me_schools('colleague'))::uuid[])
		OR (school_id IS NULL AND (SELECT me_schools('colleague')) <> '{}')));

CREATE FUNCTION person_go() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	INSERT INTO person_gone (tenant_id, person_id, school_id)
	VALUES (OLD.tenant_id, OLD.id, OLD.school_id)
	ON CONFLICT ON CONSTRAINT person_gone_once
	DO UPDATE SET removed_at = now(), changed_xid = pg_current_xact_id();
	RETURN NULL;
END
$$;
SELECT define('person_go()', 'chaperone_owner');
CREATE TRIGGER gone AFTER DELETE ON person FOR EACH ROW EXECUTE FUNCTION person_go();
CREATE TRIGGER moved AFTER UPDATE OF school_id ON person FOR EACH ROW
	WHEN (OLD.school_id IS DISTINCT FROM NEW.school_id) EXECUTE FUNCTION person_go();

-- What waits for somebody: proposed appointments are few, and so are grants that end soon.
CREATE INDEX appointment_proposed ON appointment (tenant_id, created_at, id) WHERE state = 'proposed';
CREATE INDEX channel_grant_ending ON channel_grant (tenant_id, until_on) WHERE until_on IS NOT NULL;
CREATE INDEX channel_grant_by_person ON channel_grant (tenant_id, person_id) WHERE person_id IS NOT NULL;

-- Words to find rows by (q=): lower case, without accents, compared byte by byte, so that a
-- prefix is a range and row security lets the index be used.
CREATE FUNCTION search_fold(p_word text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
	SELECT nullif(replace(replace(replace(translate(lower(regexp_replace(normalize(p_word, NFKD),
		'[\u0300-\u036f]', '', 'g')), 'øłđðħŧı', 'olddhti'), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), '')
$$;
-- Behind every word that begins so.
CREATE FUNCTION search_end(p_word text) RETURNS text LANGUAGE sql IMMUTABLE
AS $$ SELECT search_fold(p_word) || chr(1114111) $$;
-- An apostrophe both parts and joins: O'Brien is found as obrien and as brien.
CREATE FUNCTION search_words(p_text text) RETURNS SETOF text LANGUAGE sql IMMUTABLE AS $$
	SELECT DISTINCT f.word
	  FROM (VALUES (p_text), (translate(p_text, '''’', ''))) t (text)
	 CROSS JOIN LATERAL regexp_split_to_table(t.text,
		'[\u0001-\u002f\u003a-\u0040\u005b-\u0060\u007b-\u00a0\u2000-\u207f]+') part
	 CROSS JOIN LATERAL (SELECT search_fold(part) AS word) f
	 WHERE f.word IS NOT NULL
$$;
GRANT EXECUTE ON FUNCTION search_fold(text), search_end(text), search_words(text)
	TO chaperone_app, chaperone_definer;

CREATE TABLE person_word (
	tenant_id uuid NOT NULL,
	word      text COLLATE "C" NOT NULL,
	person_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, word, person_id),
	FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX person_word_of ON person_word (tenant_id, person_id);
CREATE TABLE channel_word (
	tenant_id  uuid NOT NULL,
	word       text COLLATE "C" NOT NULL,
	channel_id uuid NOT NULL,
	PRIMARY KEY (tenant_id, word, channel_id),
	FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX channel_word_of ON channel_word (tenant_id, channel_id);
SELECT declare_table('person_word', 'as long as the row it finds', 'none',
	ordinary => '{tenant_id,person_id}', personal => '{word}');
SELECT declare_table('channel_word', 'as long as the row it finds', 'none',
	ordinary => '{tenant_id,channel_id,word}');
GRANT SELECT ON person_word, channel_word TO chaperone_app;
-- A word is seen by whoever sees its row.
CREATE POLICY sight ON person_word FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM person p
		WHERE p.tenant_id = person_word.tenant_id AND p.id = person_id));
CREATE POLICY sight ON channel_word FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM channel c
		WHERE c.tenant_id = channel_word.tenant_id AND c.id = channel_id));

CREATE FUNCTION person_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM person_word WHERE tenant_id = NEW.tenant_id AND person_id = NEW.id;
	INSERT INTO person_word (tenant_id, word, person_id)
	SELECT NEW.tenant_id, w, NEW.id FROM search_words(concat_ws(' ', NEW.name, NEW.job_title)) w;
	RETURN NULL;
END
$$;
CREATE FUNCTION channel_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	DELETE FROM channel_word WHERE tenant_id = NEW.tenant_id AND channel_id = NEW.id;
	INSERT INTO channel_word (tenant_id, word, channel_id)
	SELECT NEW.tenant_id, w, NEW.id
	  FROM search_words(concat_ws(' ', NEW.display_name, NEW.handle, NEW.audience)) w;
	RETURN NULL;
END
$$;
SELECT define('person_words()', 'chaperone_owner');
SELECT define('channel_words()', 'chaperone_owner');
CREATE TRIGGER words AFTER INSERT OR UPDATE OF name, job_title ON person
	FOR EACH ROW EXECUTE FUNCTION person_words();
CREATE TRIGGER words AFTER INSERT OR UPDATE OF display_name, handle, audience ON channel
	FOR EACH ROW EXECUTE FUNCTION channel_words();
INSERT INTO person_word (tenant_id, word, person_id)
SELECT p.tenant_id, w, p.id FROM person p, search_words(concat_ws(' ', p.name, p.job_title)) w;
INSERT INTO channel_word (tenant_id, word, channel_id)
SELECT c.tenant_id, w, c.id
  FROM channel c, search_words(concat_ws(' ', c.display_name, c.handle, c.audience)) w;

-- As in 0005, but for changed_xid: every event has its transaction already.
GRANT CREATE ON SCHEMA public TO chaperone_definer;
SET LOCAL ROLE chaperone_definer;
CREATE OR REPLACE FUNCTION audit_row() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_hidden text[] := TG_ARGV[0]::text[];
	v_secret text[] := TG_ARGV[1]::text[];
	v_column text;
	v_row jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END) - 'changed_xid';
	v_tenant uuid := coalesce(v_row ->> 'tenant_id',
		CASE WHEN TG_TABLE_NAME = 'tenant' THEN v_row ->> 'id' END);
	v_id text;
	v_changed text[] := '{}';
	v_open jsonb := v_row - v_hidden;
	v_personal jsonb := '{}';
	v_salt bytea;
	v_commitment bytea;
	v_actor uuid := me_person();
	v_request text := nullif(current_setting('me.request', true), '');
	v_at timestamptz := clock_timestamp();
BEGIN
	FOREACH v_column IN ARRAY TG_ARGV[2]::text[] LOOP
		v_id := concat_ws('/', v_id, v_row ->> v_column);
	END LOOP;
	IF TG_OP = 'UPDATE' THEN
		SELECT coalesce(array_agg(n.key ORDER BY n.key), '{}'),
		       coalesce(jsonb_object_agg(n.key, n.value) FILTER (WHERE n.key <> ALL (v_hidden)), '{}')
		  INTO v_changed, v_open
		  FROM jsonb_each(v_row) n JOIN jsonb_each(to_jsonb(OLD)) o USING (key)
		 WHERE n.value <> o.value;
		IF v_changed = '{}' THEN RETURN NULL; END IF;
	END IF;
	IF v_hidden <> '{}' THEN
		IF TG_OP <> 'INSERT' THEN
			SELECT salt INTO v_salt FROM audit_salt
			 WHERE tenant_id = v_tenant AND row_id = v_id AND table_name = TG_TABLE_NAME;
		END IF;
		IF v_salt IS NULL THEN
			-- a row that was there before under the same id keeps its salt
			INSERT INTO audit_salt AS kept
			VALUES (v_tenant, TG_TABLE_NAME, v_id,
				uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()))
			ON CONFLICT (tenant_id, row_id, table_name) DO UPDATE SET salt = kept.salt
			RETURNING salt INTO v_salt;
		END IF;
		FOREACH v_column IN ARRAY v_hidden LOOP
			IF v_column <> ALL (v_secret) THEN
				v_personal := v_personal || jsonb_build_object(v_column, v_row -> v_column);
			END IF;
		END LOOP;
		v_commitment := sha256(v_salt || convert_to(v_personal::text, 'UTF8'));
	END IF;
	INSERT INTO audit_event (tenant_id, at, actor_id, request, operation, table_name, row_id,
		changed, ordinary, commitment, digest)
	VALUES (v_tenant, v_at, v_actor, v_request, lower(TG_OP), TG_TABLE_NAME, v_id,
		v_changed, v_open, v_commitment,
		sha256(audit_bytes(v_tenant::text, extract(epoch FROM v_at)::text, v_actor::text,
			v_request, lower(TG_OP), TG_TABLE_NAME, v_id, v_changed::text,
			v_open::text, encode(v_commitment, 'hex'))));
	RETURN NULL;
END
$$;
RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;
