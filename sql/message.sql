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

-- name: message_bulk_add :exec
-- What is there by its channel and external_ref stays as it is, whoever may see it. In the order of what two calls at
-- once would wait for, so that neither waits for the other.
INSERT INTO message (tenant_id, id, school_id, channel_id, kind, source, received_at, text, url, external_ref,
	author_kind, author_confidence, author_identity, author_name, author_handle, author_contact, triage,
	about_name, assignee_id, assignee_name, recorded_by, recorded_name)
SELECT :me_tenant::uuid, r.id, r.school_id, r.channel_id, r.kind, r.source, r.received_at, r.text, r.url, r.external_ref,
       coalesce(r.author_kind, 'unknown'), coalesce(r.author_confidence, 'unknown'), coalesce(r.author_identity, 'unknown'),
       r.author_name, r.author_handle, r.author_contact, r.triage_open::text[], r.about_name, r.assignee_id, a.name,
       :me_person::uuid, me_name()
  FROM jsonb_to_recordset(:rows::jsonb) AS r (number integer, id uuid, school_id uuid, channel_id uuid, kind text, source text,
	received_at timestamptz, text text, url text, external_ref text, author_kind text, author_confidence text,
	author_identity text, author_name text, author_handle text, author_contact text, triage_open text, about_name text,
	assignee_id uuid)
  LEFT JOIN person a ON a.tenant_id = :me_tenant::uuid AND a.id = r.assignee_id
 ORDER BY r.channel_id, r.external_ref, r.number
    ON CONFLICT DO NOTHING;

-- name: message_bulk_log :exec
INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, to_state)
SELECT m.tenant_id, m.id, :me_person::uuid, me_name(), 'log', 'open'
  FROM jsonb_to_recordset(:rows::jsonb) AS r (number integer, id uuid)
  JOIN message m ON m.tenant_id = :me_tenant::uuid AND m.id = r.id
 ORDER BY r.number;

-- name: message_bulk_there :many
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @named
-- What was made of each: made now, or there before; that one's id goes to whoever sees it.
SELECT r.number, n.id IS NOT NULL AS made, m.id
  FROM jsonb_to_recordset(:rows::jsonb) AS r (number integer, id uuid, channel_id uuid, external_ref text)
  LEFT JOIN message n ON n.tenant_id = :me_tenant::uuid AND n.id = r.id
  LEFT JOIN message m ON m.tenant_id = :me_tenant::uuid AND m.channel_id = r.channel_id AND m.external_ref = r.external_ref
   AND {reach}
 ORDER BY r.number;

-- name: message_bulk_protect :many
SELECT p.id FROM jsonb_to_recordset(:rows::jsonb) AS r (number integer, id uuid, protects boolean, triage text, about_name text),
       LATERAL message_protect(r.id, 1, r.triage::text[], r.about_name, NULL) p
 WHERE r.protects ORDER BY r.number;

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

-- name: message_clocks_start :exec
-- In a statement of its own: row security looks for the message that they hang on.
INSERT INTO clock (tenant_id, id, message_id, place_id, kind, started_at, first_due_at, due_at, because, rule,
	calendar_version)
SELECT m.tenant_id, k.id, m.id, CASE WHEN m.school_id IS NULL THEN m.tenant_id ELSE m.school_id END, k.kind,
       m.received_at, k.due_at, k.due_at, k.because, k.rule, k.calendar_version
  FROM jsonb_to_recordset(:clocks::jsonb) AS k (id uuid, message_id uuid, kind text, due_at timestamptz, because jsonb,
	rule jsonb, calendar_version integer)
  JOIN message m ON m.tenant_id = :me_tenant::uuid AND m.id = k.message_id
 WHERE NOT EXISTS (SELECT FROM clock o WHERE o.tenant_id = m.tenant_id AND o.message_id = m.id AND o.kind = k.kind
	AND o.stopped_at IS NULL);

-- name: message_clocks_stop :exec
-- Those of these kinds that run, for this reason.
UPDATE clock k SET stopped_at = now(), stopped_name = me_name(), stop = :stop, paused_on = NULL, version = k.version + 1
 WHERE k.tenant_id = :me_tenant::uuid AND k.message_id = :id::uuid AND k.stopped_at IS NULL
   AND k.kind = ANY (:stopping::text[])
   AND (k.kind <> 'response' OR :stop <> 'acknowledged'
	OR my_setting(CASE WHEN k.place_id = k.tenant_id THEN NULL ELSE k.place_id END, 'clock.ack_stops_clock')::boolean);

