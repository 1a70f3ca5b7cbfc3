-- What changed since, after a restore.

-- A restored database counts its transactions from the beginning, while its rows carry the numbers
-- of before: those would count as not yet over, and be kept back until this one comes so far. They
-- get the number of now. No order is lost by it: whoever polls begins anew (changes_horizon knows
-- the database by more than its numbers), because what was written after the backup is gone and
-- nothing else would tell them. A row that is seen is of a transaction before its reader's end, so
-- that nothing is done where nothing was restored. `migrate` calls this beside audit_resume().
CREATE OR REPLACE FUNCTION changes_resume() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
	v_table text;
	v_rows bigint;
	v_all bigint := 0;
BEGIN
	FOR v_table IN SELECT c.table_name FROM column_class c WHERE c.column_name = 'changed_xid' LOOP
		EXECUTE format('UPDATE %I SET changed_xid = pg_current_xact_id()
			WHERE changed_xid >= pg_snapshot_xmax(pg_current_snapshot())', v_table);
		GET DIAGNOSTICS v_rows = ROW_COUNT;
		v_all := v_all + v_rows;
	END LOOP;
	RETURN v_all;
END
$$;
GRANT EXECUTE ON FUNCTION changes_resume() TO chaperone_owner;
