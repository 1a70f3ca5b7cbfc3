-- The clocks of a message: they start, stand still, go on and stop (A8).

-- name: message_hold :many
-- Who touches a clock of a message takes the message first, or two of them would wait for each other. No row:
-- somebody has changed it, where a version is said.
SELECT 1 AS held FROM message m
 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND coalesce(m.version = :version::integer, true)
   FOR NO KEY UPDATE;

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

-- name: message_unkept :many
-- What was promised and neither kept nor settled when it was closed: closing ended it, and opening goes on with it.
SELECT k.kind FROM message m JOIN clock k ON k.tenant_id = m.tenant_id AND k.message_id = m.id
 WHERE m.tenant_id = :me_tenant::uuid AND m.id = :id::uuid AND k.stopped_at = m.closed_at AND k.stop = 'not_applicable'
   AND m.redirected_at IS DISTINCT FROM m.closed_at ORDER BY k.kind;

-- name: message_received :one
SELECT school_id, to_char(received_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS received_at
  FROM message WHERE tenant_id = :me_tenant::uuid AND id = :id::uuid;

-- name: message_clock_stop :one
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
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
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
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
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
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

-- name: message_clock_history :list
-- school: m.school_id
-- own: @message.mine
-- compartment: m.safeguarding
-- handled: @message.named
-- Each due date there ever was, and why.
SELECT k.id AS clock_id, k.kind, h.at, h.actor_id, h.actor_name, h.action, h.due_at, h.because
  FROM clock k JOIN message m ON m.tenant_id = k.tenant_id AND m.id = k.message_id
  JOIN clock_history h ON h.tenant_id = k.tenant_id AND h.clock_id = k.id
 WHERE k.tenant_id = :me_tenant::uuid AND k.message_id = :id::uuid AND {reach}
 ORDER BY h.id;