-- name: message_running :many
-- The clocks that the law keeps running whatever was answered.
SELECT 'clock_running' AS code, 'The clock ' || k.kind || ' still runs: say in settles that this fulfils it, or stop it.' AS detail
  FROM clock k
 WHERE k.tenant_id = :me_tenant::uuid AND k.message_id = :id::uuid AND k.stopped_at IS NULL
   AND k.kind <> ALL (:courtesy::text[]) ORDER BY k.kind;

-- name: message_unanswerable :many
-- A channel on which messages are acknowledged and redirected, and not answered.
SELECT 'redirect_only' AS code,
       'On this channel nobody answers (its reply_mode): acknowledge the message, or redirect it to the school.' AS detail
  FROM message m JOIN channel c ON c.tenant_id = m.tenant_id AND c.id = m.channel_id
 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND c.reply_mode = 'acknowledge_and_redirect';

-- name: message_received :one
SELECT school_id, to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS received_at
  FROM message WHERE tenant_id = :me_tenant::uuid AND id = :id::uuid;

-- name: message_clock_stop :one
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @named
WITH stopped AS (
	UPDATE clock k SET stopped_at = now(), stopped_name = me_name(), stop = :stop, paused_on = NULL, version = k.version + 1
	  FROM message m
	 WHERE k.tenant_id = :me_tenant::uuid AND k.message_id = :id::uuid AND k.id = :clock_id::uuid AND k.stopped_at IS NULL
	   AND m.tenant_id = k.tenant_id AND m.id = k.message_id AND {reach}
	RETURNING k.tenant_id, k.message_id, k.kind, m.state
), logged AS (
	INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT tenant_id, message_id, :me_person::uuid, me_name(), 'stop_clock', state, state, concat(kind, ': ', :reason::text)
	  FROM stopped
)
SELECT true AS ok FROM stopped;

-- name: message_clock_pause :one
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @named
-- What stands still is due at no time: standing still hides nothing that is late already.
WITH judged AS (
	SELECT k.tenant_id, k.id, k.message_id, k.kind, m.state,
	       CASE WHEN k.kind <> ALL (:pausing::text[]) THEN 'The clock ' || k.kind || ' never stands still: it runs until what it '
			|| 'asks for is done.'
		    WHEN k.paused_on IS NOT NULL THEN 'It stands still already.'
		    WHEN k.due_at < clock_now() THEN 'It is overdue: it does not stand still any more.' END AS why
	  FROM clock k JOIN message m ON m.tenant_id = k.tenant_id AND m.id = k.message_id
	 WHERE k.tenant_id = :me_tenant::uuid AND k.message_id = :id::uuid AND k.id = :clock_id::uuid AND k.stopped_at IS NULL
	   AND {reach} FOR NO KEY UPDATE OF k
), paused AS (
	UPDATE clock k SET paused_on = today(), due_at = NULL, version = k.version + 1,
	       because = k.because || to_jsonb('It stands still since ' || to_char(today(), 'FMDay FMDD FMMonth YYYY')
			|| ': it is due at no time until it goes on.')
	  FROM judged j WHERE k.tenant_id = j.tenant_id AND k.id = j.id AND j.why IS NULL
), logged AS (
	INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT tenant_id, message_id, :me_person::uuid, me_name(), 'pause_clock', state, state, concat(kind, ': ', :reason::text)
	  FROM judged WHERE why IS NULL
)
SELECT why IS NULL AS ok, NULL AS fault, why FROM judged;

