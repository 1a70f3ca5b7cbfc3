-- Settings, platforms and the register of channels.

-- A24: every rule that varies between schools. School over tenant over default; a tenant's
-- locked value wins over its schools'. `strength` says whether a miss blocks or warns (U29).
CREATE TABLE setting_default (
	key      text PRIMARY KEY,
	value    jsonb NOT NULL,
	help     text NOT NULL
);
INSERT INTO setting_default VALUES
	('application.required_parts', '["aim", "audience", "promotion", "operators", "visibility"]',
	 'parts of the business case that submit insists on (P2)'),
	('application.min_operators', '2', 'people named to run the account (P3)'),
	('application.min_staff_operators', '2', 'of them employees of the school or trust (P3)'),
	('application.approver_chain', '[{"scope": "school", "role": "slt", "need": "any"}]',
	 'who decides, step by step (P1, P8); role may be a duty, scope school or tenant, need any or all'),
	('application.substitute_decider', '["trust_slt", "chair", "proprietor"]',
	 'who decides when everybody at a step has a conflict of interest, first that exists'),
	('application.training_gate', '"required"', 'required or advised: reading and training of operators (P5)'),
	('application.risk_assessment', '"required"', 'required or advised: a current risk assessment (O7)'),
	('training.valid_months', '12', 'how long a training attestation counts (T2)'),
	('policy.current_edition', '""', 'edition of the policy that operators must have read; empty: any'),
	('channel.privacy_notice', '"block"', 'block or warn: listed in the privacy notice before activation (H12)'),
	('channel.max_admins', '3', 'administrators of one channel without a justification (O3)'),
	('grant.valid_months', '12', 'how long a grant on a channel lasts when nothing else is said (P11)');
CREATE TABLE setting (
	tenant_id uuid NOT NULL REFERENCES tenant,
	id        uuid NOT NULL DEFAULT gen_random_uuid(),
	school_id uuid,
	key       text NOT NULL REFERENCES setting_default,
	value     jsonb NOT NULL,
	locked    boolean NOT NULL DEFAULT false,
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT setting_once UNIQUE NULLS NOT DISTINCT (tenant_id, school_id, key),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id)
);
-- The one place that resolves a setting.
CREATE FUNCTION setting_of(p_tenant uuid, p_school uuid, p_key text) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (
	SELECT coalesce((
		SELECT s.value FROM setting s
		 WHERE s.tenant_id = p_tenant AND s.key = p_key
		   AND (s.school_id IS NULL OR s.school_id = p_school)
		 ORDER BY s.locked AND s.school_id IS NULL DESC, s.school_id IS NULL LIMIT 1),
		(SELECT d.value FROM setting_default d WHERE d.key = p_key)));
END
$$;
SELECT declare_table('setting_default', 'life of the service', 'none', ordinary => '{key,value,help}');
SELECT declare_table('setting', 'contract + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,key,value,locked}');
SELECT define('setting_of(uuid,uuid,text)', 'chaperone_app', 'chaperone_definer');

-- H9 H13: reference data, extensible.
CREATE TABLE platform (
	code         text PRIMARY KEY CHECK (code ~ '^[a-z0-9_]+$'),
	name         text NOT NULL,
	type         text NOT NULL CHECK (type IN ('network', 'messaging', 'gaming', 'video', 'blog',
		'forum', 'learning_platform', 'website')),
	aliases      text[] NOT NULL DEFAULT '{}', -- other spellings in registers, lower case
	handles      text, -- pattern of a valid handle without @; null: handles are not used
	minimum_age  integer
);
INSERT INTO platform VALUES
	('facebook', 'Facebook', 'network', '{fb}', '^[A-Za-z0-9.]{5,50}$', 13),
	('x', 'X (Twitter)', 'network', '{twitter}', '^[A-Za-z0-9_]{1,15}$', 13),
	('instagram', 'Instagram', 'network', '{}', '^[A-Za-z0-9._]{1,30}$', 13),
	('linkedin', 'LinkedIn', 'network', '{}', '^[A-Za-z0-9-]{3,100}$', 16),
	('tiktok', 'TikTok', 'video', '{}', '^[A-Za-z0-9._]{2,24}$', 13),
	('youtube', 'YouTube', 'video', '{}', '^[A-Za-z0-9._-]{3,30}$', 13),
	('vimeo', 'Vimeo', 'video', '{}', '^[A-Za-z0-9]{1,32}$', 16),
	('snapchat', 'Snapchat', 'messaging', '{}', '^[A-Za-z0-9._-]{3,15}$', 13),
	('whatsapp', 'WhatsApp', 'messaging', '{}', NULL, 13),
	('messenger', 'Messenger', 'messaging', '{}', NULL, 13),
	('threads', 'Threads', 'network', '{}', '^[A-Za-z0-9._]{1,30}$', 13),
	('bluesky', 'Bluesky', 'network', '{}', '^[A-Za-z0-9.-]{3,253}$', 13),
	('pinterest', 'Pinterest', 'network', '{}', '^[A-Za-z0-9_]{3,30}$', 13),
	('reddit', 'Reddit', 'forum', '{}', '^[A-Za-z0-9_-]{3,20}$', 13),
	('flickr', 'Flickr', 'network', '{}', '^[A-Za-z0-9@_-]{1,50}$', 13),
	('ask_fm', 'Ask.fm', 'forum', '{ask.fm}', NULL, 13),
	('discord', 'Discord', 'messaging', '{}', NULL, 13),
	('minecraft', 'Minecraft', 'gaming', '{}', NULL, NULL),
	('world_of_warcraft', 'World of Warcraft', 'gaming', '{}', NULL, NULL),
	('blog', 'Blog', 'blog', '{}', NULL, NULL),
	('website', 'Website', 'website', '{}', NULL, NULL),
	('learning_platform', 'Learning platform', 'learning_platform', '{}', NULL, NULL);
