-- Messages on channels (A8): what comes in, whose it is, when an answer is due.

-- The caller's own: recorded, worked on, or on a channel that they run.
-- term: mine = (m.recorded_by = :me_person::uuid OR m.assignee_id = :me_person::uuid
--   OR m.channel_id = ANY ((SELECT me_channels())::uuid[]))
-- term: waiting = m.tenant_id = :me_tenant::uuid AND m.state <> 'closed'
-- term: named = m.id = ANY ((SELECT me_handling())::uuid[])
-- term: shown = m.id, m.school_id, s.name AS school_name, m.channel_id, coalesce(c.display_name, c.handle) AS channel_name,
--   c.platform, m.state, m.kind, m.source, m.received_at, m.text, m.url, m.external_ref, m.author_kind, m.author_confidence,
--   m.author_identity, m.author_name, m.author_handle, m.author_contact, m.triage, m.safeguarding, m.about_name,
--   m.assignee_id, m.assignee_name, m.acknowledged_at, m.acknowledged_name, m.answered_at, m.redirected_at, m.outcome, m.closed_at,
--   m.next_due_at, coalesce(m.next_due_at < (SELECT clock_now()), false) AS overdue, m.recorded_by, m.recorded_name,
--   m.version, m.created_at
-- term: places = LEFT JOIN school s ON s.tenant_id = m.tenant_id AND s.id = m.school_id
--   LEFT JOIN channel c ON c.tenant_id = m.tenant_id AND c.id = m.channel_id

-- name: message_list :list
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @named
-- ways: message m WHERE m.tenant_id = :me_tenant::uuid
SELECT @shown{cursor}
  FROM message m @places
 WHERE m.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: message_open :list
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @named
-- few: message m WHERE @waiting
-- What waits, the first due first; what nobody promised comes last.
SELECT @shown{cursor}
  FROM message m @places
 WHERE @waiting AND {reach}{filter} {page};

-- name: message_get :one
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @named
SELECT @shown,
       (SELECT coalesce(json_agg(json_build_object('id', k.id, 'kind', k.kind, 'started_at', json_time(k.started_at),
		'due_at', json_time(k.due_at), 'first_due_at', json_time(k.first_due_at), 'because', k.because, 'paused_on', k.paused_on,
		'paused_days', k.paused_days, 'stopped_at', json_time(k.stopped_at), 'stop', k.stop, 'stopped_name', k.stopped_name,
		'overdue', coalesce(k.due_at < coalesce(k.stopped_at, (SELECT clock_now())), false),
		'calendar_conflict', k.calendar_conflict,
		'recalculating', k.stopped_at IS NULL AND k.paused_on IS NULL AND EXISTS (SELECT FROM calendar_version v
			WHERE v.tenant_id = k.tenant_id AND v.place_id = k.place_id AND v.version > k.calendar_version))
		ORDER BY k.started_at, k.created_at, k.id), '[]')
	  FROM clock k WHERE k.tenant_id = m.tenant_id AND k.message_id = m.id) AS clocks,
       (SELECT coalesce(json_agg(json_build_object('handler_id', h.id, 'person_id', h.person_id,
		'person_name', h.person_name, 'reason', h.reason, 'named_name', h.named_name) ORDER BY h.created_at, h.id), '[]')
	  FROM message_handler h
	 WHERE h.tenant_id = m.tenant_id AND h.message_id = m.id AND h.ended_at IS NULL) AS handlers,
       CASE WHEN m.safeguarding THEN @named ELSE @mine END AS _own
  FROM message m @places
 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND {reach};

-- name: message_places :many
-- school: p.school_id
-- own: p.channel_id = ANY ((SELECT me_channels())::uuid[])
-- Where each belongs: at its channel's school. A fault names the field that is not within reach.
WITH p AS (
	SELECT r.number, r.channel_id AS asked, r.assignee_id, c.id AS channel_id, r.school_id AS said,
	       CASE WHEN r.channel_id IS NULL THEN r.school_id ELSE c.school_id END AS school_id
	  FROM jsonb_to_recordset(:rows::jsonb) AS r (number integer, channel_id uuid, school_id uuid, assignee_id uuid)
	  LEFT JOIN channel c ON c.tenant_id = :me_tenant::uuid AND c.id = r.channel_id
)
SELECT p.number, p.school_id,
       CASE WHEN p.asked IS NOT NULL AND (p.channel_id IS NULL OR ({reach}) IS NOT TRUE) THEN '/channel_id'
	    WHEN p.asked IS NOT NULL AND p.said IS NOT NULL AND p.said IS DISTINCT FROM p.school_id THEN '/school_id'
	    WHEN p.asked IS NULL AND (p.school_id IS NULL AND NOT :reach_tenant::boolean
		OR p.school_id IS NOT NULL AND NOT EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = p.school_id) OR ({reach}) IS NOT TRUE) THEN '/school_id'
	    WHEN p.assignee_id IS NOT NULL AND NOT EXISTS (SELECT FROM person a WHERE a.tenant_id = :me_tenant::uuid
		AND a.id = p.assignee_id AND (a.left_on IS NULL OR a.left_on >= today())) THEN '/assignee_id' END AS fault
  FROM p ORDER BY p.number;

