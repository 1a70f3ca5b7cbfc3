-- What was hidden, deleted, blocked or reported, what the audience was told, and who appealed (A9).

-- The caller's own: of a message as messages have it, else recorded, or on a channel that they run.
-- term: mine = CASE WHEN x.message_id IS NULL THEN x.recorded_by = :me_person::uuid
--   OR coalesce(x.channel_id = ANY ((SELECT me_channels())::uuid[]), false)
--   ELSE coalesce(@message.mine, false) END
-- What was there is gone, or not to be seen: shown by a snapshot. The CHECK moderation_action_snapshot says it again.
-- term: removes = x.kind IN ('hide', 'delete')
-- term: shown = x.id, x.school_id, s.name AS school_name, x.message_id, x.channel_id,
--   coalesce(c.display_name, c.handle) AS channel_name, c.platform, x.state, x.kind, x.reason, x.ordering_body, x.ordered_on, x.target_author,
--   x.target_url, x.target_person_id, x.taken_at, x.taken_by, x.taken_name, x.snapshot_id, x.no_snapshot_reason, x.no_snapshot_words,
--   x.moderation_reason_id, x.public_reason, x.public_reason_posted_at, x.public_reason_url, moderation_told(x) AS told,
--   x.waived_at, x.waived_by, x.waived_name, x.waive_reason, x.completed_at, x.overturned_at, x.recorded_by, x.recorded_name,
--   x.version, x.created_at
-- term: from = moderation_action x LEFT JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
--   LEFT JOIN school s ON s.tenant_id = x.tenant_id AND s.id = x.school_id
--   LEFT JOIN channel c ON c.tenant_id = x.tenant_id AND c.id = x.channel_id

-- name: moderation_list :list
-- school: x.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @message.named
SELECT @shown{cursor}
  FROM @from
 WHERE x.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: moderation_get :one
-- school: x.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @message.named
SELECT @shown,
       (SELECT coalesce(json_agg(json_build_object('report_id', r.id, 'platform_reference', r.platform_reference,
		'status', r.status, 'reported_at', json_time(r.reported_at), 'chase_on', r.chase_on,
		'reported_by', r.reported_by, 'reported_name', r.reported_name) ORDER BY r.reported_at, r.id), '[]')
	  FROM moderation_report r WHERE r.tenant_id = x.tenant_id AND r.action_id = x.id) AS reports,
       (SELECT coalesce(json_agg(json_build_object('appeal_id', a.id, 'by', a.by_name, 'text', a.text,
		'received_at', json_time(a.received_at), 'opened_name', a.opened_name, 'outcome', a.outcome,
		'reason', a.decision, 'decided_at', json_time(a.decided_at), 'decided_by', a.decided_by,
		'decided_name', a.decided_name) ORDER BY a.created_at, a.id), '[]')
	  FROM moderation_appeal a WHERE a.tenant_id = x.tenant_id AND a.action_id = x.id) AS appeals,
       CASE WHEN m.safeguarding THEN @message.named ELSE @mine END AS _own
  FROM @from
 WHERE x.tenant_id = :me_tenant::uuid AND x.id = :id::uuid AND {reach};

-- name: moderation_history :list
-- school: x.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @message.named
SELECT h.at, h.actor_id, h.actor_name, h.action, h.from_state, h.to_state, h.note
  FROM moderation_history h JOIN moderation_action x ON x.tenant_id = h.tenant_id AND x.id = h.action_id
  LEFT JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
 WHERE h.tenant_id = :me_tenant::uuid AND h.action_id = :id::uuid AND {reach}
 ORDER BY h.id;

