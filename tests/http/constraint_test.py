"""Each constraint refuses what it is for (tests/constraints.eval), with all others gone."""
import json
import pathlib

import psycopg2
import psycopg2.errors
import pytest

CASES = [line.split(maxsplit=3) for line in
         pathlib.Path(__file__).parents[1].joinpath("constraints.eval").read_text().splitlines()
         if line and not line.startswith("#")]
KINDS = {"check": psycopg2.errors.CheckViolation, "unique": psycopg2.errors.UniqueViolation,
         "foreign": psycopg2.errors.ForeignKeyViolation, "exclude": psycopg2.errors.ExclusionViolation}
STATED = """
SELECT CASE contype WHEN 'c' THEN 'check' WHEN 'f' THEN 'foreign' WHEN 'x' THEN 'exclude' ELSE 'unique' END AS kind,
       conrelid::regclass::text AS table, conname AS name
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION
SELECT 'unique', i.indrelid::regclass::text, i.indexrelid::regclass::text
  FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
 WHERE t.relnamespace = 'public'::regnamespace AND i.indisunique"""
# Everything else that may refuse a row of this table.
ALONE = """
DO $$
DECLARE r record;
BEGIN
	FOR r IN SELECT conname FROM pg_constraint WHERE conrelid = '{0}'::regclass AND conname <> '{1}'
		    AND (contype IN ('c', 'f') OR conindid NOT IN (SELECT conindid FROM pg_constraint
			 WHERE conrelid = '{0}'::regclass AND conname = '{1}')) LOOP
		EXECUTE format('ALTER TABLE {0} DROP CONSTRAINT IF EXISTS %I CASCADE', r.conname);
	END LOOP;
	FOR r IN SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indrelid = '{0}'::regclass
		    AND indisunique AND indexrelid::regclass::text <> '{1}'
		    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid) LOOP
		EXECUTE 'DROP INDEX ' || r.name;
	END LOOP;
END $$;
ALTER TABLE {0} DISABLE TRIGGER USER"""
COLUMNS = """
SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
 WHERE attrelid = '{}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"""
SAMPLES = {"uuid": "018f0000-0000-7000-8000-00000000dead", "integer": 1, "bigint": 1, "smallint": 1,
           "boolean": True, "date": "2026-01-01", "timestamp with time zone": "2026-01-01T00:00:00Z",
           "jsonb": {}, "bytea": "\\x00", "text[]": [], "uuid[]": [], "inet": "127.0.0.1", "xid8": "1",
           "cidr": "127.0.0.0/8"}


def insert(cursor, table, row):
    columns = ", ".join(row)
    cursor.execute(f"INSERT INTO {table} ({columns}) OVERRIDING SYSTEM VALUE SELECT {columns}"
                   f" FROM jsonb_populate_record(NULL::{table}, %s)", [json.dumps(row)])


def test_all_are_stated(house):
    there = {" ".join((row["kind"], row["table"], row["name"])) for row in house.sql(STATED)}
    stated = {" ".join(case[:3]) for case in CASES}
    assert stated == there, "\n".join(
        [f"tests/constraints.eval lacks: {line}" for line in sorted(there - stated)]
        + [f"tests/constraints.eval states what is gone: {line}" for line in sorted(stated - there)])


@pytest.fixture(scope="module")
def cursor(house):
    connection = psycopg2.connect(house.dsn)
    yield connection.cursor()
    connection.close()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[1]}-{case[2]}")
def test_refuses(house, cursor, case):
    kind, table, name, *values = case
    row = {column["name"]: SAMPLES.get(column["type"], "sample")
           for column in house.sql(COLUMNS.format(table))}
    row.update(json.loads(values[0]) if values else {})
    try:
        cursor.execute(ALONE.format(table, name))
        with pytest.raises(KINDS[kind]) as refused:
            for _ in range(2 if kind in ("unique", "exclude") else 1):
                insert(cursor, table, row)
        assert refused.value.diag.constraint_name == name
    finally:
        cursor.connection.rollback()