-- name: message_add :exec
WITH added AS (
	INSERT INTO message (tenant_id, id, school_id, channel_id, kind, source, received_at, text, url, external_ref,
		author_kind, author_confidence, author_identity, author_name, author_handle, author_contact, triage,
		about_name, assignee_id, assignee_name, recorded_by, recorded_name)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :channel_id::uuid, :kind, :source, :received_at::timestamptz,
	       :text, :url, :external_ref, coalesce(:author_kind, 'unknown'), coalesce(:author_confidence, 'unknown'),
	       coalesce(:author_identity, 'unknown'), :author_name, :author_handle, :author_contact, :triage_open::text[],
	       :about_name, :assignee_id::uuid, (SELECT a.name FROM person a
		WHERE a.tenant_id = :me_tenant::uuid AND a.id = :assignee_id::uuid), :me_person::uuid, me_name()
)
INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, to_state)
SELECT :me_tenant::uuid, :id::uuid, :me_person::uuid, me_name(), 'log', 'open';

-- name: message_imagery :many
-- school: m.school_id
-- That it is no such imagery after all is the DSL's to say.
SELECT 1 AS kept FROM message m
 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND 'self_generated_imagery' = ANY (m.triage)
   AND 'self_generated_imagery' <> ALL (:triage::text[]) AND ({reach}) IS NOT TRUE;

-- name: message_unanswerable :many
-- A channel on which messages are acknowledged and redirected, and not answered.
SELECT 'redirect_only' AS code,
       'On this channel nobody answers (its reply_mode): acknowledge the message, or redirect it to the school.' AS detail
  FROM message m JOIN channel c ON c.tenant_id = m.tenant_id AND c.id = m.channel_id
 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND c.reply_mode = 'acknowledge_and_redirect';

-- name: message_protect :one
SELECT id, state FROM message_protect(:id::uuid, :version::integer, :triage::text[], :about_name, :reason);

-- name: message_protectors :one
SELECT message_protectors(:id::uuid) AS safeguarders;

-- name: message_protected :one
SELECT 'You have put this into the compartment: the DSL has it.' AS detail WHERE message_protected(:id::uuid);

-- name: message_release :one
SELECT id, state FROM message_release(:id::uuid, :version::integer, :reason);

-- name: message_move :one
-- No row comes back when someone else moved it first: the caller answers 409.
WITH before AS (
	SELECT m.* FROM message m
	 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND m.version = :version::integer FOR NO KEY UPDATE
), moved AS (
	UPDATE message m SET state = :to, version = m.version + 1,
	       acknowledged_at = CASE WHEN :action IN ('acknowledge', 'redirect', 'answer') THEN coalesce(b.acknowledged_at, now()) ELSE b.acknowledged_at END,
	       acknowledged_name = CASE WHEN :action IN ('acknowledge', 'redirect', 'answer') THEN coalesce(b.acknowledged_name, me_name())
			ELSE b.acknowledged_name END,
	       answered_at = CASE WHEN :action = 'answer' THEN now() ELSE b.answered_at END,
	       redirected_at = CASE WHEN :action = 'redirect' THEN now() ELSE b.redirected_at END,
	       outcome = CASE WHEN :to <> 'closed' THEN NULL WHEN :action = 'answer' THEN 'answered'
			WHEN :action = 'redirect' THEN 'redirected' ELSE :outcome END,
	       closed_at = CASE WHEN :to = 'closed' THEN now() END,
	       triage = CASE WHEN :action = 'triage' THEN :triage::text[] ELSE b.triage END,
	       about_name = CASE WHEN :action = 'triage' THEN coalesce(:about_name, b.about_name) ELSE b.about_name END,
	       -- who must not see it does not work on it
	       assignee_id = CASE WHEN :action = 'assign' THEN :person_id::uuid
			WHEN :action = 'exclude' AND b.assignee_id = :person_id::uuid THEN NULL ELSE b.assignee_id END,
	       assignee_name = CASE WHEN :action = 'assign' THEN :assignee_name
			WHEN :action = 'exclude' AND b.assignee_id = :person_id::uuid THEN NULL ELSE b.assignee_name END
	  FROM before b
	 WHERE m.tenant_id = b.tenant_id AND m.id = b.id AND b.state = ANY (:from::text[])
	RETURNING m.tenant_id, m.id, m.state
), logged AS (
	INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT o.tenant_id, o.id, :me_person::uuid, me_name(), :action, b.state, o.state, coalesce(:reply, :reason)
	  FROM moved o JOIN before b USING (tenant_id, id)
)
SELECT id, state FROM moved;

