-- A message may be somebody's in several ways: each has an index in the order of the lists.
CREATE INDEX message_recorded ON message (tenant_id, recorded_by, received_at, id);
CREATE INDEX message_assignee ON message (tenant_id, assignee_id, received_at, id) WHERE assignee_id IS NOT NULL;
CREATE INDEX message_open_by_channel ON message (tenant_id, channel_id, due_order, id) WHERE state <> 'closed';
CREATE INDEX message_open_recorded ON message (tenant_id, recorded_by, due_order, id) WHERE state <> 'closed';
CREATE INDEX message_named ON message (tenant_id, due_order, id) WHERE state = 'open' AND triage @> '{names_individual}';

-- What waits is counted from its index alone: it holds what the policy and the reach ask for. That takes pages that are
-- known to be seen by all, which is what vacuum makes of new ones.
DROP INDEX message_open;
CREATE INDEX message_open ON message (tenant_id, due_order, id)
	INCLUDE (assignee_id, school_id, channel_id, recorded_by, safeguarding) WHERE state <> 'closed';
ALTER TABLE message SET (autovacuum_vacuum_insert_threshold = 1000, autovacuum_vacuum_insert_scale_factor = 0);