-- name: moderation_add :one
-- school: x.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @message.named
-- At its message's place, else its channel's. What was done already is taken from the first, whatever it still lacks;
-- what is offensive has been handled once something was done about it (B1).
WITH x AS (
	SELECT :message_id::uuid AS message_id, NULL::uuid AS recorded_by,
	       CASE WHEN :message_id::uuid IS NULL THEN c.school_id ELSE m.school_id END AS school_id,
	       CASE WHEN :message_id::uuid IS NULL THEN c.id ELSE m.channel_id END AS channel_id
	  FROM (SELECT 1) one LEFT JOIN message m ON m.tenant_id = :me_tenant::uuid AND m.id = :message_id::uuid
	  LEFT JOIN channel c ON c.tenant_id = :me_tenant::uuid AND c.id = :channel_id::uuid
), template AS (
	SELECT r.id, r.public_text FROM moderation_reason r, x
	 WHERE r.tenant_id = :me_tenant::uuid AND r.id = :moderation_reason_id::uuid AND NOT r.retired
	   AND (r.school_id IS NULL OR r.school_id = x.school_id)
), taker AS (
	SELECT p.id, p.name FROM person p
	 WHERE p.tenant_id = :me_tenant::uuid AND p.id = CASE WHEN :taken_by::uuid IS NULL THEN :me_person::uuid ELSE :taken_by::uuid END
), judged AS (
	SELECT CASE WHEN :message_id::uuid IS NOT NULL AND (m.id IS NULL OR ({reach}) IS NOT TRUE) THEN '/message_id'
		WHEN :channel_id::uuid IS NOT NULL AND (x.channel_id IS DISTINCT FROM :channel_id::uuid OR ({reach}) IS NOT TRUE)
			THEN '/channel_id'
		WHEN :target_person_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM person p WHERE p.tenant_id = :me_tenant::uuid
			AND p.id = :target_person_id::uuid) THEN '/target_person_id'
		WHEN NOT EXISTS (SELECT FROM taker) THEN '/taken_by'
		WHEN :snapshot_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM evidence e WHERE e.tenant_id = :me_tenant::uuid
			AND e.id = :snapshot_id::uuid AND e.message_id = x.message_id) THEN '/snapshot_id'
		WHEN :moderation_reason_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM template)
			THEN '/moderation_reason_id' END AS fault
	  FROM x LEFT JOIN message m ON m.tenant_id = :me_tenant::uuid AND m.id = x.message_id
), added AS (
	INSERT INTO moderation_action (tenant_id, id, school_id, message_id, channel_id, state, kind, reason, ordering_body, ordered_on,
		target_author, target_url, target_person_id, taken_at, taken_by, taken_name, snapshot_id, no_snapshot_reason, no_snapshot_words, moderation_reason_id,
		public_reason, public_reason_posted_at, public_reason_url, recorded_by, recorded_name)
	SELECT :me_tenant::uuid, :id::uuid, x.school_id, x.message_id, x.channel_id,
	       CASE WHEN :taken_at::timestamptz IS NULL THEN 'open' ELSE 'taken' END, :kind, :reason, :ordering_body, :ordered_on::date,
	       :target_author, :target_url,
	       :target_person_id::uuid, :taken_at::timestamptz, CASE WHEN :taken_at::timestamptz IS NOT NULL THEN taker.id END,
	       CASE WHEN :taken_at::timestamptz IS NOT NULL THEN taker.name END, :snapshot_id::uuid, :no_snapshot_reason, :no_snapshot_words,
	       :moderation_reason_id::uuid, coalesce(:public_reason, t.public_text), :public_reason_posted_at::timestamptz,
	       :public_reason_url, :me_person::uuid, me_name()
	  FROM judged CROSS JOIN x CROSS JOIN taker LEFT JOIN template t ON true
	 WHERE judged.fault IS NULL
), handled AS (
	UPDATE clock k SET stopped_at = now(), stopped_name = me_name(), stop = 'fulfilled', version = k.version + 1
	  FROM judged, x
	 WHERE judged.fault IS NULL AND :taken_at::timestamptz IS NOT NULL AND k.tenant_id = :me_tenant::uuid
	   AND k.message_id = x.message_id AND k.kind = 'abuse' AND k.stopped_at IS NULL
), logged AS (
	INSERT INTO moderation_history (tenant_id, action_id, actor_id, actor_name, action, to_state, note)
	SELECT :me_tenant::uuid, :id::uuid, :me_person::uuid, me_name(), 'record',
	       CASE WHEN :taken_at::timestamptz IS NULL THEN 'open' ELSE 'taken' END, :reason
	  FROM judged WHERE fault IS NULL
)
SELECT fault IS NULL AS ok, fault FROM judged;

-- name: moderation_blind :exec
-- From this commit on it is out of sight of whom it is aimed at, under any of their persons.
INSERT INTO exclusion (tenant_id, subject_id, person_id, reason, excluded_by)
SELECT x.tenant_id, x.id, x.target_person_id, 'What was said is aimed at them.', :me_person::uuid
  FROM moderation_action x WHERE x.tenant_id = :me_tenant::uuid AND x.id = :id::uuid AND x.target_person_id IS NOT NULL;

-- name: moderation_words :one
-- What the audience is told: these words, else those of the house rule, else those that stand there.
SELECT coalesce(:public_reason, r.public_text, x.public_reason) AS public_reason,
       CASE WHEN :moderation_reason_id::uuid IS NOT NULL AND r.id IS NULL THEN '/moderation_reason_id'
	    WHEN coalesce(:public_reason, r.public_text, x.public_reason) IS NULL THEN '/public_reason' END AS fault
  FROM moderation_action x
  LEFT JOIN moderation_reason r ON r.tenant_id = x.tenant_id AND r.id = :moderation_reason_id::uuid AND NOT r.retired
	AND (r.school_id IS NULL OR r.school_id = x.school_id)
 WHERE x.tenant_id = :me_tenant::uuid AND x.id = :id::uuid;

