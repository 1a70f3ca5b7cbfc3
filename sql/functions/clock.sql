-- What time it is for clocks, what happens when one changes, and what the service does to them by itself.

-- Now, as overdue is judged by: a demo may have turned it.
CREATE OR REPLACE FUNCTION clock_now() RETURNS timestamptz LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN now() + coalesce((SELECT clock_shift FROM tenant WHERE id = me_tenant()), 0) * interval '1 second';
END
$$;
GRANT EXECUTE ON FUNCTION clock_now() TO chaperone_app;

-- Turns the clock of a demo, by whoever leads somewhere in it; null puts it right. False: it is no demo.
CREATE OR REPLACE FUNCTION demo_clock_turn(p_shift integer) RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	UPDATE tenant SET clock_shift = p_shift
	 WHERE id = me_tenant() AND demo AND (me_wide('leader') OR me_schools('leader') <> '{}');
	RETURN FOUND;
END
$$;
GRANT EXECUTE ON FUNCTION demo_clock_turn(integer) TO chaperone_app;

-- A message is due when the first of its clocks is; and what happened to a clock is written down with it.
CREATE OR REPLACE FUNCTION clock_touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	IF TG_OP = 'UPDATE' AND (NEW.due_at, NEW.paused_on, NEW.stopped_at, NEW.calendar_conflict)
			IS NOT DISTINCT FROM (OLD.due_at, OLD.paused_on, OLD.stopped_at, OLD.calendar_conflict) THEN
		RETURN NULL;
	END IF;
	INSERT INTO clock_history (tenant_id, clock_id, actor_id, actor_name, action, due_at, because)
	VALUES (NEW.tenant_id, NEW.id, me_person(), nullif(me_name(), ''), CASE
			WHEN TG_OP = 'INSERT' THEN 'start'
			WHEN NEW.stopped_at IS NOT NULL AND OLD.stopped_at IS NULL THEN 'stop'
			WHEN NEW.paused_on IS NOT NULL AND OLD.paused_on IS NULL THEN 'pause'
			WHEN NEW.paused_on IS NULL AND OLD.paused_on IS NOT NULL THEN 'resume'
			WHEN NEW.calendar_conflict AND NOT OLD.calendar_conflict THEN 'conflict'
			ELSE 'calendar' END, NEW.due_at, NEW.because);
	DELETE FROM timer t WHERE t.tenant_id = NEW.tenant_id AND t.clock_id = NEW.id;
	INSERT INTO timer (tenant_id, clock_id, kind, fires_at, due_at)
	SELECT NEW.tenant_id, NEW.id, k.kind, k.fires_at, NEW.due_at
	  FROM (VALUES ('message_due_soon', NEW.due_at - interval '4 hours'), ('message_overdue', NEW.due_at)) k (kind, fires_at)
	 WHERE NEW.stopped_at IS NULL AND NEW.due_at IS NOT NULL AND (k.kind = 'message_overdue' OR k.fires_at > now());
	UPDATE message m SET next_due_at = n.due_at
	  FROM (SELECT min(c.due_at) AS due_at FROM clock c
		 WHERE c.tenant_id = NEW.tenant_id AND c.message_id = NEW.message_id AND c.stopped_at IS NULL) n
	 WHERE m.tenant_id = NEW.tenant_id AND m.id = NEW.message_id AND m.next_due_at IS DISTINCT FROM n.due_at;
	RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION clock_touch() TO chaperone_owner;

-- Some clocks of one place that go by an older calendar than it has, to be reckoned again in this transaction. No row:
-- none waits, or others are at it; a row without an id: many places were found done, and there may be more.
-- A place is done when none of its clocks is behind; what somebody else is changing just now comes next time. Who
-- begins a clock holds the place's calendar (calendar_hold), so that none comes behind later. Only what comes after a
-- place, when one is named: where a page fails, it holds up no other. late_at: the last due date that had passed when an
-- edit of the calendar moved it.
CREATE OR REPLACE FUNCTION clock_stale(p_limit integer, p_after_tenant uuid, p_after_place uuid)
RETURNS TABLE (tenant_id uuid, place_id uuid, calendar_version integer, bank_holidays_until date, id uuid, kind text,
	started_at bigint, due_at bigint, paused_days integer, calendar_conflict boolean, rule jsonb, late_at bigint)
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
#variable_conflict use_column
DECLARE
	v calendar_version;
	v_places integer := 0;