SELECT declare_table('platform', 'life of the service', 'none',
	ordinary => '{code,name,type,aliases,handles,minimum_age}');

-- O7: the trust's (or stand-alone school's) own assessment that applications and channels cite.
CREATE TABLE assessment (
	tenant_id     uuid NOT NULL REFERENCES tenant,
	id            uuid NOT NULL,
	school_id     uuid, -- null: for the whole tenant
	title         text NOT NULL,
	assessed_on   date NOT NULL,
	author_name   text NOT NULL,
	score         integer NOT NULL CHECK (score BETWEEN 1 AND 25), -- likelihood x impact
	mitigations   text NOT NULL,
	dpia_reference text,
	approved_by_name text NOT NULL,
	approved_on   date NOT NULL CHECK (approved_on >= assessed_on),
	review_on     date NOT NULL CHECK (review_on > approved_on),
	recorded_by   uuid NOT NULL,
	version       integer NOT NULL DEFAULT 1,
	created_at    timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT assessment_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, recorded_by) REFERENCES person (tenant_id, id)
);
CREATE INDEX assessment_newest ON assessment (tenant_id, created_at, id);
SELECT declare_table('assessment', 'superseded + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,title,assessed_on,score,mitigations,dpia_reference,approved_on,review_on,recorded_by,version,created_at}',
	personal => '{author_name,approved_by_name}');

CREATE TABLE channel (
	tenant_id    uuid NOT NULL REFERENCES tenant,
	id           uuid NOT NULL,
	school_id    uuid, -- null: the tenant's own channel (H5)
	state        text NOT NULL CHECK (state IN
		('proposed', 'approved', 'active', 'suspended', 'handover', 'closed', 'lost')),
	platform     text REFERENCES platform, -- null: the register does not say
	handle       text,
	handle_key   text GENERATED ALWAYS AS (nullif(lower(ltrim(btrim(handle), '@')), '')) STORED,
	display_name text,
	url          text,
	kind         text CHECK (kind IN ('whole_school', 'department', 'class', 'sixth_form',
		'club_or_team', 'friends_or_pta', 'event', 'trust')),
	visibility   text CHECK (visibility IN ('open', 'private', 'closed_group')),
	audience     text,
	purpose      text CHECK (purpose IN ('education', 'community', 'celebration', 'information',
		'recruitment', 'alumni', 'fundraising')),
	purpose_detail text,
	declared     text NOT NULL DEFAULT 'official' CHECK (declared IN ('official', 'affiliated', 'not_ours')),
	involves_pupils boolean NOT NULL DEFAULT false,
	website_linked_on date, -- H11
	privacy_notice_on date, -- H12
	settings_checked_on date, -- O8
	application_id uuid,
	assessment_id  uuid,
	account_created_on date,
	source       text NOT NULL CHECK (source IN ('application', 'register')),
	-- A register's row as it came, cell by cell; what we make of it stands in the columns above.
	register_cells jsonb,
	closed_reason text,
	version      integer NOT NULL DEFAULT 1,
	created_at   timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT channel_school FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	CONSTRAINT channel_assessment FOREIGN KEY (tenant_id, assessment_id) REFERENCES assessment (tenant_id, id)
);
CREATE UNIQUE INDEX channel_handle ON channel (tenant_id, platform, handle_key)
	WHERE state NOT IN ('closed', 'lost');
CREATE INDEX channel_newest ON channel (tenant_id, created_at, id);
CREATE INDEX channel_by_school ON channel (tenant_id, school_id, created_at, id);
CREATE STATISTICS channel_place (dependencies) ON tenant_id, school_id FROM channel;