-- name: moderation_snapshot :one
-- Evidence of the message that it is about, which the caller sees.
SELECT e.id FROM evidence e JOIN moderation_action x ON x.tenant_id = e.tenant_id AND x.message_id = e.message_id
 WHERE e.tenant_id = :me_tenant::uuid AND e.id = :snapshot_id::uuid AND x.id = :id::uuid;

-- name: moderation_unfinished :many
-- Everything that is missing, so that nobody has to try (B3, B9).
SELECT f.code, f.detail
  FROM moderation_action x, LATERAL (
	SELECT 1 AS place, 'snapshot_missing' AS code,
	       'There is no snapshot of it, and no reason why not: record_snapshot says either.' AS detail
	 WHERE @removes AND x.snapshot_id IS NULL AND x.no_snapshot_reason IS NULL
	UNION ALL
	SELECT 2, 'public_reason_missing', 'The audience was not told why: post_reason says where it was, or the DSL waives it.'
	 WHERE moderation_told(x) IN ('pending', 'missing')
	UNION ALL
	SELECT 3, 'report_missing', 'No report to the platform stands here: reports takes it.'
	 WHERE x.kind = 'report_to_platform' AND NOT EXISTS (SELECT FROM moderation_report r
		WHERE r.tenant_id = x.tenant_id AND r.action_id = x.id)) f
 WHERE x.tenant_id = :me_tenant::uuid AND x.id = :id::uuid ORDER BY f.place;

-- name: moderation_partial :many
-- Who took it, or recorded it, does not judge the appeal against it.
SELECT 'conflict_of_interest' AS code, 'You took this action or recorded it: another moderator decides the appeal.' AS detail
  FROM moderation_appeal a
 WHERE a.tenant_id = :me_tenant::uuid AND a.action_id = :id::uuid AND a.decided_at IS NULL
   AND :me_person::uuid IN (a.taken_by, a.recorded_by);

-- name: moderation_appeal_open :exec
-- In a statement of its own: row security looks for the action that it hangs on.
INSERT INTO moderation_appeal (tenant_id, id, action_id, by_name, text, received_at, from_state, taken_by, recorded_by,
	opened_by, opened_name)
SELECT x.tenant_id, :appeal_id::uuid, x.id, :by, :text, :received_at::timestamptz, x.state, x.taken_by, x.recorded_by,
       :me_person::uuid, me_name()
  FROM moderation_action x
 WHERE x.tenant_id = :me_tenant::uuid AND x.id = :id::uuid AND x.state IN ('taken', 'complete');

-- name: moderation_appeal_decide :one
-- No row: somebody has decided it.
UPDATE moderation_appeal a SET outcome = :outcome, decision = :reason, decided_at = now(), decided_by = :me_person::uuid,
       decided_name = me_name()
 WHERE a.tenant_id = :me_tenant::uuid AND a.action_id = :id::uuid AND a.decided_at IS NULL
RETURNING CASE a.outcome WHEN 'upheld' THEN a.from_state ELSE 'overturned' END AS to_state;

-- name: moderation_message_hold :exec
-- Whoever says meanwhile what the message is comes before what is asked next, or after it was closed.
SELECT FROM message m JOIN moderation_action x ON x.tenant_id = m.tenant_id AND x.message_id = m.id
 WHERE m.tenant_id = :me_tenant::uuid AND x.id = :id::uuid FOR NO KEY UPDATE OF m;

-- name: moderation_subject_hold :exec
-- The same of the message that an action is recorded about: it may stop a clock of it.
SELECT FROM message m WHERE m.tenant_id = :me_tenant::uuid AND m.id = :message_id::uuid FOR NO KEY UPDATE;

-- name: moderation_message_running :many
-- What of the law keeps the message open.
SELECT 'clock_running' AS code, 'The clock ' || k.kind || ' of the message still runs: close the message by itself.' AS detail
  FROM moderation_action x JOIN clock k ON k.tenant_id = x.tenant_id AND k.message_id = x.message_id
 WHERE x.tenant_id = :me_tenant::uuid AND x.id = :id::uuid AND k.stopped_at IS NULL
   AND k.kind <> ALL (:courtesy::text[]) ORDER BY k.kind;

