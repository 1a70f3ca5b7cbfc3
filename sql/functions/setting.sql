-- What a school's rules are: its own, its tenant's, or everybody's.

-- The one place that resolves settings: these keys of a school, or of the tenant itself.
CREATE OR REPLACE FUNCTION settings_of(p_tenant uuid, p_school uuid, VARIADIC p_keys text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN (
	SELECT jsonb_object_agg(d.key, coalesce((
		SELECT s.value FROM setting s
		 WHERE s.tenant_id = p_tenant AND s.key = d.key AND s.value IS NOT NULL
		   AND (s.school_id IS NULL OR s.school_id = p_school)
		 ORDER BY setting_rank(s) LIMIT 1), d.value))
	  FROM setting_default d WHERE d.key = ANY (p_keys));
END
$$;

CREATE OR REPLACE FUNCTION setting_of(p_tenant uuid, p_school uuid, p_key text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN settings_of(p_tenant, p_school, p_key) -> p_key;
END
$$;
REVOKE EXECUTE ON FUNCTION settings_of(uuid, uuid, text[]), setting_of(uuid, uuid, text)
	FROM chaperone_app; -- who had it once

-- The same for the caller: of a school out of their sight they hear what their tenant says.
CREATE OR REPLACE FUNCTION my_settings(p_school uuid, VARIADIC p_keys text[]) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN settings_of(me_tenant(), CASE WHEN me_member_at(p_school) THEN p_school END, VARIADIC p_keys);
END
$$;
CREATE OR REPLACE FUNCTION my_setting(p_school uuid, p_key text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN my_settings(p_school, p_key) -> p_key;
END
$$;
GRANT EXECUTE ON FUNCTION my_settings(uuid, text[]), my_setting(uuid, text) TO chaperone_app;

-- U29: must, should or advised, of a key where it holds.
CREATE OR REPLACE FUNCTION setting_strength(p_key text, p_school uuid) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN (
	SELECT CASE jsonb_typeof(g.strength) WHEN 'string' THEN g.strength #>> '{}'
		ELSE g.strength ->> (my_setting(p_school, g.key) #>> '{}') END
	  FROM setting_default d JOIN setting_default g ON g.key = coalesce(d.strength_of, d.key)
	 WHERE d.key = p_key);
END
$$;
GRANT EXECUTE ON FUNCTION setting_strength(text, uuid) TO chaperone_app;

-- The settings of a school, or of the tenant itself, as the caller may see them; one of them
-- when a key is given. p_may: may the caller change anything at this level?
CREATE OR REPLACE FUNCTION settings_shown(p_school uuid, p_key text, p_may boolean)
RETURNS TABLE (key text, school_id uuid, school_name text, value jsonb, source text, locked boolean,
	locked_by_name text, own_value jsonb, inherited_value jsonb, "default" jsonb, type text, unit text,
	min integer, max integer, words text[], strength text, requirements text[], help text,
	changes text, preset text, changed_at timestamptz, changed_by uuid, changed_by_name text,
	may_change boolean, version integer)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
BEGIN
	RETURN QUERY
	SELECT d.key, p_school, (SELECT n.name FROM school n WHERE n.tenant_id = me_tenant() AND n.id = p_school),
	       coalesce(w.value, d.value), coalesce(w.source, 'default'), coalesce(t.locked, false),
	       CASE WHEN t.locked THEN (SELECT h.actor_name FROM setting_history h
		WHERE h.tenant_id = t.tenant_id AND h.key = t.key AND h.school_id IS NULL
		ORDER BY h.id DESC LIMIT 1) END,
	       o.value, CASE WHEN p_school IS NULL THEN d.value ELSE coalesce(t.value, d.value) END,
	       d.value, d.type, d.unit, d.min, d.max, d.words,
	       setting_strength(d.key, p_school), d.requirements, d.help, d.changes, o.preset,
	       c.at, c.actor_id, c.actor_name,
	       p_may AND (p_school IS NULL OR NOT coalesce(t.locked, false)), coalesce(o.version, 0)
	  FROM setting_default d
	  LEFT JOIN setting t ON t.tenant_id = me_tenant() AND t.key = d.key AND t.school_id IS NULL
	  LEFT JOIN setting o ON o.tenant_id = me_tenant() AND o.key = d.key
	   AND o.school_id IS NOT DISTINCT FROM p_school
	  LEFT JOIN LATERAL (
		SELECT s.value, CASE WHEN s.school_id IS NULL THEN 'tenant' ELSE 'school' END AS source
		  FROM setting s
		 WHERE s.tenant_id = me_tenant() AND s.key = d.key AND s.value IS NOT NULL
		   AND (s.school_id IS NULL OR s.school_id = p_school)
		 ORDER BY setting_rank(s) LIMIT 1) w ON true
	  LEFT JOIN LATERAL (
		SELECT h.at, h.actor_id, h.actor_name FROM setting_history h
		 WHERE h.tenant_id = me_tenant() AND h.key = d.key AND h.school_id IS NOT DISTINCT FROM p_school
		 ORDER BY h.id DESC LIMIT 1) c ON true
	 WHERE p_key IS NULL OR d.key = p_key
	 ORDER BY d.place;
END
$$;
GRANT EXECUTE ON FUNCTION settings_shown(uuid, text, boolean) TO chaperone_app;

-- What is wrong with a value: nothing, or a row for each fault, with a pointer into the value.
CREATE OR REPLACE FUNCTION setting_faults(p_key text, p_value jsonb) RETURNS TABLE (pointer text, detail text)
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
#variable_conflict use_column
DECLARE
	d setting_default;
	v_text text := p_value #>> '{}';
	v_json text := jsonb_typeof(p_value);
	v_items bigint;
BEGIN
	SELECT * INTO d FROM setting_default WHERE key = p_key;
	IF NOT FOUND THEN RETURN; END IF;
	IF d.type = 'boolean' THEN
		RETURN QUERY SELECT '', 'is true or false' WHERE v_json <> 'boolean';
	ELSIF d.type = 'integer' THEN
		RETURN QUERY SELECT '', format('is a whole number from %s to %s (%s)', d.min, d.max, d.unit)
			|| coalesce(' or ' || array_to_string(d.words, ', '), '')
		 WHERE NOT CASE v_json WHEN 'number' THEN v_text ~ '^-?[0-9]+$' AND v_text::numeric BETWEEN d.min AND d.max
			WHEN 'string' THEN coalesce(v_text = ANY (d.words), false) ELSE false END;
	ELSIF d.type = 'time' THEN
		RETURN QUERY SELECT '', 'is a time of the day, as 15:30'
		 WHERE v_json <> 'string' OR v_text !~ '^([01][0-9]|2[0-3]):[0-5][0-9]$';
	ELSIF d.type = 'enum' THEN
		RETURN QUERY SELECT '', 'is one of ' || array_to_string(d.words, ', ')
		 WHERE v_json <> 'string' OR v_text <> ALL (d.words);
	ELSIF d.type = 'text' THEN
		RETURN QUERY SELECT '', format('is one line of %s to %s characters, without blanks at its ends',
			d.min, d.max)
		 WHERE v_json <> 'string' OR char_length(v_text) NOT BETWEEN d.min AND d.max
		    OR v_text ~ '^\s|\s$|[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]';
	ELSIF v_json <> 'array' THEN
		RETURN QUERY SELECT '', 'is a list';
	ELSE
		v_items := jsonb_array_length(p_value);
		RETURN QUERY SELECT '', format('has %s to %s %s', d.min, d.max,
			CASE d.type WHEN 'chain' THEN 'steps' ELSE 'items' END)
		 WHERE v_items NOT BETWEEN d.min AND d.max;
		IF v_items > d.max THEN RETURN; END IF;
		IF d.type = 'chain' THEN
			RETURN QUERY SELECT format('/%s', step.ordinality - 1) || f.pointer, f.detail
			  FROM jsonb_array_elements(p_value) WITH ORDINALITY step,
			       setting_step_faults(step.value, d.words) f;
		ELSE
			RETURN QUERY SELECT format('/%s', item.ordinality - 1),
			       CASE WHEN jsonb_typeof(item.value) <> 'string' OR item.value #>> '{}' <> ALL (d.words)
				    THEN 'is one of ' || array_to_string(d.words, ', ')
				    ELSE 'is in the list already' END
			  FROM jsonb_array_elements(p_value) WITH ORDINALITY item
			 WHERE jsonb_typeof(item.value) <> 'string' OR item.value #>> '{}' <> ALL (d.words)
			    OR EXISTS (SELECT FROM jsonb_array_elements(p_value) WITH ORDINALITY other
				WHERE other.value = item.value AND other.ordinality < item.ordinality);
		END IF;
	END IF;
END
$$;
GRANT EXECUTE ON FUNCTION setting_faults(text, jsonb) TO chaperone_app;