-- Who may do what on a channel, from when until when (P11). The real register names posts and
-- teams in words: those stand in holder_text until they become posts.
CREATE TABLE channel_grant (
	tenant_id   uuid NOT NULL,
	id          uuid NOT NULL,
	channel_id  uuid NOT NULL,
	school_id   uuid,
	access      text NOT NULL CHECK (access IN ('admin', 'moderator', 'poster')),
	person_id   uuid,
	holder_text text NOT NULL, -- the person's name at the time, or the register's words
	holder_kind text NOT NULL CHECK (holder_kind IN ('person', 'post', 'team', 'ambiguous')),
	from_on     date NOT NULL,
	until_on    date CHECK (until_on >= from_on),
	created_at  timestamptz NOT NULL DEFAULT now(),
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id),
	FOREIGN KEY (tenant_id, school_id) REFERENCES school (tenant_id, id),
	FOREIGN KEY (tenant_id, person_id) REFERENCES person (tenant_id, id)
);
CREATE INDEX channel_grant_of ON channel_grant (tenant_id, channel_id);
CREATE TABLE channel_history (
	tenant_id  uuid NOT NULL,
	id         bigint GENERATED ALWAYS AS IDENTITY,
	channel_id uuid NOT NULL,
	at         timestamptz NOT NULL DEFAULT now(),
	actor_id   uuid,
	actor_name text,
	action     text NOT NULL,
	from_state text,
	to_state   text NOT NULL,
	note       text,
	PRIMARY KEY (tenant_id, id),
	FOREIGN KEY (tenant_id, channel_id) REFERENCES channel (tenant_id, id)
);
CREATE INDEX channel_history_of ON channel_history (tenant_id, channel_id, id);

SELECT declare_table('channel', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,school_id,state,platform,handle,handle_key,display_name,url,kind,visibility,audience,purpose,purpose_detail,declared,involves_pupils,website_linked_on,privacy_notice_on,settings_checked_on,application_id,assessment_id,account_created_on,source,version,created_at}',
	personal => '{register_cells,closed_reason}');
SELECT declare_table('channel_grant', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,channel_id,school_id,access,person_id,holder_kind,from_on,until_on,created_at}',
	personal => '{holder_text}');
SELECT declare_table('channel_history', 'closure + 6 years', 'none',
	ordinary => '{tenant_id,id,channel_id,at,actor_id,action,from_state,to_state}', personal => '{actor_name,note}');

-- What a register row lacks, and why it matters (H6). The one list of these words.
CREATE FUNCTION channel_flags(c channel) RETURNS text[] LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (
	SELECT array_remove(ARRAY[
		CASE WHEN c.platform IS NULL THEN 'missing_platform' END,
		CASE WHEN c.handle_key IS NULL AND c.url IS NULL THEN 'missing_handle' END,
		CASE WHEN c.url IS NULL THEN 'missing_url' END,
		CASE WHEN c.handle_key IS NOT NULL AND (c.handle_key ~ '\s'
			OR c.handle_key !~* coalesce((SELECT p.handles FROM platform p WHERE p.code = c.platform), '.'))
			THEN 'invalid_handle' END,
		CASE WHEN c.register_cells ->> 'owner_level' = 'school' AND c.school_id IS NULL
			THEN 'owner_unmatched' END,
		CASE WHEN g.admins = 0 THEN 'missing_admin' END,
		CASE WHEN g.posters = 0 THEN 'missing_posters' END,
		CASE WHEN g.holders = 1 THEN 'single_operator' END,
		CASE WHEN g.admins > 0 AND g.posters = 1 AND g.same THEN 'admin_is_only_poster' END,
		CASE WHEN g.ambiguous THEN 'ambiguous_holder' END,
		CASE WHEN c.privacy_notice_on IS NULL AND c.state IN ('approved', 'active')
			THEN 'not_in_privacy_notice' END], NULL)
	  FROM (SELECT count(*) FILTER (WHERE access = 'admin') AS admins,
		       count(*) FILTER (WHERE access = 'poster') AS posters,
		       count(DISTINCT coalesce(person_id::text, lower(holder_text))) AS holders,
		       coalesce(bool_or(holder_kind = 'ambiguous'), false) AS ambiguous,
		       count(DISTINCT coalesce(person_id::text, lower(holder_text)))
			FILTER (WHERE access IN ('admin', 'poster')) = 1 AS same
		  FROM channel_grant
		 WHERE tenant_id = c.tenant_id AND channel_id = c.id
		   AND (until_on IS NULL OR until_on >= today())) g);
