-- What the audience is owed for what was done to a post (A9).

-- Does it owe the audience a reason, and was that given? A day after it was done the reason is missing. The CHECK
-- moderation_action_told says again which kinds owe one.
CREATE OR REPLACE FUNCTION moderation_told(x moderation_action) RETURNS text LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN CASE WHEN x.kind NOT IN ('block', 'hide', 'delete') OR x.state IN ('withdrawn', 'overturned') THEN 'not_needed'
		WHEN x.public_reason_posted_at IS NOT NULL THEN 'posted'
		WHEN x.waived_at IS NOT NULL THEN 'waived'
		WHEN x.taken_at < clock_now() - interval '1 day' THEN 'missing'
		ELSE 'pending' END;
END
$$;
GRANT EXECUTE ON FUNCTION moderation_told(moderation_action) TO chaperone_app;
