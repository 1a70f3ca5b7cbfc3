-- What becomes of an upload: only whoever began it, and only once.

-- Complete, with what its bytes are and whether they were scanned; or discarded for a reason, its bytes with it.
CREATE OR REPLACE FUNCTION upload_settle(p_upload uuid, p_media_type text, p_scan text, p_because text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
	UPDATE upload SET state = CASE WHEN p_because IS NULL THEN 'complete' ELSE 'discarded' END,
		media_type = CASE WHEN p_because IS NULL THEN p_media_type END,
		scan = CASE WHEN p_because IS NULL THEN p_scan END,
		discarded_because = p_because, version = version + 1
	 WHERE tenant_id = me_tenant() AND id = p_upload AND begun_by = me_person() AND state = 'open';
	IF NOT FOUND THEN RETURN false; END IF;
	IF p_because IS NOT NULL THEN
		DELETE FROM upload_part WHERE tenant_id = me_tenant() AND upload_id = p_upload;
	END IF;
	RETURN true;
END
$$;
GRANT EXECUTE ON FUNCTION upload_settle(uuid, text, text, text) TO chaperone_app;
