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
GRANT EXECUTE ON FUNCTION settings_of(uuid, uuid, text[]) TO chaperone_app;

CREATE OR REPLACE FUNCTION setting_of(p_tenant uuid, p_school uuid, p_key text) RETURNS jsonb
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	RETURN settings_of(p_tenant, p_school, p_key) -> p_key;
END
$$;
GRANT EXECUTE ON FUNCTION setting_of(uuid, uuid, text) TO chaperone_app;

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
