-- Who is calling, and in which circles they stand.

-- The one list of who is in which circle:
--   member     holds any appointment
--   colleague  works there, or leads the board: everybody but plain governors
--   keeper     keeps people's records: leaders, HR, auditors
--   leader     decides or runs: SLT, administrators, heads; chairs and proprietors as substitutes
-- Sessions keep what they were given: a change here also takes a migration that says
-- UPDATE session SET circles_version = NULL.
CREATE OR REPLACE FUNCTION circles_of(p_tenant uuid, p_person uuid, p_day date) RETURNS text[]
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_circles text[];
BEGIN
	SELECT ARRAY[
		CASE WHEN bool_or(wide) THEN '*'
		     ELSE array_agg(school_id)::text END,
		CASE WHEN bool_or(wide AND colleague) THEN '*'
		     ELSE coalesce(array_agg(school_id) FILTER (WHERE colleague), '{}')::text END,
		CASE WHEN bool_or(wide AND keeper) THEN '*'
		     ELSE coalesce(array_agg(school_id) FILTER (WHERE keeper), '{}')::text END,
		CASE WHEN bool_or(wide AND leader) THEN '*'
		     ELSE coalesce(array_agg(school_id) FILTER (WHERE leader), '{}')::text END]
	  INTO v_circles
	  FROM (SELECT a.scope = 'tenant' AS wide, x.school_id,
		       a.role <> 'governor'
			OR a.duties && '{head,dsl,dpo,hr,clerk,auditor,chair,proprietor}' AS colleague,
		       a.role IN ('slt', 'administrator')
			OR a.duties && '{head,hr,auditor,chair,proprietor}' AS keeper,
		       a.role IN ('slt', 'administrator') OR a.duties && '{head,chair,proprietor}' AS leader
		  FROM appointment a
		  LEFT JOIN appointment_school x ON x.tenant_id = a.tenant_id AND x.appointment_id = a.id
		 WHERE a.tenant_id = p_tenant AND a.person_id = p_person
		   AND a.state = 'active' AND a.from_on <= p_day
		   AND (a.to_on IS NULL OR a.to_on >= p_day)
		   AND (a.scope = 'tenant' OR x.school_id IS NOT NULL)) held
	HAVING count(*) > 0;
	RETURN coalesce(v_circles, '{"{}","{}","{}","{}"}');
END
$$;

-- The first statement of every transaction: checks that the session still stands and that
-- nothing about it changed, and sets who is calling. False: revoked.
CREATE OR REPLACE FUNCTION enter(p_session uuid, p_version integer, p_request text, p_read_only boolean)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_day date := today();
	r record;
	unused text; -- an assignment costs less than PERFORM
BEGIN
	SELECT s.tenant_id, s.person_id, s.identity_id, p.name,
	       CASE WHEN s.circles_version = s.version AND s.circles_day = v_day THEN s.circles
		    ELSE circles_of(s.tenant_id, s.person_id, v_day) END AS circles,
	       ARRAY(SELECT e.subject_id FROM person mine JOIN exclusion e
			ON e.tenant_id = mine.tenant_id AND e.person_id = mine.id
		      WHERE mine.identity_id = s.identity_id)::text AS excluded,
	       ARRAY(SELECT o.application_id FROM application_operator o
		      WHERE o.tenant_id = s.tenant_id AND o.person_id = s.person_id)::text AS operating
	  INTO r
	  FROM session s
	  JOIN person p ON p.tenant_id = s.tenant_id AND p.id = s.person_id
	 WHERE s.id = p_session AND s.version = p_version AND s.revoked_at IS NULL
	   AND s.expires_at > now() AND (p.left_on IS NULL OR p.left_on >= v_day);
	IF NOT FOUND THEN RETURN false; END IF;
	unused := set_config('me.tenant', r.tenant_id::text, true);
	unused := set_config('me.person', r.person_id::text, true);
	unused := set_config('me.identity', r.identity_id::text, true);
	unused := set_config('me.name', r.name, true);
	unused := set_config('me.request', coalesce(p_request, ''), true);
	unused := set_config('me.member', r.circles[1], true);
	unused := set_config('me.colleague', r.circles[2], true);
	unused := set_config('me.keeper', r.circles[3], true);
	unused := set_config('me.leader', r.circles[4], true);
	unused := set_config('me.excluded', r.excluded, true);
	unused := set_config('me.operating', r.operating, true);
	IF p_read_only THEN
		unused := set_config('transaction_read_only', 'on', true);
	END IF;
	RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION enter(uuid, integer, text, boolean) TO chaperone_app;
