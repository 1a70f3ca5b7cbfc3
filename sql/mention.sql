-- What is said about a school in public, and what came of it (R1, R2, R3).

-- term: mine = (m.found_by = :me_person::uuid)
-- term: shown = m.id, m.school_id, s.name AS school_name, m.state, m.url, m.platform, f.name AS platform_name, m.author_handle, m.excerpt, m.public, m.watch_term_id, m.authorisation_id, m.action_taken, m.playbook_reference, m.found_at, m.found_by, m.found_name, m.closed_at, m.version, m.created_at
-- term: rows = mention m JOIN platform f ON f.code = m.platform LEFT JOIN school s ON s.tenant_id = m.tenant_id AND s.id = m.school_id

-- name: mention_list :list
-- school: m.school_id
-- own: @mine
SELECT @shown{cursor}
  FROM @rows
 WHERE m.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: mention_get :one
-- school: m.school_id
-- own: @mine
SELECT @shown, @mine AS _own
  FROM @rows
 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND {reach};

-- name: mention_history :list
-- school: m.school_id
-- own: @mine
SELECT h.at, h.actor_id, h.actor_name, h.action, h.from_state, h.to_state, h.note
  FROM mention_history h JOIN mention m ON m.tenant_id = h.tenant_id AND m.id = h.mention_id
 WHERE h.tenant_id = :me_tenant::uuid AND h.mention_id = :id::uuid AND {reach}
 ORDER BY h.id;

-- name: mention_record :one
-- school: s.id
-- That a second look at the same author is authorised is for a trigger (mention_second_look): whoever
-- records need not see the first one.
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), judged AS (
	SELECT CASE WHEN NOT ok THEN '/school_id'
		    WHEN NOT :public::boolean THEN '/public'
		    WHEN :found_at::timestamptz > now() THEN '/found_at'
		    WHEN :watch_term_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM watch_term w
			WHERE w.tenant_id = :me_tenant::uuid AND w.id = :watch_term_id::uuid AND w.removed_at IS NULL)
		    THEN '/watch_term_id'
		    WHEN :authorisation_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM monitoring_authorisation a
			WHERE a.tenant_id = :me_tenant::uuid AND a.id = :authorisation_id::uuid AND a.state = 'active'
			  AND today() BETWEEN a.from_on AND a.until_on
			  AND (a.school_id IS NULL OR a.school_id = :school_id::uuid)) THEN '/authorisation_id' END AS fault
	  FROM place
), recorded AS (
	INSERT INTO mention (tenant_id, id, school_id, url, platform, author_handle, excerpt, public, watch_term_id,
		authorisation_id, action_taken, playbook_reference, found_at, found_by, found_name)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :url, :platform, :author_handle, :excerpt, :public::boolean,
	       :watch_term_id::uuid, :authorisation_id::uuid, :action_taken, :playbook_reference,
	       coalesce(:found_at::timestamptz, now()), :me_person::uuid, me_name()
	  FROM judged WHERE fault IS NULL
), told AS (
	INSERT INTO mention_history (tenant_id, mention_id, actor_id, actor_name, action, to_state, note)
	SELECT :me_tenant::uuid, :id::uuid, :me_person::uuid, me_name(), 'record', 'open', :action_taken
	  FROM judged WHERE fault IS NULL
)
SELECT fault IS NULL AS ok, fault,
       CASE fault WHEN '/public' THEN 'only what anybody can read is written down here'
		  WHEN '/found_at' THEN 'lies in the future'
		  WHEN '/authorisation_id' THEN 'is unknown, not within your reach, or does not stand here today' END AS why
  FROM judged;

-- name: mention_move :one
-- No row comes back when someone else closed it first: the caller answers 409.
WITH before AS (
	SELECT m.tenant_id, m.id, m.state FROM mention m
	 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND m.version = :version::integer FOR UPDATE
), moved AS (
	UPDATE mention m SET state = :to, version = m.version + 1, closed_at = now(),
	       action_taken = coalesce(:action_taken, m.action_taken),
	       playbook_reference = coalesce(:playbook_reference, m.playbook_reference)
	  FROM before b
	 WHERE m.tenant_id = b.tenant_id AND m.id = b.id AND b.state = ANY (:from::text[])
	RETURNING m.tenant_id, m.id, m.state, m.action_taken
), told AS (
	INSERT INTO mention_history (tenant_id, mention_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT m.tenant_id, m.id, :me_person::uuid, me_name(), :action, b.state, m.state,
	       concat_ws(': ', m.action_taken, :reason::text)
	  FROM moved m JOIN before b USING (tenant_id, id)
)
SELECT id, state FROM moved;
