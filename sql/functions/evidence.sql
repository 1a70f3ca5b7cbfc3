-- Images that nobody may look at: what is said of them, and what leads to one.

-- UKCIS, "Sharing nudes and semi-nudes", in one breath.
CREATE OR REPLACE FUNCTION imagery_advice() RETURNS text LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
	SELECT 'Never view, copy, print, share, store or save such images: it is illegal. Report to the designated safeguarding '
		|| 'lead at once. If an adult is involved, call the police. Describe in words; delete nothing before you were advised.'
$$;
GRANT EXECUTE ON FUNCTION imagery_advice() TO chaperone_app;

-- Does an address lead to a picture or film itself, and not to a page?
CREATE OR REPLACE FUNCTION url_of_media(p_url text) RETURNS boolean LANGUAGE sql IMMUTABLE SECURITY INVOKER AS $$
	SELECT coalesce(p_url ~* '\.(avif|bmp|gif|heic|heif|jpe?g|jfif|m4v|mov|mp4|png|svg|tiff?|webm|webp)([?#:&@!/]|$)'
		OR p_url ~* '[?&](format|fm|ext)=(avif|gif|heic|jpe?g|mp4|png|webm|webp)(&|$)'
		OR p_url ~* '^https?://(pbs|video)\.twimg\.com/|^https?://[^/]*\.(cdninstagram\.com|fbcdn\.net|tiktokcdn[^/]*\.com|sc-cdn\.net)/',
		false)
$$;