BEGIN
	FOR v IN SELECT * FROM calendar_version c WHERE c.reckoned < c.version
		   AND (p_after_place IS NULL OR (c.tenant_id, c.place_id) > (p_after_tenant, p_after_place))
		 ORDER BY c.tenant_id, c.place_id LIMIT 1000 FOR NO KEY UPDATE SKIP LOCKED LOOP
		v_places := v_places + 1;
		RETURN QUERY
		SELECT k.tenant_id, k.place_id, v.version, (SELECT b.known_until FROM bank_holiday_source b), k.id, k.kind,
		       floor(extract(epoch FROM k.started_at))::bigint, floor(extract(epoch FROM k.due_at))::bigint,
		       k.paused_days, k.calendar_conflict, k.rule, (SELECT floor(extract(epoch FROM max(p.due_at)))::bigint
			  FROM (SELECT h.action, h.at, lag(h.due_at) OVER (ORDER BY h.id) AS due_at FROM clock_history h
				 WHERE h.tenant_id = k.tenant_id AND h.clock_id = k.id) p
			 WHERE p.action = 'calendar' AND p.due_at < p.at)
		  FROM clock k JOIN message m ON m.tenant_id = k.tenant_id AND m.id = k.message_id
		 WHERE k.tenant_id = v.tenant_id AND k.place_id = v.place_id AND k.calendar_version < v.version
		   AND k.stopped_at IS NULL AND k.paused_on IS NULL
		 ORDER BY k.calendar_version, k.id LIMIT p_limit FOR NO KEY UPDATE SKIP LOCKED;
		IF FOUND THEN RETURN; END IF;
		UPDATE calendar_version c SET reckoned = v.version
		 WHERE c.tenant_id = v.tenant_id AND c.place_id = v.place_id
		   AND NOT EXISTS (SELECT FROM clock k
			WHERE k.tenant_id = v.tenant_id AND k.place_id = v.place_id AND k.calendar_version < v.version
			  AND k.stopped_at IS NULL AND k.paused_on IS NULL);
	END LOOP;
	IF v_places = 1000 THEN
		RETURN QUERY SELECT v.tenant_id, v.place_id, v.version, NULL::date, NULL::uuid, NULL, NULL::bigint, NULL::bigint,
			NULL::integer, NULL::boolean, NULL::jsonb, NULL::bigint;
	END IF;
END
$$;
GRANT EXECUTE ON FUNCTION clock_stale(integer, uuid, uuid) TO chaperone_worker;

-- The calendar of such a place, as requests read theirs.
CREATE OR REPLACE FUNCTION clock_calendar(p_tenant uuid, p_place uuid, p_from date, p_to date)
RETURNS TABLE (kind text, title text, from_on date, to_on date) LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN QUERY SELECT c.kind, c.title, c.from_on, c.to_on
	  FROM calendar_at(p_tenant, nullif(p_place, p_tenant), p_from, p_to) c;
END
$$;
GRANT EXECUTE ON FUNCTION clock_calendar(uuid, uuid, date, date) TO chaperone_worker;

-- What was reckoned again: [{id, due_at in seconds, because, conflict}]. How many the database refused: they stay as they
-- were and hold up no other, so each is written by itself when all at once cannot be.
CREATE OR REPLACE FUNCTION clock_reckoned(p_tenant uuid, p_version integer, p_clocks jsonb) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_pages jsonb[] := ARRAY[p_clocks];
	v_page jsonb;
	v_refused integer := 0;
BEGIN
	WHILE v_pages <> '{}' LOOP
		v_page := v_pages[1];
		v_pages := v_pages[2:];
		BEGIN
			UPDATE clock k SET due_at = CASE WHEN n.conflict THEN k.due_at ELSE to_timestamp(n.due_at) END,
			       because = n.because, calendar_conflict = n.conflict, calendar_version = p_version,
			       version = k.version + 1
			  FROM jsonb_to_recordset(v_page) AS n (id uuid, due_at bigint, because jsonb, conflict boolean)
			 WHERE k.tenant_id = p_tenant AND k.id = n.id AND k.calendar_version < p_version
			   AND k.stopped_at IS NULL AND k.paused_on IS NULL;
		EXCEPTION WHEN OTHERS THEN
			IF jsonb_array_length(v_page) > 1 THEN
				v_pages := v_pages || ARRAY(SELECT jsonb_build_array(n) FROM jsonb_array_elements(v_page) n);
			ELSE
				RAISE LOG 'clock % is not reckoned again: sqlstate %', v_page #>> '{0,id}', SQLSTATE;
				v_refused := v_refused + 1;
			END IF;
		END;
	END LOOP;
	RETURN v_refused;
END
$$;
GRANT EXECUTE ON FUNCTION clock_reckoned(uuid, integer, jsonb) TO chaperone_worker;
