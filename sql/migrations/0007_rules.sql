-- Small rules: what a change names in the history; operators who step down.

-- The names of what differs between two states of a row, for the note of a change.
CREATE FUNCTION changed_names(p_before jsonb, p_after jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
	RETURN (SELECT string_agg(e.key, ', ' ORDER BY e.key) FROM jsonb_each(p_after) e
		 WHERE e.key NOT IN ('version', 'handle_key', 'changed_xid') AND e.value IS DISTINCT FROM p_before -> e.key);
END
$$;
GRANT EXECUTE ON FUNCTION changed_names(jsonb, jsonb) TO chaperone_app;

-- Whoever is named as an operator may take their own name off, which is a move of the application.
CREATE POLICY stepping_down ON application_operator FOR DELETE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND person_id = (SELECT me_person()));
CREATE POLICY stepping_down ON channel_application FOR UPDATE TO chaperone_app
	USING (tenant_id = (SELECT me_tenant()) AND id <> ALL ((SELECT me_excluded())::uuid[])
		AND id = ANY ((SELECT me_operating())::uuid[]));