-- name: moderation_message_close :one
-- school: m.school_id
-- own: @mine
-- compartment: m.safeguarding
-- handled: @message.named
-- The message of what was hidden or deleted, with the clocks that courtesy keeps; one that is closed stays as it is.
WITH subject AS (
	SELECT m.tenant_id, m.id, m.state FROM moderation_action x
	  JOIN message m ON m.tenant_id = x.tenant_id AND m.id = x.message_id
	 WHERE x.tenant_id = :me_tenant::uuid AND x.id = :id::uuid AND @removes AND {reach}
	   FOR NO KEY UPDATE OF m
), stopped AS (
	UPDATE clock k SET stopped_at = now(), stopped_name = me_name(), stop = 'not_applicable', paused_on = NULL,
	       version = k.version + 1
	  FROM subject m
	 WHERE k.tenant_id = m.tenant_id AND k.message_id = m.id AND k.stopped_at IS NULL AND m.state <> 'closed'
), closed AS (
	UPDATE message o SET state = 'closed', outcome = 'hidden', closed_at = now(), version = o.version + 1
	  FROM subject m WHERE o.tenant_id = m.tenant_id AND o.id = m.id AND m.state <> 'closed'
), logged AS (
	INSERT INTO message_history (tenant_id, message_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT m.tenant_id, m.id, :me_person::uuid, me_name(), 'close', m.state, 'closed', 'Moderated.'
	  FROM subject m WHERE m.state <> 'closed'
)
SELECT EXISTS (SELECT FROM subject) AS ok, CASE WHEN NOT EXISTS (SELECT FROM subject) THEN '/close_message' END AS fault,
       'is said of the hidden or deleted message that this is about' AS why;

-- name: moderation_move :one
-- No row comes back when someone else moved it first: the caller answers 409.
WITH before AS (
	SELECT x.* FROM moderation_action x
	 WHERE x.tenant_id = :me_tenant::uuid AND x.id = :id::uuid AND x.version = :version::integer FOR UPDATE
), moved AS (
	UPDATE moderation_action x SET state = :to, version = x.version + 1,
	       taken_at = CASE WHEN :action = 'take' THEN coalesce(:taken_at::timestamptz, now()) ELSE b.taken_at END,
	       taken_by = CASE WHEN :action = 'take' THEN :me_person::uuid ELSE b.taken_by END,
	       taken_name = CASE WHEN :action = 'take' THEN me_name() ELSE b.taken_name END,
	       snapshot_id = CASE WHEN :action = 'record_snapshot' THEN coalesce(:snapshot_id::uuid, b.snapshot_id) ELSE b.snapshot_id END,
	       no_snapshot_reason = CASE WHEN :action = 'record_snapshot' THEN :no_snapshot_reason ELSE b.no_snapshot_reason END,
	       no_snapshot_words = CASE WHEN :action = 'record_snapshot' THEN :no_snapshot_words ELSE b.no_snapshot_words END,
	       public_reason = CASE WHEN :action = 'post_reason' THEN :public_reason ELSE b.public_reason END,
	       moderation_reason_id = CASE WHEN :action = 'post_reason' THEN coalesce(:moderation_reason_id::uuid, b.moderation_reason_id)
			ELSE b.moderation_reason_id END,
	       public_reason_posted_at = CASE WHEN :action = 'post_reason' THEN coalesce(:posted_at::timestamptz, now())
			ELSE b.public_reason_posted_at END,
	       public_reason_url = CASE WHEN :action = 'post_reason' THEN coalesce(:public_reason_url, b.public_reason_url)
			ELSE b.public_reason_url END,
	       waived_at = CASE WHEN :action = 'waive' THEN now() ELSE b.waived_at END,
	       waived_by = CASE WHEN :action = 'waive' THEN :me_person::uuid ELSE b.waived_by END,
	       waived_name = CASE WHEN :action = 'waive' THEN me_name() ELSE b.waived_name END,
	       waive_reason = CASE WHEN :action = 'waive' THEN :reason ELSE b.waive_reason END,
	       completed_at = CASE WHEN :action = 'complete' THEN now() ELSE b.completed_at END,
	       overturned_at = CASE WHEN :to = 'overturned' THEN now() ELSE b.overturned_at END
	  FROM before b
	 WHERE x.tenant_id = b.tenant_id AND x.id = b.id AND b.state = ANY (:from::text[])
	RETURNING x.tenant_id, x.id, x.message_id, x.state
), handled AS (
	UPDATE clock k SET stopped_at = now(), stopped_name = me_name(), stop = 'fulfilled', version = k.version + 1
	  FROM moved o
	 WHERE :action = 'take' AND k.tenant_id = o.tenant_id AND k.message_id = o.message_id AND k.kind = 'abuse' AND k.stopped_at IS NULL
), logged AS (
	INSERT INTO moderation_history (tenant_id, action_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT o.tenant_id, o.id, :me_person::uuid, me_name(), :action, b.state, o.state,
	       CASE :action WHEN 'post_reason' THEN :public_reason WHEN 'appeal' THEN :by::text || ': ' || :text::text
			WHEN 'record_snapshot' THEN concat_ws(': ', :snapshot_id::uuid::text, :no_snapshot_reason::text, :no_snapshot_words::text)
			WHEN 'decide_appeal' THEN concat_ws(': ', :outcome::text, :reason::text) ELSE :reason END
	  FROM moved o JOIN before b USING (tenant_id, id)
)
SELECT id, state FROM moved;
