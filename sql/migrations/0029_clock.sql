-- Clocks that are reckoned again, that stand still, and that a demo turns (A8a).

-- What a promise was made by holds until it is kept: the settings of a clock stand with it.
ALTER TABLE clock
	ADD COLUMN rule jsonb,
	ADD COLUMN due_order timestamptz NOT NULL
		GENERATED ALWAYS AS (coalesce(due_at, timestamptz '9999-12-31 00:00:00+00')) STORED;
SELECT declare_column('clock', c, 'ordinary') FROM unnest('{rule,due_order}'::text[]) c;
UPDATE clock k SET rule = (
	SELECT coalesce(jsonb_object_agg(d.key, coalesce((
		SELECT s.value FROM setting s
		 WHERE s.tenant_id = k.tenant_id AND s.key = d.key AND s.value IS NOT NULL
		   AND (s.school_id IS NULL OR s.school_id = k.place_id)
		 ORDER BY CASE WHEN s.school_id IS NOT NULL THEN 2 WHEN s.locked THEN 1 ELSE 3 END LIMIT 1), d.value)), '{}')
	  FROM setting_default d
	 WHERE d.key = CASE k.kind WHEN 'response' THEN 'clock.response_hours' WHEN 'answer' THEN 'clock.answer_days'
			WHEN 'complaint_acknowledgement' THEN 'complaint.acknowledgement_days'
			WHEN 'complaint_informal' THEN 'complaint.informal_days'
			WHEN 'complaint_formal' THEN 'complaint.formal_days'
			WHEN 'complaint_panel' THEN 'complaint.panel_days' END
	    OR k.kind IN ('response', 'answer') AND d.key = ANY ('{clock.roll_due_forward,clock.day_end,clock.defer_if_received_on_weekend,clock.defer_if_received_on_bank_holiday,clock.defer_if_received_on_school_holiday}'));
ALTER TABLE clock ALTER COLUMN rule SET NOT NULL,
	ADD CONSTRAINT clock_paused CHECK (paused_on IS NULL OR due_at IS NULL);

-- What runs, by where it is to be reckoned again, and by when it is due.
DROP INDEX clock_at;
CREATE INDEX clock_stale ON clock (tenant_id, place_id, calendar_version, id) WHERE stopped_at IS NULL AND paused_on IS NULL;
CREATE INDEX clock_due ON clock (tenant_id, due_order, id) WHERE stopped_at IS NULL;
CREATE INDEX clock_due_by_place ON clock (tenant_id, place_id, due_order, id) WHERE stopped_at IS NULL;

-- By how many seconds the clock of a demo was turned; it runs on from there.
ALTER TABLE tenant ADD COLUMN clock_shift integer,
	ADD CONSTRAINT tenant_clock_shift CHECK (clock_shift IS NULL OR demo);
SELECT declare_column('tenant', 'clock_shift', 'ordinary');