-- name: message_exclude :one
-- From this commit on the person is blind to the message, under any of their persons.
WITH subject AS (
	SELECT p.id, p.name, EXISTS (SELECT FROM exclusion e WHERE e.tenant_id = p.tenant_id
		AND e.subject_id = :id::uuid AND e.person_id = p.id) AS already
	  FROM person p WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid AND p.id <> :me_person::uuid
), excluded AS (
	INSERT INTO exclusion (tenant_id, subject_id, person_id, reason, excluded_by)
	SELECT :me_tenant::uuid, :id::uuid, s.id, :reason, :me_person::uuid FROM subject s WHERE NOT s.already
	ON CONFLICT DO NOTHING
)
SELECT s.id IS NOT NULL AND NOT s.already AS ok, CASE WHEN s.id IS NULL THEN '/person_id' END AS fault,
       s.name || ' is excluded already.' AS why
  FROM (SELECT 1) one LEFT JOIN subject s ON true;

-- name: message_person :one
-- Who is to work on it: here, and not blind to it.
SELECT p.name FROM person p
 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid AND @person.here
   AND NOT EXISTS (SELECT FROM exclusion e WHERE e.tenant_id = p.tenant_id AND e.subject_id = :id::uuid AND e.person_id = p.id);

-- name: message_history :list
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @named
SELECT h.at, h.actor_id, h.actor_name, h.action, h.from_state, h.to_state, h.note
  FROM message_history h JOIN message m ON m.tenant_id = h.tenant_id AND m.id = h.message_id
 WHERE h.tenant_id = :me_tenant::uuid AND h.message_id = :id::uuid AND {reach}
 ORDER BY h.id;

-- name: message_handler_add :one
-- school: m.school_id
WITH m AS (
	SELECT m.* FROM message m
	 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND m.safeguarding AND {reach}
), named AS (
	SELECT p.id, p.name, EXISTS (SELECT FROM message_handler h WHERE h.tenant_id = p.tenant_id
		AND h.message_id = :id::uuid AND h.person_id = p.id AND h.ended_at IS NULL) AS already
	  FROM person p WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid
	   AND @person.here
	   AND NOT EXISTS (SELECT FROM exclusion e WHERE e.tenant_id = p.tenant_id AND e.subject_id = :id::uuid AND e.person_id = p.id)
), reader AS (
	SELECT message_reader(n.id, :reading_roles::text[], :reading_duties::text[]) AS ok FROM named n
), added AS (
	INSERT INTO message_handler (tenant_id, id, message_id, person_id, person_name, reason, named_by, named_name)
	SELECT m.tenant_id, :new_id::uuid, m.id, n.id, n.name, :reason, :me_person::uuid, me_name()
	  FROM m, named n, reader r WHERE NOT n.already AND r.ok
), logged AS (
	INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT m.tenant_id, m.id, :me_person::uuid, me_name(), 'name_handler', m.state, m.state, concat_ws(': ', n.name, :reason::text)
	  FROM m, named n, reader r WHERE NOT n.already AND r.ok
)
SELECT coalesce(r.ok, false) AND NOT n.already AND EXISTS (SELECT FROM m) AS ok,
       CASE WHEN EXISTS (SELECT FROM m) AND r.ok IS NOT TRUE THEN '/person_id' END AS fault,
       CASE WHEN NOT EXISTS (SELECT FROM m) THEN 'It does not stand in the compartment: who works on it is its assignee.'
	    WHEN NOT r.ok THEN 'holds nothing by which messages are read: they would not see it'
	    WHEN n.already THEN n.name || ' is named already.' END AS why
  FROM (SELECT 1) one LEFT JOIN named n ON true LEFT JOIN reader r ON true;

-- name: message_handler_end :one
-- school: m.school_id
WITH ended AS (
	UPDATE message_handler h SET ended_at = now()
	  FROM message m
	 WHERE h.tenant_id = :me_tenant::uuid AND h.message_id = :id::uuid AND h.id = :handler_id::uuid AND h.ended_at IS NULL
	   AND m.tenant_id = h.tenant_id AND m.id = h.message_id AND {reach}
	RETURNING h.tenant_id, h.message_id, h.person_name, m.state
), logged AS (
	INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT tenant_id, message_id, :me_person::uuid, me_name(), 'end_handler', state, state, person_name FROM ended
)
SELECT true AS ok, NULL AS fault, NULL AS why FROM ended;
