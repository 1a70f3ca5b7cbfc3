-- Posts and teams, whose people change while their access stays; what else a person is to a
-- school; people as another system knows them.

-- Whoever holds something holds it from its first day to its last, unless it was ended before.
CREATE FUNCTION holds_now(p_from date, p_until date, p_ended timestamptz) RETURNS boolean
LANGUAGE sql STABLE AS $$
	SELECT p_ended IS NULL AND p_from <= today() AND coalesce(p_until >= today(), true)
$$;
-- The one rule of ending what is dated: at once when no last day is said, never later than it
-- would end anyway; a last day before the first one means that it was never held.
CREATE FUNCTION ending(p_from date, p_until date, p_ended timestamptz, p_last date,
	OUT ok boolean, OUT fault text, OUT why text, OUT until_on date, OUT ended_at timestamptz)
LANGUAGE plpgsql STABLE AS $$
BEGIN
	IF p_ended IS NOT NULL OR p_until < today() THEN
		why := 'This is over already.';
	ELSIF p_last > p_until THEN
		fault := '/until_on';
		why := 'is later than ' || p_until || ', when it ends anyway';
	END IF;
	ok := why IS NULL;
	until_on := greatest(p_from, coalesce(p_last, today()));
	ended_at := CASE WHEN p_last IS NULL OR p_last < p_from THEN now() END;
END
$$;
GRANT EXECUTE ON FUNCTION holds_now(date, date, timestamptz), ending(date, date, timestamptz, date)
	TO chaperone_app, chaperone_definer;

-- H4 H5: "Principal" and "Communications Team", of a school or of the tenant itself. The kinds
-- are those that routing and reports ask for; null: nobody has said yet.
CREATE TABLE post (
	tenant_id  uuid NOT NULL REFERENCES tenant,
	id         uuid NOT NULL,
	school_id  uuid, -- null: of the tenant itself
	name       text NOT NULL CHECK (name <> ''),
	kind       text CHECK (kind IN ('chief_executive', 'head', 'deputy_head', 'assistant_head', 'dsl',
		'business_manager', 'administrator', 'teacher', 'librarian', 'chair', 'clerk', 'other')),
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT post_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id)
);
CREATE UNIQUE INDEX post_name ON post (tenant_id, school_id, lower(name)) NULLS NOT DISTINCT;
CREATE INDEX post_by_name ON post (tenant_id, name, id);
CREATE INDEX post_by_school ON post (tenant_id, school_id, name, id);
CREATE INDEX post_created ON post (tenant_id, created_at, id);
CREATE TABLE team (
	tenant_id  uuid NOT NULL REFERENCES tenant,
	id         uuid NOT NULL,
	school_id  uuid, -- null: of the tenant itself
	name       text NOT NULL CHECK (name <> ''),
	kind       text CHECK (kind IN ('leadership', 'communications', 'hr', 'office', 'teaching',
		'safeguarding', 'online_safety', 'governors', 'ptfa', 'other')),
	version    integer NOT NULL DEFAULT 1,
	created_at timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT team_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id)
);
CREATE UNIQUE INDEX team_name ON team (tenant_id, school_id, lower(name)) NULLS NOT DISTINCT;
CREATE INDEX team_by_name ON team (tenant_id, name, id);
CREATE INDEX team_by_school ON team (tenant_id, school_id, name, id);
CREATE INDEX team_created ON team (tenant_id, created_at, id);

-- Who holds a post or is in a team, from when until when.
CREATE TABLE membership (
	tenant_id   uuid NOT NULL,
	id          uuid NOT NULL,
	post_id     uuid,
	team_id     uuid,
	school_id   uuid, -- of the post or team
	person_id   uuid NOT NULL,
	person_name text NOT NULL, -- at the time
	from_on     date NOT NULL,
	until_on    date,
	ended_at    timestamptz, -- when it was ended at once
	added_by    uuid NOT NULL,
	created_at  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, post_id) REFERENCES post (tenant_id, id),
	FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
	FOREIGN KEY (tenant_id, added_by) REFERENCES person (tenant_id, id),
	CONSTRAINT membership_of_one CHECK (num_nonnulls(post_id, team_id) = 1),
	CONSTRAINT membership_days CHECK (until_on >= from_on),
	-- Access comes with it: nobody gives it to themselves.
	CONSTRAINT membership_not_to_self CHECK (added_by <> person_id)
);
CREATE INDEX membership_of ON membership (tenant_id, coalesce(post_id, team_id));
CREATE INDEX membership_by_person ON membership (tenant_id, person_id);
CREATE TABLE membership_history (
	tenant_id     uuid NOT NULL,
	id            bigint GENERATED ALWAYS AS IDENTITY,
	membership_id uuid NOT NULL,
	at            timestamptz NOT NULL DEFAULT now(),
	actor_id      uuid,
	actor_name    text,
	action        text NOT NULL CHECK (action IN ('add', 'end', 'leave')),
	until_on      date, -- as this action left it
	note          text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, membership_id) REFERENCES membership (tenant_id, id)
);
CREATE INDEX membership_history_of ON membership_history (tenant_id, membership_id);

