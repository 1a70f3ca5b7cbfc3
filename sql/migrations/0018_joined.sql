-- What concerns both posts (0012) and what came after them.

-- Granted by column since 0016.
GRANT UPDATE (external_ref) ON person TO chaperone_app;

-- What the register says of a channel follows from who is in its posts and teams, and who has left.
CREATE FUNCTION holder_touch() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
	v_person uuid;
	v_body uuid;
BEGIN
	IF TG_TABLE_NAME = 'person' THEN
		v_person := NEW.id;
	ELSE
		v_body := coalesce(NEW.post_id, NEW.team_id);
	END IF;
	UPDATE channel c SET changed_xid = pg_current_xact_id()
	 WHERE c.tenant_id = NEW.tenant_id AND c.changed_xid <> pg_current_xact_id()
	   AND c.id IN (SELECT g.channel_id FROM channel_grant g WHERE g.tenant_id = NEW.tenant_id
			AND g.person_id = v_person
		UNION SELECT g.channel_id FROM channel_grant g WHERE g.tenant_id = NEW.tenant_id
			AND coalesce(g.post_id, g.team_id) = v_body);
	RETURN NULL;
END
$$;
SELECT define('holder_touch()', 'chaperone_owner');
CREATE TRIGGER touch_channels AFTER INSERT OR UPDATE ON membership
	FOR EACH ROW EXECUTE FUNCTION holder_touch();
CREATE TRIGGER touch_channels AFTER UPDATE OF left_on ON person FOR EACH ROW
	WHEN (NEW.left_on IS DISTINCT FROM OLD.left_on) EXECUTE FUNCTION holder_touch();
