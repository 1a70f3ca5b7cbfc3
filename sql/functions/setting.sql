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
