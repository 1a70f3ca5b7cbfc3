-- Who judges whom, asked once more: by time, by bare SQL, and by words.

-- An SLT might appoint an accomplice first and draft afterwards.
INSERT INTO setting_default (place, key, value, type, unit, min, max, strength, requirements, help, changes)
VALUES (22, 'application.decider_standing_days', '30', 'integer', 'days', 7, 730, '"must"', '{P1,P8}',
	'How long before a draft the applicant''s side must have appointed somebody for them to decide on it.',
	'Whoever the applicant, who recorded it or an operator appointed later than this does not decide: others of the chain do, or a substitute.');

-- Made again in sql/functions.
DROP FUNCTION settings_shown(uuid, text, boolean), setting_strength(text, uuid, uuid), audit_reader(uuid);

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

-- The public register is searched by words, as people and channels are (0014): schools by name and town,
-- trusts by name.
CREATE TABLE register_school_word (
	word text COLLATE "C" NOT NULL,
	urn  text NOT NULL REFERENCES register_school ON DELETE CASCADE,
	PRIMARY KEY (word, urn)
);
CREATE INDEX register_school_word_of ON register_school_word (urn);
CREATE TABLE register_trust_word (
	word     text COLLATE "C" NOT NULL,
	trust_id uuid NOT NULL REFERENCES register_trust ON DELETE CASCADE,
	PRIMARY KEY (word, trust_id)
);
CREATE INDEX register_trust_word_of ON register_trust_word (trust_id);
SELECT declare_table('register_school_word', 'as long as the row it finds', 'none', ordinary => '{word,urn}');
SELECT declare_table('register_trust_word', 'as long as the row it finds', 'none', ordinary => '{word,trust_id}');
GRANT SELECT ON register_school_word, register_trust_word TO chaperone_app;
CREATE POLICY everyone ON register_school_word FOR SELECT TO chaperone_app USING (true);
CREATE POLICY everyone ON register_trust_word FOR SELECT TO chaperone_app USING (true);

-- By statement: an import writes all of England in one.
CREATE FUNCTION register_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_TABLE_NAME = 'register_school' THEN
		IF TG_OP = 'UPDATE' THEN
			DELETE FROM register_school_word w USING written n, overwritten o
			 WHERE w.urn = n.urn AND o.urn = n.urn AND (o.name, o.town) IS DISTINCT FROM (n.name, n.town);
		END IF;
		INSERT INTO register_school_word (word, urn)
		SELECT w, n.urn FROM written n, search_words(concat_ws(' ', n.name, n.town)) w
		 WHERE NOT EXISTS (SELECT FROM register_school_word o WHERE o.urn = n.urn);
	ELSE
		IF TG_OP = 'UPDATE' THEN
			DELETE FROM register_trust_word w USING written n, overwritten o
			 WHERE w.trust_id = n.id AND o.id = n.id AND o.name <> n.name;
		END IF;
		INSERT INTO register_trust_word (word, trust_id)
		SELECT w, n.id FROM written n, search_words(n.name) w
		 WHERE NOT EXISTS (SELECT FROM register_trust_word o WHERE o.trust_id = n.id);
	END IF;
	RETURN NULL;
END
$$;
SELECT define('register_words()', 'chaperone_owner');
CREATE TRIGGER words_added AFTER INSERT ON register_school
	REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION register_words();
CREATE TRIGGER words_changed AFTER UPDATE ON register_school
	REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION register_words();
CREATE TRIGGER words_added AFTER INSERT ON register_trust
	REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION register_words();
CREATE TRIGGER words_changed AFTER UPDATE ON register_trust
	REFERENCING OLD TABLE AS overwritten NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION register_words();
INSERT INTO register_school_word (word, urn)
SELECT w, s.urn FROM register_school s, search_words(concat_ws(' ', s.name, s.town)) w;
INSERT INTO register_trust_word (word, trust_id) SELECT w, t.id FROM register_trust t, search_words(t.name) w;

-- Whom the applicant's side has let in of late is asked for whenever deciders are named.
CREATE INDEX invitation_accepted ON invitation (tenant_id, accepted_at);