END
$$;
-- A2: what the data says about "official", test by test: met, not met, or unknown.
CREATE FUNCTION channel_classification(c channel) RETURNS jsonb LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (
	WITH held AS (
		SELECT count(*) FILTER (WHERE access = 'admin') AS admins,
		       count(*) FILTER (WHERE access = 'poster') AS posters,
		       EXISTS (SELECT FROM channel_grant o WHERE o.tenant_id = c.tenant_id
				AND o.channel_id = c.id AND o.access IN ('admin', 'moderator')
				AND (o.until_on IS NULL OR o.until_on >= today())
				AND NOT EXISTS (SELECT FROM channel_grant p WHERE p.tenant_id = c.tenant_id
					AND p.channel_id = c.id AND p.access = 'poster'
					AND lower(p.holder_text) = lower(o.holder_text)
					AND (p.until_on IS NULL OR p.until_on >= today()))) AS oversight,
		       coalesce(bool_or(holder_kind = 'ambiguous'), false) AS ambiguous
		  FROM channel_grant
		 WHERE tenant_id = c.tenant_id AND channel_id = c.id
		   AND (until_on IS NULL OR until_on >= today())
	), test (name, result, reason) AS (
		SELECT 'access_held_by_school',
		       CASE WHEN admins = 0 THEN 'not_met' ELSE 'unknown' END,
		       CASE WHEN admins = 0 THEN 'No current administrator is recorded.'
			    ELSE 'No credential record yet says that the school holds the master login.' END
		  FROM held
		UNION ALL
		SELECT 'editorial_oversight',
		       CASE WHEN posters = 0 OR admins = 0 OR ambiguous THEN 'unknown'
			    WHEN oversight THEN 'met' ELSE 'not_met' END,
		       CASE WHEN posters = 0 OR admins = 0 THEN 'Posters or administrators are not recorded.'
			    WHEN ambiguous THEN 'The register does not say clearly who holds what.'
			    WHEN oversight THEN 'Somebody other than the posters oversees what is posted.'
			    ELSE 'Whoever posts is also the only one who oversees.' END
		  FROM held
		UNION ALL
		SELECT 'few_administrators',
		       CASE WHEN admins = 0 THEN 'unknown'
			    WHEN admins <= setting_of(c.tenant_id, c.school_id, 'channel.max_admins')::int
			    THEN 'met' ELSE 'not_met' END,
		       CASE WHEN admins = 0 THEN 'No administrator is recorded.'
			    ELSE admins || ' of at most ' || setting_of(c.tenant_id, c.school_id, 'channel.max_admins')
				|| ' administrators.' END
		  FROM held
	)
	SELECT jsonb_build_object('value',
		CASE WHEN c.declared = 'affiliated' THEN 'affiliated'
		     WHEN bool_or(result = 'not_met') THEN 'quasi'
		     WHEN bool_and(result = 'met') THEN 'official' ELSE 'unknown' END,
		'tests', jsonb_agg(jsonb_build_object('test', name, 'result', result, 'reason', reason)))
	  FROM test);
END
$$;
GRANT EXECUTE ON FUNCTION channel_flags(channel), channel_classification(channel)
	TO chaperone_app, chaperone_definer;

GRANT SELECT ON setting, setting_default, platform TO chaperone_app;
GRANT SELECT, INSERT ON assessment, channel_grant, channel_history TO chaperone_app;
GRANT SELECT, INSERT, UPDATE ON channel TO chaperone_app;
GRANT UPDATE (until_on) ON channel_grant TO chaperone_app;

-- What belongs to the whole tenant is for whoever holds anything in it.
CREATE POLICY sight ON setting FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY everyone ON setting_default FOR SELECT TO chaperone_app USING (true);
CREATE POLICY everyone ON platform FOR SELECT TO chaperone_app USING (true);
CREATE POLICY sight ON assessment FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY adding ON assessment FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND recorded_by = (SELECT me_person())
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY sight ON channel FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY adding ON channel FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON channel FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND ((SELECT me_wide('leader')) OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY sight ON channel_grant FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND channel_id <> ALL ((SELECT me_excluded())::uuid[])
		AND ((SELECT me_wide('member'))
		OR (school_id IS NULL AND (SELECT me_schools('member')) <> '{}')
		OR school_id = ANY ((SELECT me_schools('member'))::uuid[])));
CREATE POLICY adding ON channel_grant FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY changing ON channel_grant FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND ((SELECT me_wide('leader'))
		OR school_id = ANY ((SELECT me_schools('leader'))::uuid[])));
CREATE POLICY sight ON channel_history FOR SELECT TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND EXISTS (SELECT FROM channel c
		WHERE c.tenant_id = channel_history.tenant_id AND c.id = channel_id));
CREATE POLICY adding ON channel_history FOR INSERT TO chaperone_app
	WITH CHECK (tenant_id = (SELECT me_tenant()) AND actor_id = (SELECT me_person()));