-- What a person is to the tenant beside their person_type, the main one: a teacher who is a
-- parent as well acts in one stated capacity.
CREATE TABLE person_relationship (
	tenant_id    uuid NOT NULL,
	id           uuid NOT NULL,
	person_id    uuid NOT NULL,
	relationship text NOT NULL CHECK (relationship IN ('employee', 'agency', 'volunteer', 'ptfa',
		'governor', 'trustee', 'member', 'contractor', 'student_teacher', 'candidate', 'parent')),
	from_on      date NOT NULL,
	until_on     date,
	ended_at     timestamptz,
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id),
	CONSTRAINT person_relationship_days CHECK (until_on >= from_on)
);
CREATE INDEX person_relationship_of ON person_relationship (tenant_id, person_id);

SELECT declare_table('post', 'contract + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,name,kind,version,created_at}');
SELECT declare_table('team', 'contract + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,name,kind,version,created_at}');
SELECT declare_table('membership', 'end + 6 years', 'rows',
	ordinary => '{tenant_id,id,post_id,team_id,school_id,person_id,from_on,until_on,ended_at,added_by,created_at}',
	personal => '{person_name}');
SELECT declare_table('membership_history', 'end + 6 years', 'none',
	ordinary => '{tenant_id,id,membership_id,at,actor_id,action,until_on}', personal => '{actor_name,note}');
SELECT declare_table('person_relationship', 'leaving + 6 years', 'rows',
	ordinary => '{tenant_id,id,person_id,relationship,from_on,until_on,ended_at,created_at}');

-- The number by which another system knows the person, so that a file can be read again.
ALTER TABLE person ADD COLUMN external_ref text CHECK (external_ref <> ''),
	ADD CONSTRAINT person_external_ref UNIQUE (tenant_id, external_ref);
SELECT declare_column('person', 'external_ref', 'personal');
-- Whose the reference or address is may be out of the caller's sight; that it is taken, a
-- refused row may say, as POST /v1/people does.
CREATE FUNCTION person_taken(p_except uuid, p_external_ref text, p_email text) RETURNS text
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT CASE WHEN bool_or(external_ref = p_external_ref) THEN '/external_ref'
			    WHEN bool_or(email = p_email) THEN '/email' END
		  FROM person WHERE tenant_id = me_tenant() AND id IS DISTINCT FROM p_except
		   AND (external_ref = p_external_ref OR email = p_email));
END
$$;
SELECT define('person_taken(uuid,text,text)', 'chaperone_app');

-- A grant goes to a person, a post or a team; or to words that are none of them yet.
ALTER TABLE channel_grant
	ADD COLUMN post_id uuid, ADD COLUMN team_id uuid,
	ADD COLUMN granted_by uuid, -- null: by an approved application or a register
	ADD COLUMN granted_name text,
	ADD COLUMN ended_at timestamptz,
	ADD FOREIGN KEY (tenant_id, post_id) REFERENCES post (tenant_id, id),
	ADD FOREIGN KEY (tenant_id, team_id) REFERENCES team (tenant_id, id),
	ADD FOREIGN KEY (tenant_id, granted_by) REFERENCES person (tenant_id, id),
	ADD CONSTRAINT channel_grant_to_one CHECK (num_nonnulls(person_id, post_id, team_id) <= 1),
	ADD CONSTRAINT channel_grant_not_to_self CHECK (granted_by <> person_id);
CREATE INDEX channel_grant_held ON channel_grant (tenant_id, coalesce(post_id, team_id));
SELECT declare_column('channel_grant', c, CASE c WHEN 'granted_name' THEN 'personal' ELSE 'ordinary' END)
  FROM unnest('{post_id,team_id,granted_by,granted_name,ended_at}'::text[]) c;

-- Who holds a grant at present: the person while they are here, whoever is in the post or team,
-- or a name that the register gives and nobody has matched. None: vacant.
CREATE FUNCTION holders_of(p_tenant uuid, p_person uuid, p_body uuid, p_text text)
RETURNS TABLE (person_id uuid, name text) LANGUAGE sql STABLE AS $$
	SELECT p.id, p.name FROM person p
	 WHERE p.tenant_id = p_tenant AND p.id = p_person
	   AND (p.left_on IS NULL OR p.left_on >= today())
	UNION ALL
	SELECT p.id, p.name FROM membership m JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
	 WHERE m.tenant_id = p_tenant AND coalesce(m.post_id, m.team_id) = p_body
	   AND holds_now(m.from_on, m.until_on, m.ended_at)
	UNION ALL
	SELECT NULL, p_text WHERE p_person IS NULL AND p_body IS NULL
