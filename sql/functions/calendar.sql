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
