-- What may be looked for in public: the organisation's own names, never a person's.

-- Words in their order, without case, accents and signs, between blanks.
CREATE OR REPLACE FUNCTION plain_words(p_text text) RETURNS text LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
SELECT ' ' || btrim(regexp_replace(coalesce(search_fold(p_text), ''), '[^[:alnum:]]+', ' ', 'g')) || ' '
$$;
GRANT EXECUTE ON FUNCTION plain_words(text) TO chaperone_app;

-- Why a term is not taken, in words; null: it is. Within the caller's sight, so that trying terms tells nobody
-- who there is elsewhere; a name out of sight is none of the organisation's either, and refused as well.
CREATE OR REPLACE FUNCTION watch_term_fault(p_kind text, p_text text) RETURNS text
LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
DECLARE
	v_words text := plain_words(p_text);
BEGIN
	IF p_kind = 'handle' THEN
		RETURN CASE WHEN NOT EXISTS (SELECT FROM channel c WHERE c.tenant_id = me_tenant()
				AND c.handle_key = handle_key_of(c.platform, p_text))
			THEN 'is the handle of no channel in the register' END;
	END IF;
	IF EXISTS (SELECT FROM person p WHERE p.tenant_id = me_tenant() AND plain_words(p.name) = v_words) THEN
		RETURN 'is a person''s name: only names of the organisation are looked for';
	END IF;
	IF v_words <> '  ' AND EXISTS (SELECT FROM (SELECT t.name FROM tenant t WHERE t.id = me_tenant()
			UNION ALL SELECT s.name FROM school s WHERE s.tenant_id = me_tenant()
			UNION ALL SELECT unnest(ARRAY[c.display_name, c.handle]) FROM channel c
				WHERE c.tenant_id = me_tenant()) own
		 WHERE position(v_words IN plain_words(own.name)) > 0) THEN
		RETURN NULL;
	END IF;
	RETURN CASE WHEN btrim(p_text) ~ '^[[:upper:]][[:alpha:]''’-]+\s+[[:upper:]][[:alpha:]''’-]+$'
		THEN 'reads like a person''s name: only names of the organisation are looked for'
		ELSE 'is no name of the tenant, of one of its schools or of a channel, nor a part of one' END;
END
$$;
GRANT EXECUTE ON FUNCTION watch_term_fault(text, text) TO chaperone_app;
