-- What the register says of a channel.

-- What the data says about "official" (A2), test by test, with the reason beside each: met, not met or unknown. One that
-- nothing fails and nothing leaves open is official.
CREATE OR REPLACE FUNCTION channel_classification(p_declared text, p_admin boolean, p_poster boolean, p_ambiguous boolean,
	p_vacant boolean, p_oversight boolean, p_admins bigint, p_most integer) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
	v_access text[] := CASE
		WHEN NOT p_admin THEN ARRAY['not_met', 'No current administrator is recorded.']
		ELSE ARRAY['unknown', 'No credential record yet says that the school holds the master login.'] END;
	v_oversight text[] := CASE
		WHEN NOT p_poster OR NOT p_admin THEN ARRAY['unknown', 'Posters or administrators are not recorded.']
		WHEN p_ambiguous THEN ARRAY['unknown', 'The register does not say clearly who holds what.']
		WHEN p_oversight THEN ARRAY['met', 'Somebody other than the posters oversees what is posted.']
		WHEN p_vacant THEN ARRAY['unknown', 'Nobody holds a post or team that has access.']
		ELSE ARRAY['not_met', 'Whoever posts is also the only one who oversees.'] END;
	v_few text[] := CASE
		WHEN NOT p_admin THEN ARRAY['unknown', 'No administrator is recorded.']
		WHEN p_admins = 0 THEN ARRAY['unknown', 'Nobody holds the administrator''s access at present.']
		ELSE ARRAY[CASE WHEN p_admins <= p_most THEN 'met' ELSE 'not_met' END,
			p_admins || ' of at most ' || p_most || ' administrators.'] END;
BEGIN
	RETURN jsonb_build_object('value',
		CASE WHEN p_declared = 'affiliated' THEN 'affiliated'
		     WHEN 'not_met' IN (v_access[1], v_oversight[1], v_few[1]) THEN 'quasi'
		     WHEN 'unknown' IN (v_access[1], v_oversight[1], v_few[1]) THEN 'unknown' ELSE 'official' END,
		'tests', jsonb_build_array(
		jsonb_build_object('test', 'access_held_by_school', 'result', v_access[1], 'reason', v_access[2]),
		jsonb_build_object('test', 'editorial_oversight', 'result', v_oversight[1], 'reason', v_oversight[2]),
		jsonb_build_object('test', 'few_administrators', 'result', v_few[1], 'reason', v_few[2])));
END
$$;

-- What a register row lacks, and why it matters (H6), and how it is classified: one reading of the grants gives both.
-- It goes by the people who hold the access: a post with two people is two, a vacant one none. It counts
-- past the caller's sight, since a flag must not depend on who asks. That the same vacant post is to run
-- and to post is the register's word, and flagged as such.
-- Of a channel out of sight it says nothing: a grant is of its channel's school.
-- The flags' words stand in channel_flag. Who runs an affiliated channel is its owner's matter: of that
-- only the owner is asked for.
CREATE OR REPLACE FUNCTION channel_review(c channel, OUT classification jsonb, OUT flags text[])
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	g record;
	v_settings jsonb;
	v_reviewed date; -- on or after this day is soon enough
	v_run boolean := c.declared <> 'affiliated'; -- by us
