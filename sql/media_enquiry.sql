-- What the press asks, and who answers it with which words (J1, J2).

-- name: media_enquiry_list :list
-- school: e.school_id
-- own: e.logged_by = :me_person::uuid
SELECT e.id, e.school_id, s.name AS school_name, e.state, e.outlet, e.journalist_name, e.contact, e.medium, e.about,
       e.about_url, e.channel_id, e.deadline_at, e.received_at, e.logged_by, e.logged_name, e.approved_by,
       e.approved_name, e.approved_at, e.approved_words, e.spokesperson, e.responded_at, e.version, e.created_at{cursor}
  FROM media_enquiry e LEFT JOIN school s ON s.tenant_id = e.tenant_id AND s.id = e.school_id
 WHERE e.tenant_id = :me_tenant::uuid AND {reach}{filter} {page};

-- name: media_enquiry_get :one
-- school: e.school_id
-- own: e.logged_by = :me_person::uuid
SELECT e.id, e.school_id, s.name AS school_name, e.state, e.outlet, e.journalist_name, e.contact, e.medium, e.about,
       e.about_url, e.channel_id, e.deadline_at, e.received_at, e.logged_by, e.logged_name, e.approved_by,
       e.approved_name, e.approved_at, e.approved_words, e.spokesperson, e.responded_at,
       my_setting(e.school_id, 'journalist.rule') #>> '{}' AS journalist_rule, e.version, e.created_at,
       e.logged_by = :me_person::uuid AS _own
  FROM media_enquiry e LEFT JOIN school s ON s.tenant_id = e.tenant_id AND s.id = e.school_id
 WHERE e.tenant_id = :me_tenant::uuid AND e.id = :id::uuid AND {reach};

-- name: media_enquiry_history :list
-- school: e.school_id
-- own: e.logged_by = :me_person::uuid
SELECT h.at, h.actor_id, h.actor_name, h.action, h.from_state, h.to_state, h.note
  FROM media_enquiry_history h
  JOIN media_enquiry e ON e.tenant_id = h.tenant_id AND e.id = h.media_enquiry_id
 WHERE h.tenant_id = :me_tenant::uuid AND h.media_enquiry_id = :id::uuid AND {reach}
 ORDER BY h.id;

-- name: media_enquiry_log :one
-- school: s.id
WITH place AS (
	SELECT CASE WHEN :school_id::uuid IS NULL THEN :reach_tenant::boolean
		ELSE EXISTS (SELECT FROM school s WHERE s.tenant_id = :me_tenant::uuid
			AND s.id = :school_id::uuid AND {reach}) END AS ok
), judged AS (
	SELECT CASE WHEN NOT ok THEN '/school_id'
		    WHEN :channel_id::uuid IS NOT NULL AND NOT EXISTS (SELECT FROM channel c
			WHERE c.tenant_id = :me_tenant::uuid AND c.id = :channel_id::uuid) THEN '/channel_id'
		    WHEN :received_at::timestamptz > now() THEN '/received_at' END AS fault
	  FROM place
), logged AS (
	INSERT INTO media_enquiry (tenant_id, id, school_id, outlet, journalist_name, contact, medium, about, about_url,
		channel_id, deadline_at, received_at, logged_by, logged_name)
	SELECT :me_tenant::uuid, :id::uuid, :school_id::uuid, :outlet, :journalist_name, :contact, :medium, :about,
	       :about_url, :channel_id::uuid, :deadline_at::timestamptz, coalesce(:received_at::timestamptz, now()),
	       :me_person::uuid, me_name()
	  FROM judged WHERE fault IS NULL
), told AS (
	INSERT INTO media_enquiry_history (tenant_id, media_enquiry_id, actor_id, actor_name, action, to_state)
	SELECT :me_tenant::uuid, :id::uuid, :me_person::uuid, me_name(), 'log', 'received' FROM judged WHERE fault IS NULL
)
SELECT fault IS NULL AS ok, fault, CASE fault WHEN '/received_at' THEN 'lies in the future' END AS why FROM judged;

-- name: media_enquiry_second :many
-- Four eyes: the words are approved by somebody else than who brought the question.
SELECT 'conflict_of_interest' AS code,
       'You logged this enquiry: somebody else of the school''s leaders approves the words.' AS detail
  FROM media_enquiry e
 WHERE e.tenant_id = :me_tenant::uuid AND e.id = :id::uuid AND e.logged_by = :me_person::uuid;

-- name: media_enquiry_unapproved :many
SELECT 'not_approved' AS code,
       'Nobody answers the press before a school leader has approved the words.' AS detail
  FROM media_enquiry e
 WHERE e.tenant_id = :me_tenant::uuid AND e.id = :id::uuid AND e.state = 'received';

-- name: media_enquiry_move :one
-- No row comes back when someone else moved it first: the caller answers 409.
WITH before AS (
	SELECT e.tenant_id, e.id, e.state FROM media_enquiry e
	 WHERE e.tenant_id = :me_tenant::uuid AND e.id = :id::uuid AND e.version = :version::integer FOR UPDATE
), moved AS (
	UPDATE media_enquiry e SET state = :to, version = e.version + 1,
	       approved_by = CASE WHEN :action = 'approve' THEN :me_person::uuid ELSE e.approved_by END,
	       approved_name = CASE WHEN :action = 'approve' THEN me_name() ELSE e.approved_name END,
	       approved_at = CASE WHEN :action = 'approve' THEN now() ELSE e.approved_at END,
	       approved_words = CASE WHEN :action = 'approve' THEN :approved_words ELSE e.approved_words END,
	       spokesperson = CASE WHEN :action = 'approve' THEN :spokesperson ELSE e.spokesperson END,
	       responded_at = CASE WHEN :action = 'respond' THEN now() ELSE e.responded_at END
	  FROM before b
	 WHERE e.tenant_id = b.tenant_id AND e.id = b.id AND b.state = ANY (:from::text[])
	RETURNING e.tenant_id, e.id, e.state
), told AS (
	INSERT INTO media_enquiry_history (tenant_id, media_enquiry_id, actor_id, actor_name, action, from_state, to_state, note)
	SELECT m.tenant_id, m.id, :me_person::uuid, me_name(), :action, b.state, m.state, :reason
	  FROM moved m JOIN before b USING (tenant_id, id)
)
SELECT id, state FROM moved;
