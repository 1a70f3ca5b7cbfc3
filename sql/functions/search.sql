-- Looking for words (q=).

-- These rows, unless a word has found so many that looking at each would keep others waiting: whoever asks hears so.
CREATE OR REPLACE FUNCTION search_few(p_ids uuid[], p_most integer) RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	IF cardinality(p_ids) > p_most THEN
		RAISE EXCEPTION USING DETAIL = 'bad-query',
			MESSAGE = format('The parameter q has a word that stands in more than %s of them: leave it out, or say more of it.', p_most);
	END IF;
	RETURN p_ids;
END
$$;
GRANT EXECUTE ON FUNCTION search_few(uuid[], integer) TO chaperone_app;