$$;
GRANT EXECUTE ON FUNCTION holders_of(uuid, uuid, uuid, text) TO chaperone_definer;
-- The same for whoever sees the channel: its operators' names belong to it.
CREATE FUNCTION grant_holders(p_grant uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT coalesce(json_agg(json_build_object('person_id', h.person_id, 'name', h.name)
			ORDER BY h.name, h.person_id), '[]')
		  FROM channel_grant g,
		       holders_of(g.tenant_id, g.person_id, coalesce(g.post_id, g.team_id), g.holder_text) h
		 WHERE g.tenant_id = me_tenant() AND g.id = p_grant
		   AND g.channel_id <> ALL (me_excluded()) AND holds_now(g.from_on, g.until_on, g.ended_at));
END
$$;
SELECT define('grant_holders(uuid)', 'chaperone_app');

-- What stands in a channel's GET and in its list of grants.
CREATE VIEW channel_grant_shown WITH (security_invoker = true) AS
	SELECT g.tenant_id, g.channel_id, g.id, g.access, g.person_id, g.post_id, g.team_id,
	       g.holder_text AS holder, g.holder_kind, grant_holders(g.id) AS holders,
	       g.from_on, g.until_on, holds_now(g.from_on, g.until_on, g.ended_at) AS current,
	       g.granted_by, g.granted_name
	  FROM channel_grant g;
GRANT SELECT ON channel_grant_shown TO chaperone_app;

-- Who is in a post or team at present, for whoever sees it.
CREATE FUNCTION members_now(p_body uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT coalesce(json_agg(json_build_object('membership_id', m.id, 'person_id', m.person_id,
			'person_name', coalesce(p.name, m.person_name), 'from_on', m.from_on, 'until_on', m.until_on)
			ORDER BY m.from_on, m.id), '[]')
		  FROM membership m LEFT JOIN person p ON p.tenant_id = m.tenant_id AND p.id = m.person_id
		 WHERE m.tenant_id = me_tenant() AND coalesce(m.post_id, m.team_id) = p_body
		   AND holds_now(m.from_on, m.until_on, m.ended_at));
END
$$;
-- What a new member inherits.
CREATE FUNCTION body_grants(p_body uuid) RETURNS json LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT coalesce(json_agg(json_build_object('grant_id', g.id, 'access', g.access,
			'channel_id', c.id, 'platform', c.platform, 'handle', c.handle,
			'display_name', c.display_name, 'until_on', g.until_on) ORDER BY c.created_at, c.id, g.access), '[]')
		  FROM channel_grant g JOIN channel c ON c.tenant_id = g.tenant_id AND c.id = g.channel_id
		 WHERE g.tenant_id = me_tenant() AND coalesce(g.post_id, g.team_id) = p_body
		   AND c.state NOT IN ('closed', 'lost') AND holds_now(g.from_on, g.until_on, g.ended_at));
END
$$;
GRANT EXECUTE ON FUNCTION members_now(uuid), body_grants(uuid) TO chaperone_app;

-- A leaver's posts, teams and capacities end with them, whoever may see those.
CREATE FUNCTION person_ends() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	WITH ended AS (
		UPDATE membership m SET until_on = greatest(m.from_on, NEW.left_on),
		       ended_at = CASE WHEN m.from_on > NEW.left_on THEN now() END
		 WHERE m.tenant_id = NEW.tenant_id AND m.person_id = NEW.id AND m.ended_at IS NULL
		   AND (m.until_on IS NULL OR m.until_on > NEW.left_on)
		RETURNING m.id, m.until_on
	)
	INSERT INTO membership_history (tenant_id, membership_id, actor_id, actor_name, action, until_on)
	SELECT NEW.tenant_id, ended.id, me_person(), me_name(), 'leave', ended.until_on FROM ended;
	UPDATE person_relationship r SET until_on = greatest(r.from_on, NEW.left_on),
	       ended_at = CASE WHEN r.from_on > NEW.left_on THEN now() END
	 WHERE r.tenant_id = NEW.tenant_id AND r.person_id = NEW.id AND r.ended_at IS NULL
	   AND (r.until_on IS NULL OR r.until_on > NEW.left_on);
	RETURN NULL;