BEGIN
	IF c.id = ANY (me_excluded()) OR NOT me_member_at(c.school_id) THEN RETURN; END IF;
	-- min = max: there is one; a DISTINCT would sort
	SELECT count(*) FILTER (WHERE access = 'admin') > 0 AS admin,
	       count(*) FILTER (WHERE access = 'poster') > 0 AS poster,
	       min(who) = max(who) AS single,
	       count(DISTINCT who) FILTER (WHERE access = 'admin') AS admins,
	       count(who) FILTER (WHERE access = 'moderator') > 0 AS moderator,
	       min(coalesce(who, seat)) FILTER (WHERE access IN ('admin', 'poster'))
			= max(coalesce(who, seat)) FILTER (WHERE access IN ('admin', 'poster')) AS same,
	       coalesce(bool_or(holder_kind = 'ambiguous'), false) AS ambiguous,
	       coalesce(bool_or(who IS NULL AND person_id IS NULL), false) AS vacant,
	       coalesce(bool_or(who IS NULL AND person_id IS NOT NULL), false) AS gone,
	       -- somebody other than the posters oversees what is posted
	       NOT coalesce(array_agg(who) FILTER (WHERE access IN ('admin', 'moderator') AND who IS NOT NULL)
			<@ coalesce(array_agg(who) FILTER (WHERE access = 'poster'), '{}'), true) AS oversight,
	       (SELECT p.handles FROM platform p WHERE p.code = c.platform) AS handles
	  INTO g
	  FROM (SELECT x.access, x.holder_kind, x.person_id, coalesce(h.person_id::text, lower(h.name)) AS who,
		       coalesce(x.person_id, x.post_id, x.team_id)::text AS seat
		  FROM channel_grant x
		  LEFT JOIN LATERAL holders_of(x.tenant_id, x.person_id, coalesce(x.post_id, x.team_id),
			x.holder_text) h ON true
		 WHERE x.tenant_id = me_tenant() AND x.tenant_id = c.tenant_id AND x.channel_id = c.id
		   AND x.school_id IS NOT DISTINCT FROM c.school_id AND holds_now(x.from_on, x.until_on, x.ended_at)) held;
	v_settings := settings_of(c.tenant_id, c.school_id, 'channel.max_admins', 'channel.review_months');
	v_reviewed := today() - (v_settings -> 'channel.review_months')::integer * interval '1 month';
	flags := array_remove(ARRAY[
		CASE WHEN c.platform IS NULL THEN 'missing_platform' END,
		CASE WHEN c.handle_key IS NULL AND c.url IS NULL THEN 'missing_handle' END,
		CASE WHEN c.url IS NULL THEN 'missing_url' END,
		CASE WHEN c.handle_key ~ '\s' OR c.handle_key !~* coalesce(g.handles, '.')
			THEN 'invalid_handle' END,
		CASE WHEN c.register_cells ->> 'owner_level' = 'school' AND c.school_id IS NULL
			THEN 'owner_unmatched' END,
		CASE WHEN v_run AND NOT g.admin THEN 'missing_admin' END,
		CASE WHEN v_run AND NOT g.poster THEN 'missing_posters' END,
		CASE WHEN v_run AND g.single THEN 'single_operator' END,
		CASE WHEN v_run AND g.admin AND g.poster AND g.same THEN 'admin_is_only_poster' END,
		CASE WHEN g.ambiguous THEN 'ambiguous_holder' END,
		CASE WHEN v_run AND g.vacant THEN 'vacant_post' END,
		CASE WHEN g.gone THEN 'holder_left' END,
		CASE WHEN v_run AND c.privacy_notice_on IS NULL AND c.state IN ('approved', 'active') THEN 'not_in_privacy_notice' END,
		CASE WHEN NOT v_run AND (c.owner_name IS NULL OR c.owner_contact IS NULL)
			THEN 'missing_owner' END,
		CASE WHEN c.last_reviewed_on < v_reviewed
			OR NOT v_run AND c.last_reviewed_on IS NULL THEN 'review_overdue' END,
		CASE WHEN v_run AND c.involves_pupils AND NOT g.moderator THEN 'missing_moderator' END,
		CASE WHEN v_run AND c.involves_pupils AND NOT c.pre_moderated THEN 'not_pre_moderated' END,
		CASE WHEN channel_contested(c) THEN 'handle_claimed_elsewhere' END], NULL);
	classification := channel_classification(c.declared, g.admin, g.poster, g.ambiguous, g.vacant, g.oversight, g.admins,
		(v_settings -> 'channel.max_admins')::integer);
END
$$;
GRANT EXECUTE ON FUNCTION channel_review(channel) TO chaperone_app;

-- Who holds each grant of a channel at present, all of them in one reading, for whoever sees the
-- channel: its operators' names belong to it. A grant that nobody holds has no row.
CREATE OR REPLACE FUNCTION channel_holders(p_channel uuid) RETURNS TABLE (grant_id uuid, holders json)
LANGUAGE plpgsql STABLE ROWS 4 SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN QUERY
	SELECT g.id, json_agg(json_build_object('person_id', h.person_id, 'name', h.name)
		ORDER BY h.name, h.person_id)
	  FROM channel_grant g,
	       holders_of(g.tenant_id, g.person_id, coalesce(g.post_id, g.team_id), g.holder_text) h
	 WHERE g.tenant_id = me_tenant() AND g.channel_id = p_channel AND me_member_at(g.school_id)
	   AND p_channel <> ALL (me_excluded()) AND holds_now(g.from_on, g.until_on, g.ended_at)
	 GROUP BY g.id;
END
$$;
GRANT EXECUTE ON FUNCTION channel_holders(uuid) TO chaperone_app;

-- What the register says of a channel follows from who is in its posts and teams, and who has left.
-- The channels are locked in one order: two who leave at the same time would lock each other out.
CREATE OR REPLACE FUNCTION holder_touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_person uuid;
	v_body uuid;
	v_channels uuid[];
BEGIN
	IF TG_TABLE_NAME = 'person' THEN
		v_person := NEW.id;
	ELSE
		v_body := coalesce(NEW.post_id, NEW.team_id);
	END IF;
	v_channels := ARRAY(SELECT c.id FROM channel c
		WHERE c.tenant_id = NEW.tenant_id AND c.changed_xid <> pg_current_xact_id()
		  AND c.id IN (SELECT g.channel_id FROM channel_grant g WHERE g.tenant_id = NEW.tenant_id
				AND g.person_id = v_person
			UNION SELECT g.channel_id FROM channel_grant g WHERE g.tenant_id = NEW.tenant_id
				AND coalesce(g.post_id, g.team_id) = v_body)
		ORDER BY c.id FOR NO KEY UPDATE);
	UPDATE channel c SET changed_xid = pg_current_xact_id()
	 WHERE c.tenant_id = NEW.tenant_id AND c.id = ANY (v_channels);
	RETURN NULL;
END
$$;