-- name: message_clock_paused :one
-- What a clock that stands still is reckoned again by, once it goes on; every day that it stood counts.
SELECT k.kind, k.rule, to_char(k.started_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS started_at,
       k.paused_days + (today() - k.paused_on) AS paused_days, m.school_id, k.version
  FROM clock k JOIN message m ON m.tenant_id = k.tenant_id AND m.id = k.message_id
 WHERE k.tenant_id = :me_tenant::uuid AND k.message_id = :id::uuid AND k.id = :clock_id::uuid AND k.stopped_at IS NULL
   AND k.paused_on IS NOT NULL;

-- name: message_clock_resume :one
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @named
WITH judged AS (
	SELECT k.tenant_id, k.id, k.message_id, k.kind, m.state,
	       CASE WHEN k.paused_on IS NULL THEN 'It does not stand still.'
		    WHEN k.version IS DISTINCT FROM :clock_version::integer THEN 'Somebody has just changed it.' END AS why
	  FROM clock k JOIN message m ON m.tenant_id = k.tenant_id AND m.id = k.message_id
	 WHERE k.tenant_id = :me_tenant::uuid AND k.message_id = :id::uuid AND k.id = :clock_id::uuid AND k.stopped_at IS NULL
	   AND {reach} FOR NO KEY UPDATE OF k
), resumed AS (
	UPDATE clock k SET paused_on = NULL, paused_days = :clock_days::integer, due_at = :clock_due::timestamptz,
	       because = :because::jsonb, calendar_version = :calendar_version::integer, version = k.version + 1
	  FROM judged j WHERE k.tenant_id = j.tenant_id AND k.id = j.id AND j.why IS NULL
), logged AS (
	INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT tenant_id, message_id, :me_person::uuid, me_name(), 'resume_clock', state, state, concat(kind, ': ', :reason::text)
	  FROM judged WHERE why IS NULL
)
SELECT why IS NULL AS ok, NULL AS fault, why FROM judged;

-- name: message_protect :one
SELECT id, state FROM message_protect(:id::uuid, :version::integer, :triage::text[], :about_name, :reason);

-- name: message_protected :one
SELECT 'You have put this into the compartment: the DSL has it.' AS detail WHERE message_protected(:id::uuid);

-- name: message_release :one
SELECT id, state FROM message_release(:id::uuid, :version::integer, :reason);

-- name: message_move :one
-- No row comes back when someone else moved it first: the caller answers 409.
WITH before AS (
	SELECT m.* FROM message m
	 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND m.version = :version::integer FOR UPDATE
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
	       assignee_id = CASE WHEN :action = 'assign' THEN :person_id::uuid ELSE b.assignee_id END,
	       assignee_name = CASE WHEN :action = 'assign' THEN :assignee_name ELSE b.assignee_name END
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
 WHERE p.tenant_id = :me_tenant::uuid AND p.id = :person_id::uuid AND (p.left_on IS NULL OR p.left_on >= today())
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

-- name: message_clock_history :list
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @named
-- Each due date there ever was, and why.
SELECT k.id AS clock_id, k.kind, h.at, h.actor_id, h.actor_name, h.action, h.due_at, h.because
  FROM clock k JOIN message m ON m.tenant_id = k.tenant_id AND m.id = k.message_id
  JOIN clock_history h ON h.tenant_id = k.tenant_id AND h.clock_id = k.id
 WHERE k.tenant_id = :me_tenant::uuid AND k.message_id = :id::uuid AND {reach}
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
	   AND (p.left_on IS NULL OR p.left_on >= today())
	   AND NOT EXISTS (SELECT FROM exclusion e WHERE e.tenant_id = p.tenant_id AND e.subject_id = :id::uuid AND e.person_id = p.id)
), added AS (
	INSERT INTO message_handler (tenant_id, id, message_id, person_id, person_name, reason, named_by, named_name)
	SELECT m.tenant_id, :new_id::uuid, m.id, n.id, n.name, :reason, :me_person::uuid, me_name()
	  FROM m, named n WHERE NOT n.already
)
SELECT n.id IS NOT NULL AND NOT n.already AND EXISTS (SELECT FROM m) AS ok,
       CASE WHEN EXISTS (SELECT FROM m) AND n.id IS NULL THEN '/person_id' END AS fault,
       CASE WHEN NOT EXISTS (SELECT FROM m) THEN 'It does not stand in the compartment: who works on it is its assignee.'
	    WHEN n.already THEN n.name || ' is named already.' END AS why
  FROM (SELECT 1) one LEFT JOIN named n ON true;

-- name: message_handler_end :one
-- school: m.school_id
WITH ended AS (
	UPDATE message_handler h SET ended_at = now()
	  FROM message m
	 WHERE h.tenant_id = :me_tenant::uuid AND h.message_id = :id::uuid AND h.id = :handler_id::uuid AND h.ended_at IS NULL
	   AND m.tenant_id = h.tenant_id AND m.id = h.message_id AND {reach}
	RETURNING h.id
)
SELECT true AS ok, NULL AS fault, NULL AS why FROM ended;