END
$$;
SELECT define('person_ends()', 'chaperone_owner');
CREATE TRIGGER ends AFTER UPDATE OF left_on ON person FOR EACH ROW
	WHEN (NEW.left_on IS NOT NULL AND NEW.left_on IS DISTINCT FROM OLD.left_on)
	EXECUTE FUNCTION person_ends();

GRANT SELECT, INSERT, UPDATE ON post, team TO chaperone_app;
GRANT SELECT, INSERT ON membership, membership_history, person_relationship TO chaperone_app;
GRANT UPDATE (until_on, ended_at) ON membership, person_relationship TO chaperone_app;
GRANT UPDATE (post_id, team_id, ended_at) ON channel_grant TO chaperone_app;

-- What a post is called is known as widely as the channels it runs; who holds it, among
-- colleagues.
CREATE POLICY sight ON post FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY adding ON post FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY changing ON post FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY sight ON team FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY adding ON team FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY changing ON team FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY sight ON membership FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND (person_id = (SELECT me_person())
		OR (SELECT me_wide('colleague'))
		OR (school_id IS NULL AND (SELECT me_schools('colleague')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('colleague'))::uuid[])));
CREATE POLICY adding ON membership FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND added_by = (SELECT me_person())
		AND ((SELECT me_wide('keeper')) OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY changing ON membership FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR school_id = ANY ((SELECT me_schools('keeper'))::uuid[])));
CREATE POLICY sight ON membership_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM membership m
		WHERE m.tenant_id = membership_history.tenant_id AND m.id = membership_id));
CREATE POLICY adding ON membership_history FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND actor_id = (SELECT me_person()));
CREATE POLICY sight ON person_relationship FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM person p
		WHERE p.tenant_id = person_relationship.tenant_id AND p.id = person_id));
CREATE POLICY adding ON person_relationship FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR EXISTS (SELECT FROM person p WHERE p.tenant_id = person_relationship.tenant_id
			AND p.id = person_id AND p.school_id = ANY ((SELECT me_schools('keeper'))::uuid[]))));
CREATE POLICY changing ON person_relationship FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('keeper'))
		OR EXISTS (SELECT FROM person p WHERE p.tenant_id = person_relationship.tenant_id
			AND p.id = person_id AND p.school_id = ANY ((SELECT me_schools('keeper'))::uuid[]))));

-- The words of a register become posts and teams of the school or trust that it names: those
-- that are there by that name, else new ones. The words themselves stay in holder_text. Where
-- the school is not known yet, whose "Principal" it is is not known either: they stay words.
CREATE FUNCTION register_bodies(p_tenant uuid, p_channel uuid) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
	c channel;
BEGIN
	SELECT * INTO c FROM channel WHERE tenant_id = p_tenant AND id = p_channel;
	IF c.school_id IS NULL AND c.register_cells ->> 'owner_level' = 'school' THEN
		RETURN;
	END IF;
	INSERT INTO post (tenant_id, id, school_id, name)
	SELECT DISTINCT ON (lower(g.holder_text)) c.tenant_id, gen_random_uuid(), c.school_id, g.holder_text
	  FROM channel_grant g WHERE g.tenant_id = c.tenant_id AND g.channel_id = c.id
	   AND g.holder_kind = 'post' AND num_nonnulls(g.person_id, g.post_id) = 0
	ON CONFLICT DO NOTHING;
	INSERT INTO team (tenant_id, id, school_id, name)
	SELECT DISTINCT ON (lower(g.holder_text)) c.tenant_id, gen_random_uuid(), c.school_id, g.holder_text
	  FROM channel_grant g WHERE g.tenant_id = c.tenant_id AND g.channel_id = c.id
	   AND g.holder_kind = 'team' AND num_nonnulls(g.person_id, g.team_id) = 0
	ON CONFLICT DO NOTHING;
	UPDATE channel_grant g SET
	       post_id = (SELECT o.id FROM post o WHERE g.holder_kind = 'post' AND o.tenant_id = g.tenant_id
		AND o.school_id IS NOT DISTINCT FROM c.school_id AND lower(o.name) = lower(g.holder_text)),
	       team_id = (SELECT t.id FROM team t WHERE g.holder_kind = 'team' AND t.tenant_id = g.tenant_id
		AND t.school_id IS NOT DISTINCT FROM c.school_id AND lower(t.name) = lower(g.holder_text))
	 WHERE g.tenant_id = c.tenant_id AND g.channel_id = c.id
	   AND g.holder_kind IN ('post', 'team') AND num_nonnulls(g.person_id, g.post_id, g.team_id) = 0;
END
$$;
GRANT EXECUTE ON FUNCTION register_bodies(uuid, uuid) TO chaperone_app;
DO $$ BEGIN
	PERFORM register_bodies(tenant_id, id) FROM channel WHERE source = 'register';
END $$;
