-- What a school's calendar is: its own, its tenant's, and the bank holidays.

-- The school year that a day belongs to, by the year in which it began: September to August.
CREATE OR REPLACE FUNCTION school_year(p_day date) RETURNS integer
LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
SELECT extract(year FROM p_day)::integer - (extract(month FROM p_day) < 9)::integer
$$;
GRANT EXECUTE ON FUNCTION school_year(date) TO chaperone_app, chaperone_owner;

-- The periods that count at a school in every school year that the days touch. Who has terms of its own
-- in a school year has them instead of the tenant's terms, half-terms and INSET days; on a day when the tenant
-- closes, everybody is closed.
CREATE OR REPLACE FUNCTION calendar_at(p_tenant uuid, p_school uuid, p_from date, p_to date)
RETURNS TABLE (kind text, title text, from_on date, to_on date, level text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
	v_first date := make_date(school_year(p_from), 9, 1);
	v_last date := make_date(school_year(p_to) + 1, 8, 31);
	v_own integer[] := ARRAY(SELECT DISTINCT school_year(p.from_on) FROM calendar_period p
		WHERE p.tenant_id = p_tenant AND p.school_id = p_school AND p.kind = 'term'
		  AND p.removed_at IS NULL);
BEGIN
	RETURN QUERY
	SELECT p.kind, p.title, p.from_on, p.to_on, 'tenant' FROM calendar_period p
	 WHERE p.tenant_id = p_tenant AND p.school_id IS NULL AND p.removed_at IS NULL AND p.from_on <= v_last AND p.to_on >= v_first
	   AND (p.kind = 'closure' OR school_year(p.from_on) <> ALL (v_own))
	UNION ALL
	SELECT p.kind, p.title, p.from_on, p.to_on, 'school' FROM calendar_period p
	 WHERE p.tenant_id = p_tenant AND p.school_id = p_school AND p.removed_at IS NULL AND p.from_on <= v_last
	   AND p.to_on >= v_first
	UNION ALL
	SELECT 'bank_holiday', b.title, b.day, b.day, 'england_and_wales' FROM bank_holiday b
	 WHERE b.day BETWEEN v_first AND v_last;
END
$$;
GRANT EXECUTE ON FUNCTION calendar_at(uuid, uuid, date, date) TO chaperone_app;

-- Which period of the same kind and place these days would meet, in words; null: none.
CREATE OR REPLACE FUNCTION calendar_meeting(p_tenant uuid, p_school uuid, p_kind text, p_from date, p_to date, p_but uuid)
RETURNS text LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN (SELECT format('%s to %s overlaps "%s" (%s to %s)', p_from, p_to, p.title, p.from_on, p.to_on)
	  FROM calendar_period p
	 WHERE p.tenant_id = p_tenant AND p.school_id IS NOT DISTINCT FROM p_school AND p.kind = p_kind
	   AND p.from_on <= p_to AND p.to_on >= p_from AND p.id IS DISTINCT FROM p_but AND p.removed_at IS NULL
	 ORDER BY p.from_on LIMIT 1);
END
$$;
GRANT EXECUTE ON FUNCTION calendar_meeting(uuid, uuid, text, date, date, uuid) TO chaperone_app;

-- The calendar of a place stays as it is until this transaction ends: whoever begins a clock takes it first, and
-- reads what it says afterwards. Others may hold it as well, and clocks be reckoned again; a change waits.
CREATE OR REPLACE FUNCTION calendar_hold(p_school uuid) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_place uuid := coalesce(p_school, me_tenant());
BEGIN
	PERFORM FROM calendar_version WHERE tenant_id = me_tenant() AND place_id = v_place FOR KEY SHARE;
	IF FOUND THEN RETURN; END IF;
	INSERT INTO calendar_version (tenant_id, place_id, version)
	SELECT me_tenant(), v_place, 0 WHERE v_place = me_tenant()
	    OR EXISTS (SELECT FROM school WHERE tenant_id = me_tenant() AND id = v_place)
	ON CONFLICT DO NOTHING;
	PERFORM FROM calendar_version WHERE tenant_id = me_tenant() AND place_id = v_place FOR KEY SHARE;
END
$$;
GRANT EXECUTE ON FUNCTION calendar_hold(uuid) TO chaperone_app;

-- Counts a change of the calendars of these places. The lock is stronger than an update's own: it waits for
-- whoever holds one of them.
CREATE OR REPLACE FUNCTION calendar_raise(p_tenants uuid[], p_places uuid[]) RETURNS void
LANGUAGE plpgsql SECURITY INVOKER AS $$
BEGIN
	INSERT INTO calendar_version (tenant_id, place_id, version)
	SELECT t, p, 0 FROM unnest(p_tenants, p_places) AS u (t, p) ORDER BY 1, 2 ON CONFLICT DO NOTHING;
	PERFORM FROM calendar_version v JOIN unnest(p_tenants, p_places) AS u (t, p)
		ON v.tenant_id = u.t AND v.place_id = u.p ORDER BY v.tenant_id, v.place_id FOR UPDATE OF v;
	UPDATE calendar_version v SET version = v.version + 1
	  FROM unnest(p_tenants, p_places) AS u (t, p) WHERE v.tenant_id = u.t AND v.place_id = u.p;
END
$$;

-- A change of a calendar makes the clocks of its places be reckoned again: a school's its own, the tenant's those
-- of all its schools, a bank holiday everybody's.
CREATE OR REPLACE FUNCTION calendar_touch() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	r record;
BEGIN
	IF TG_TABLE_NAME = 'bank_holiday' THEN
		SELECT array_agg(p.t) AS tenants, array_agg(p.id) AS places INTO r
		  FROM (SELECT t.id AS t, t.id FROM tenant t UNION ALL SELECT s.tenant_id, s.id FROM school s) p;
	ELSE
		SELECT array_agg(q.tenant_id) AS tenants, array_agg(q.id) AS places INTO r
		  FROM (SELECT DISTINCT w.tenant_id, p.id FROM written w, LATERAL (
			SELECT w.school_id AS id WHERE w.school_id IS NOT NULL
			UNION ALL SELECT w.tenant_id WHERE w.school_id IS NULL
			UNION ALL SELECT s.id FROM school s WHERE w.school_id IS NULL AND s.tenant_id = w.tenant_id) p) q;
	END IF;
	PERFORM calendar_raise(coalesce(r.tenants, '{}'), coalesce(r.places, '{}'));
	RETURN NULL;
END
$$;
GRANT EXECUTE ON FUNCTION calendar_touch() TO chaperone_owner;
