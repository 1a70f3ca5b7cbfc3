-- England's bank holidays, as GOV.UK publishes them (B6).

-- name: bank_holidays_import :one
-- Replaces the years that the file speaks of; earlier ones, which such files drop, stay.
WITH event AS (
	SELECT e.day, e.title FROM jsonb_to_recordset(:events::jsonb) AS e (day date, title text)
), year AS (
	SELECT make_date(extract(year FROM min(day))::integer, 1, 1) AS first,
	       make_date(extract(year FROM max(day))::integer, 12, 31) AS last FROM event
), gone AS (
	DELETE FROM bank_holiday b USING year y
	 WHERE b.day BETWEEN y.first AND y.last AND NOT EXISTS (SELECT FROM event e WHERE e.day = b.day)
	RETURNING b.day
), taken AS (
	INSERT INTO bank_holiday AS b (day, title) SELECT day, title FROM event
	ON CONFLICT (day) DO UPDATE SET title = excluded.title WHERE b.title <> excluded.title
	RETURNING b.day
), source AS (
	INSERT INTO bank_holiday_source AS s (source, sha256, fetched_at, known_until)
	SELECT :source, :sha256, now(), y.last FROM year y
	ON CONFLICT (one) DO UPDATE SET source = excluded.source, sha256 = excluded.sha256,
		fetched_at = excluded.fetched_at, known_until = greatest(s.known_until, excluded.known_until)
	RETURNING known_until
)
SELECT (SELECT count(*) FROM event) AS days, (SELECT count(*) FROM taken) AS changed,
       (SELECT count(*) FROM gone) AS removed, s.known_until,
       s.known_until < today() + 365 AS short
  FROM source s;
