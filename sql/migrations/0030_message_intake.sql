-- Texts to answer with, channels on which nobody answers, and words to find messages by (A8, A19, M6, M11).

ALTER TABLE channel ADD COLUMN reply_mode text NOT NULL DEFAULT 'open' CHECK (reply_mode IN ('open', 'acknowledge_and_redirect'));
SELECT declare_column('channel', 'reply_mode', 'ordinary');

ALTER TABLE message ADD COLUMN redirected_at timestamptz; -- the school's own contact was given
SELECT declare_column('message', 'redirected_at', 'ordinary');
GRANT UPDATE (redirected_at) ON message TO chaperone_app;

CREATE TABLE message_template (
	tenant_id    uuid NOT NULL REFERENCES tenant,
	id           uuid NOT NULL,
	school_id    uuid, -- null: for every school that has none of its own
	purpose      text NOT NULL CHECK (purpose IN ('acknowledge', 'redirect', 'answer')),
	title        text NOT NULL CHECK (title <> ''),
	text         text NOT NULL CHECK (text <> ''), -- with {{school_name}} and the like
	retired      boolean NOT NULL DEFAULT false,
	created_name text NOT NULL,
	version      integer NOT NULL DEFAULT 1,
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT message_template_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id)
);
CREATE INDEX message_template_list ON message_template (tenant_id, created_at, id);
CREATE INDEX message_template_at ON message_template (tenant_id, school_id, created_at, id);
SELECT declare_table('message_template', 'contract + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,purpose,title,text,retired,version,created_at}', personal => '{created_name}');
GRANT SELECT, INSERT ON message_template TO chaperone_app;
GRANT UPDATE (title, text, retired, version) ON message_template TO chaperone_app;
CREATE POLICY sight ON message_template FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('colleague'))
		OR (school_id IS NULL AND (SELECT me_schools('colleague')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('colleague'))::uuid[])));
CREATE POLICY adding ON message_template FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON message_template FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));

-- What stands in the compartment and waits.
CREATE INDEX message_safeguarding ON message (tenant_id, due_order, id) WHERE safeguarding AND state <> 'closed';

-- The words of what was said and of who said it, cut where an index could not hold them.
CREATE TABLE message_word (
	tenant_id  uuid NOT NULL,
	word       text COLLATE "C" NOT NULL,
	message_id uuid NOT NULL,
	school_id  uuid, -- the message's, which stays
	PRIMARY KEY (tenant_id, word, message_id) INCLUDE (school_id),
	FOREIGN KEY (tenant_id, message_id) REFERENCES message (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX message_word_of ON message_word (tenant_id, message_id);
SELECT declare_table('message_word', 'as long as the row it finds', 'none',
	ordinary => '{tenant_id,message_id,school_id}', personal => '{word}');
GRANT SELECT ON message_word TO chaperone_app;
-- A word is seen by whoever sees its message: neither the compartment nor an exclusion is got round by guessing words. The
-- school is asked first, because it costs nothing: who works on a message of another school does not find it by its words. OFFSET 0 keeps the
-- planner, who knows no word's frequency, from reading all messages first to look these up among them.
CREATE POLICY sight ON message_word FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant())
		AND ((SELECT me_wide('member')) OR school_id IS NULL OR school_id = ANY ((SELECT me_schools('member'))::uuid[]))
		AND EXISTS (SELECT FROM message m
			WHERE m.tenant_id = message_word.tenant_id AND m.id = message_id OFFSET 0));
CREATE FUNCTION message_words() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' THEN
		DELETE FROM message_word WHERE tenant_id = NEW.tenant_id AND message_id = NEW.id;
	END IF;
	INSERT INTO message_word (tenant_id, word, message_id, school_id)
	SELECT DISTINCT NEW.tenant_id, left(w, 100), NEW.id, NEW.school_id
	  FROM search_words(concat_ws(' ', NEW.text, NEW.author_name, NEW.author_handle)) w;
	RETURN NULL;
END
$$;
SELECT define('message_words()', 'chaperone_owner');
CREATE TRIGGER words AFTER INSERT OR UPDATE OF author_name, author_handle ON message
	FOR EACH ROW EXECUTE FUNCTION message_words();
INSERT INTO message_word (tenant_id, word, message_id, school_id)
SELECT DISTINCT m.tenant_id, left(w, 100), m.id, m.school_id
  FROM message m, search_words(concat_ws(' ', m.text, m.author_name, m.author_handle)) w;
