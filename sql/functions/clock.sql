-- What time it is for clocks.

-- Now, as overdue is judged by.
CREATE OR REPLACE FUNCTION clock_now() RETURNS timestamptz LANGUAGE plpgsql STABLE SECURITY INVOKER AS $$
BEGIN
	RETURN now();
END
$$;
GRANT EXECUTE ON FUNCTION clock_now() TO chaperone_app;
