-- The public answer to "is this account the school's?", whose handle it is, and what a register lacks.

-- What a register's words for a platform mean: its code, its name or another spelling.
CREATE FUNCTION platform_of(p_words text) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN (SELECT f.code FROM platform f WHERE f.code = lower(p_words) OR lower(f.name) = lower(p_words)
		OR lower(p_words) = ANY (f.aliases) ORDER BY f.code = lower(p_words) DESC, f.code LIMIT 1);
END
$$;
GRANT EXECUTE ON FUNCTION platform_of(text) TO chaperone_app, chaperone_definer;

-- A handle without what makes no difference: case, the @, and the address of its platform when a whole one
-- was pasted. Any other address stays one, without scheme, www., query and last slash: on another host,
-- or of a thing that shares no name space with handles (a group, a person), it is somebody else's.
CREATE FUNCTION handle_key_of(p_platform text, p_handle text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
	v_key text := regexp_replace(lower(btrim(p_handle)), '^(https?://)?(www\.)?', '');
	v_place text;
BEGIN
	IF strpos(v_key, '/') > 0 THEN
		v_key := rtrim(regexp_replace(replace(v_key, 'profile.php?id=', 'profile.php/'), '[?#].*$', ''), '/');
		v_place := CASE p_platform
			WHEN 'facebook' THEN '(facebook|fb)\.com/(?!(groups|pages|people|events|profile\.php|p|share|watch)(/|$))'
			WHEN 'x' THEN '(x|twitter)\.com/'
			WHEN 'instagram' THEN 'instagram\.com/'
			WHEN 'linkedin' THEN 'linkedin\.com/(company|school)/'
			WHEN 'tiktok' THEN 'tiktok\.com/@'
			WHEN 'youtube' THEN 'youtube\.com/@'
			WHEN 'vimeo' THEN 'vimeo\.com/'
			WHEN 'snapchat' THEN 'snapchat\.com/(add/|@)'
			WHEN 'threads' THEN 'threads\.(net|com)/@'
			WHEN 'bluesky' THEN 'bsky\.app/profile/'
			WHEN 'pinterest' THEN 'pinterest\.(com|co\.uk)/'
			WHEN 'reddit' THEN 'reddit\.com/(user|u)/'
			WHEN 'flickr' THEN 'flickr\.com/(photos|people)/' END;
		v_place := '^([a-z-]+\.)?' || v_place;
		IF v_key ~ v_place THEN
			v_key := split_part(regexp_replace(v_key, v_place, ''), '/', 1);
		END IF;
	END IF;
	RETURN nullif(ltrim(v_key, '@'), '');
END
$$;
GRANT EXECUTE ON FUNCTION handle_key_of(text, text) TO chaperone_app, chaperone_definer, chaperone_operator;
ALTER TABLE channel DROP COLUMN handle_key;
ALTER TABLE channel ADD COLUMN handle_key text GENERATED ALWAYS AS (handle_key_of(platform, handle)) STORED;
CREATE UNIQUE INDEX channel_handle ON channel (tenant_id, platform, handle_key)
	WHERE state NOT IN ('closed', 'lost');

-- H10: whose an affiliated channel is, and when somebody of ours last looked at a channel.
ALTER TABLE channel
	ADD COLUMN owner_name text,
	ADD COLUMN owner_contact text,
	ADD COLUMN last_reviewed_on date,
	ADD COLUMN last_reviewed_by uuid,
	ADD COLUMN last_reviewed_name text,
	ADD FOREIGN KEY (tenant_id, last_reviewed_by) REFERENCES person (tenant_id, id),
	DROP CONSTRAINT channel_source_check,
	ADD CONSTRAINT channel_source_check CHECK (source IN ('application', 'register', 'hand'));
SELECT declare_column('channel', 'owner_name', 'personal');
SELECT declare_column('channel', 'owner_contact', 'personal');
SELECT declare_column('channel', 'last_reviewed_on', 'ordinary');
SELECT declare_column('channel', 'last_reviewed_by', 'ordinary');
SELECT declare_column('channel', 'last_reviewed_name', 'personal');
INSERT INTO setting_default (place, key, value, type, unit, min, max, strength, requirements, help, changes)
VALUES (13, 'channel.review_months', '12', 'integer', 'months', 1, 60, '"should"', '{H10}',
	'How long a review of an affiliated channel counts.',
	'A channel whose last review is older is flagged, and an affiliated one that was never reviewed.');

-- Who says of a handle that it is theirs, over all tenants: one of them holds it. Nobody but the definer
-- reads it: a unique constraint that reaches over tenants would tell who else is there.
CREATE TABLE handle_claim (
	tenant_id    uuid NOT NULL REFERENCES tenant,
	id           uuid NOT NULL DEFAULT gen_random_uuid(),
	platform     text NOT NULL REFERENCES platform,
	handle_key   text NOT NULL,
	-- held: theirs, as far as is known; open: somebody else held it, the operator decides;
	-- refused: the operator has; ended: they no longer say so
	state        text NOT NULL CHECK (state IN ('held', 'open', 'refused', 'ended')),
	claimed_by   uuid,
	claimed_name text,
	claimed_at   timestamptz NOT NULL DEFAULT now(),
	decided_at   timestamptz,
	decision     text, -- in the operator's words
	PRIMARY KEY (tenant_id, id),
	CONSTRAINT handle_claim_once UNIQUE (platform, handle_key, tenant_id),
	FOREIGN KEY (tenant_id, claimed_by) REFERENCES person (tenant_id, id)
);
CREATE UNIQUE INDEX handle_claim_held ON handle_claim (platform, handle_key) WHERE state = 'held';
CREATE INDEX handle_claim_waiting ON handle_claim (claimed_at) WHERE state = 'open';
SELECT declare_table('handle_claim', 'closure + 6 years', 'rows',
	ordinary => '{tenant_id,id,platform,handle_key,state,claimed_by,claimed_at,decided_at}',
	personal => '{claimed_name,decision}');

-- Does this row say that its handle is the tenant's?
CREATE FUNCTION channel_claims(p_state text, p_declared text, p_platform text, p_key text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
	SELECT p_state NOT IN ('closed', 'lost') AND p_declared IN ('official', 'affiliated')
	   AND p_platform IS NOT NULL AND p_key IS NOT NULL
$$;
GRANT EXECUTE ON FUNCTION channel_claims(text, text, text, text) TO chaperone_app, chaperone_definer;

-- Says that a handle is this tenant's: it holds it from now on, unless another one does. Whoever asks for
-- the same handle at the same time waits for the first to end.
CREATE FUNCTION handle_claim_take(p_tenant uuid, p_platform text, p_key text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_advisory_xact_lock(hashtextextended(p_platform || ' ' || p_key, 15));
	INSERT INTO handle_claim AS h (tenant_id, platform, handle_key, state, claimed_by, claimed_name)
	SELECT p_tenant, p_platform, p_key, CASE WHEN EXISTS (SELECT FROM handle_claim o
			WHERE o.platform = p_platform AND o.handle_key = p_key AND o.state = 'held')
		THEN 'open' ELSE 'held' END, me_person(), me_name()
	ON CONFLICT (platform, handle_key, tenant_id) DO UPDATE
	   SET state = excluded.state, claimed_by = excluded.claimed_by, claimed_name = excluded.claimed_name,
	       claimed_at = now()
	 WHERE h.state = 'ended' OR h.state = 'open' AND excluded.state = 'held';
END
$$;
-- What stands in registers already: who said so first.
SELECT handle_claim_take(tenant_id, platform, handle_key) FROM (
	SELECT * FROM channel WHERE channel_claims(state, declared, platform, handle_key)
	 ORDER BY created_at, id) c;
SELECT define('handle_claim_take(uuid,text,text)', 'chaperone_definer');

CREATE FUNCTION handle_claim_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND NOT (channel_claims(NEW.state, NEW.declared, NEW.platform, NEW.handle_key)
			AND NEW.platform = OLD.platform AND NEW.handle_key = OLD.handle_key) THEN
		UPDATE handle_claim SET state = 'ended'
		 WHERE tenant_id = OLD.tenant_id AND platform = OLD.platform AND handle_key = OLD.handle_key
		   AND state IN ('held', 'open')
		   AND channel_claims(OLD.state, OLD.declared, OLD.platform, OLD.handle_key);
	END IF;
	IF channel_claims(NEW.state, NEW.declared, NEW.platform, NEW.handle_key) THEN
		PERFORM handle_claim_take(NEW.tenant_id, NEW.platform, NEW.handle_key);
	END IF;
	RETURN NULL;
END
$$;
SELECT define('handle_claim_follow()', 'chaperone_owner');
CREATE TRIGGER claim AFTER INSERT OR UPDATE OF state, declared, platform, handle ON channel
	FOR EACH ROW EXECUTE FUNCTION handle_claim_follow();

-- Declared, but the caller's tenant does not hold the handle: somebody else does.
CREATE FUNCTION channel_contested(c channel) RETURNS boolean LANGUAGE plpgsql STABLE AS $$
BEGIN
	RETURN channel_claims(c.state, c.declared, c.platform, c.handle_key)
	   AND NOT EXISTS (SELECT FROM handle_claim h WHERE h.platform = c.platform
		AND h.handle_key = c.handle_key AND h.tenant_id = me_tenant() AND h.state = 'held');
END
$$;
SELECT define('channel_contested(channel)', 'chaperone_app', 'chaperone_definer');

-- For a change that was refused because of the handle and left nothing else: the operator hears of it.
-- Gives the state of the caller's own claim; null: nobody is in the way any more.
CREATE FUNCTION handle_claim_open(p_platform text, p_key text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	IF me_tenant() IS NOT NULL AND EXISTS (SELECT FROM handle_claim h WHERE h.platform = p_platform
		AND h.handle_key = p_key AND h.state = 'held' AND h.tenant_id <> me_tenant()) THEN
		PERFORM handle_claim_take(me_tenant(), p_platform, p_key);
	END IF;
	RETURN (SELECT h.state FROM handle_claim h WHERE h.platform = p_platform AND h.handle_key = p_key
		AND h.tenant_id = me_tenant() AND h.state IN ('open', 'refused'));
END
$$;
SELECT define('handle_claim_open(text,text)', 'chaperone_app');

-- For the operator: what waits, longest first, with both sides of it.
CREATE FUNCTION handle_claims()
RETURNS TABLE (id uuid, claimed_at timestamptz, platform text, handle text, claimant text, claimed_name text,
	recorded boolean, holder text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT h.id, h.claimed_at, h.platform, h.handle_key, t.name, h.claimed_name,
	       EXISTS (SELECT FROM channel c WHERE c.tenant_id = h.tenant_id AND c.platform = h.platform
		AND c.handle_key = h.handle_key AND c.state NOT IN ('closed', 'lost')),
	       (SELECT o.name FROM handle_claim x JOIN tenant o ON o.id = x.tenant_id
		 WHERE x.platform = h.platform AND x.handle_key = h.handle_key AND x.state = 'held')
	  FROM handle_claim h JOIN tenant t ON t.id = h.tenant_id
	 WHERE h.state = 'open' ORDER BY h.claimed_at, h.id;
END
$$;
SELECT define('handle_claims()', 'chaperone_operator');

-- The operator's decision: the claimant gets the handle, or does not. Whoever loses it keeps their row in
-- the register, flagged; their claim is given back, so that the decision can be turned round. No row:
-- there is no such claim to decide.
CREATE FUNCTION handle_claim_decide(p_claim uuid, p_grant boolean, p_reason text)
RETURNS TABLE (platform text, handle text, claimant text, loser text, loser_claim uuid) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	r handle_claim;
	l handle_claim;
BEGIN
	PERFORM set_config('me.request', 'claims decide', true); -- for the audit trail
	SELECT * INTO r FROM handle_claim WHERE id = p_claim;
	PERFORM pg_advisory_xact_lock(hashtextextended(r.platform || ' ' || r.handle_key, 15));
	SELECT * INTO r FROM handle_claim WHERE id = p_claim AND state IN ('open', 'refused');
	IF NOT FOUND THEN RETURN; END IF;
	IF p_grant THEN
		UPDATE handle_claim h SET state = 'refused', decided_at = now(), decision = p_reason
		 WHERE h.platform = r.platform AND h.handle_key = r.handle_key AND h.state = 'held'
		RETURNING * INTO l;
	END IF;
	UPDATE handle_claim h SET state = CASE WHEN p_grant THEN 'held' ELSE 'refused' END,
	       decided_at = now(), decision = p_reason
	 WHERE h.tenant_id = r.tenant_id AND h.id = r.id;
	RETURN QUERY SELECT r.platform, r.handle_key, t.name, (SELECT o.name FROM tenant o WHERE o.id = l.tenant_id), l.id
	  FROM tenant t WHERE t.id = r.tenant_id;
END
$$;
SELECT define('handle_claim_decide(uuid,boolean,text)', 'chaperone_operator');

-- H11: is this account declared by an organisation here, and in use? At most one row. Without one there
-- is nothing to say: neither that it is nobody's nor why.
CREATE FUNCTION verify(p_platform text, p_handle text)
RETURNS TABLE (declared text, organisation text, school_name text, trust_name text, platform text,
	platform_name text, handle text, url text)
LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
DECLARE
	v_platform text := platform_of(btrim(p_platform));
BEGIN
	RETURN QUERY
	SELECT c.declared, coalesce(s.name, t.name), s.name, CASE t.kind WHEN 'trust' THEN t.name END,
	       c.platform, f.name, c.handle, c.url
	  FROM handle_claim h
	  JOIN channel c ON c.tenant_id = h.tenant_id AND c.platform = h.platform
	   AND c.handle_key = h.handle_key AND c.state = 'active' AND c.declared IN ('official', 'affiliated')
	  JOIN tenant t ON t.id = c.tenant_id
	  JOIN platform f ON f.code = c.platform
	  LEFT JOIN school s ON s.tenant_id = c.tenant_id AND s.id = c.school_id
	 WHERE h.platform = v_platform AND h.handle_key = handle_key_of(v_platform, p_handle)
	   AND h.state = 'held';
END
$$;
SELECT define('verify(text,text)', 'chaperone_gate');

-- The words of each flag that channel_review() gives: the one place for them (H6).
CREATE TABLE channel_flag (
	code        text PRIMARY KEY,
	place       integer NOT NULL UNIQUE, -- in a report: what weighs most comes first
	title       text NOT NULL,
	why         text NOT NULL, -- it matters
	mend        text NOT NULL, -- what to do
	mend_method text NOT NULL,
	mend_path   text NOT NULL, -- {id} is the channel's
	mend_fields text[] NOT NULL
);
INSERT INTO channel_flag VALUES
	('handle_claimed_elsewhere', 1, 'Another organisation has declared this handle',
	 'The public answer about this account is not yours while somebody else holds its handle.',
	 'Correct the handle. If it is yours, the operator of this service has been told and decides.',
	 'PATCH', '/v1/channels/{id}', '{platform,handle}'),
	('missing_admin', 2, 'Nobody holds the master administration role',
	 'Nobody of the school can get in when an operator leaves, or take a post down.',
	 'Grant it to a person, a post or a team.',
	 'POST', '/v1/channels/{id}/grants', '{access,person_id,post_id,team_id}'),
	('single_operator', 3, 'One person or post runs it alone',
	 'When they are ill, leave or lose their password, the account is out of the school''s hands.',
	 'Grant access to a second person.',
	 'POST', '/v1/channels/{id}/grants', '{access,person_id,post_id,team_id}'),
	('admin_is_only_poster', 4, 'The administrator is the only one who posts',
	 'Nobody else sees what is posted: there is no editorial oversight.',
	 'Grant access to a second person.',
	 'POST', '/v1/channels/{id}/grants', '{access,person_id,post_id,team_id}'),
	('missing_posters', 5, 'Nobody is approved to post',
	 'Whoever posts does so without anybody''s approval on record.',
	 'Grant the access to whoever posts.',
	 'POST', '/v1/channels/{id}/grants', '{access,person_id,post_id,team_id}'),
	('ambiguous_holder', 6, 'The register does not say clearly who holds what',
	 'Access that nobody can name cannot be taken back.',
	 'Grant the access to people, posts or teams, then end the grant to mere words.',
	 'POST', '/v1/channels/{id}/grants', '{access,person_id,post_id,team_id}'),
	('vacant_post', 7, 'A post or team that has access is held by nobody',
	 'The register looks complete, and nobody is there to answer for the account.',
	 'Add somebody to the post or team, or grant the access to somebody else.',
	 'POST', '/v1/channels/{id}/grants', '{access,person_id,post_id,team_id}'),
	('holder_left', 8, 'Somebody who has left still stands there with access',
	 'Whoever has left may still know the password.',
	 'Change the password, end the grant, and grant the access to somebody else.',
	 'POST', '/v1/channels/{id}/grants', '{access,person_id,post_id,team_id}'),
	('owner_unmatched', 9, 'The school that owns it is not known here',
	 'Its own leaders and staff do not see the channel in their register.',
	 'Add the school, close this entry, and record the account there.', 'POST', '/v1/schools', '{name}'),
	('missing_owner', 10, 'It is not said who owns the affiliated channel',
	 'Nobody knows whom to ask when something has to be taken down.',
	 'Record the owner''s name and how to reach them.',
	 'PATCH', '/v1/channels/{id}', '{owner_name,owner_contact}'),
	('review_overdue', 11, 'Nobody has looked at it for too long',
	 'What is linked to the school has to follow its policy; only looking shows whether it does.',
	 'Look at the account, then record the review.', 'POST', '/v1/channels/{id}/review', '{reviewed_on,reason}'),
	('missing_platform', 12, 'The register does not say which platform',
	 'A handle alone may be anybody''s on another platform.', 'Record the platform.',
	 'PATCH', '/v1/channels/{id}', '{platform}'),
	('missing_handle', 13, 'Neither handle nor address is recorded',
	 'Nobody can find the account, or tell it from one that poses as it.', 'Record the handle or the address.',
	 'PATCH', '/v1/channels/{id}', '{handle,url}'),
	('invalid_handle', 14, 'The platform has no handles like this one',
	 'The account cannot be found under it, so nobody can verify it.', 'Correct the handle.',
	 'PATCH', '/v1/channels/{id}', '{handle}'),
	('missing_url', 15, 'No address is recorded',
	 'The website cannot link to it, and whoever verifies it cannot be sent there.', 'Record the address.',
	 'PATCH', '/v1/channels/{id}', '{url}'),
	('not_in_privacy_notice', 16, 'The privacy notice does not list it',
	 'Accounts in use must be listed in the privacy notice.',
	 'List it (GET /v1/channels/privacy-notice has the words), then record the date.',
	 'PATCH', '/v1/channels/{id}', '{privacy_notice_on}');
SELECT declare_table('channel_flag', 'life of the service', 'none',
	ordinary => '{code,place,title,why,mend,mend_method,mend_path,mend_fields}');
GRANT SELECT ON channel_flag TO chaperone_app;
CREATE POLICY everyone ON channel_flag FOR SELECT TO chaperone_app USING (true);
