"""Mutants of the database, read from the catalogue of one that was just migrated."""
import json
import re

from mutant import Mutant, place

CONSTRAINTS = """
SELECT c.conrelid::regclass::text AS table, c.conname AS name, c.contype AS type,
       pg_get_constraintdef(c.oid) AS text
  FROM pg_constraint c
 WHERE c.connamespace = 'public'::regnamespace AND c.contype IN ('c', 'u', 'p', 'x', 'f')
   AND (c.contype = 'f' OR NOT EXISTS (
	SELECT FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid))
 ORDER BY 1, 2"""
INDEXES = """
SELECT i.indrelid::regclass::text AS table, i.indexrelid::regclass::text AS name,
       pg_get_indexdef(i.indexrelid) AS text
  FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
 WHERE t.relnamespace = 'public'::regnamespace AND i.indisunique
   AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
 ORDER BY 1, 2"""
TRIGGERS = """
SELECT tgrelid::regclass::text AS table, tgname AS name, pg_get_triggerdef(oid) AS text
  FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"""
POLICIES = """
SELECT tablename AS table, policyname AS name, qual, with_check,
       format('CREATE POLICY %I ON %I FOR %s TO %s', policyname, tablename, cmd, array_to_string(roles, ', '))
       || coalesce(' USING (' || qual || ')', '') || coalesce(' WITH CHECK (' || with_check || ')', '') AS text
  FROM pg_policies WHERE schemaname = 'public' ORDER BY 1, 2"""
SETTINGS = """
SELECT d.*, jsonb_build_object('value', quote_nullable(value), 'strength', quote_nullable(strength),
	'min', quote_nullable(min), 'max', quote_nullable(max), 'words', quote_nullable(words)) AS was
  FROM setting_default d ORDER BY place"""
TYPES = {"c": "check", "u": "unique", "p": "unique", "x": "unique", "f": "foreign"}


class Source:
    """Where the migrations say it, the last one first."""

    def __init__(self, root):
        self.files = [(f"sql/migrations/{path.name}", path.read_text())
                      for path in sorted((root / "sql/migrations").glob("*.sql"), reverse=True)]

    def place(self, *patterns):
        for pattern in patterns:
            for path, text in self.files:
                found = re.search(pattern, text)
                if found:
                    return place(path, text, found.start())
        return "sql/migrations"


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def constraints(house, source):
    for row in house.sql(CONSTRAINTS):
        table, name = row["table"], row["name"]
        column = re.search(r"\((\w+)", row["text"]).group(1)
        yield Mutant(TYPES[row["type"]], f"{table} {name}: without {' '.join(row['text'].split())}",
                     source.place(rf"CONSTRAINT {name}\b", rf"CREATE TABLE {table} "), (name, table, column),
                     sql=f'ALTER TABLE {table} DROP CONSTRAINT "{name}"',
                     undo=f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {row["text"]}')
    for row in house.sql(INDEXES):
        table, name = row["table"], row["name"]
        yield Mutant("unique", f"{table} {name}: without {row['text'].partition(' USING ')[2]}",
                     source.place(rf"UNIQUE INDEX {name}\b", rf"CREATE TABLE {table} "),
                     (name, table), sql=f"DROP INDEX {name}", undo=row["text"])


def triggers(house, source):
    for row in house.sql(TRIGGERS):
        table, name = row["table"], row["name"]
        yield Mutant("trigger", f"{table} {name}: without {row['text'].rpartition(' ')[2]}",
                     source.place(rf"TRIGGER {name}\s[^;]*\sON {table}\b", rf"CREATE TABLE {table} "),
                     (name, table), sql=f"DROP TRIGGER {name} ON {table}", undo=row["text"])


def conjuncts(expression):
    """What stands between the outermost ANDs; PostgreSQL breaks the line before a CASE."""
    parts, depth, begin = [], 0, 0
    text = " ".join(expression.split())
    inner = text[1:-1] if text.startswith("(") and closing(text, 0) == len(text) - 1 else text
    for at, letter in enumerate(inner):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and inner.startswith(" AND ", at):
            parts.append(inner[begin:at].strip())
            begin = at + 5
    return parts + [inner[begin:].strip()]


def closing(text, at):
    depth = 0
    for end in range(at, len(text)):
        depth += (text[end] == "(") - (text[end] == ")")
        if depth == 0:
            return end
    raise ValueError(f"no end of the bracket at {at}: {text}")


def policies(house, source):
    """Each condition of a policy is left out; a policy that has none is dropped."""
    for row in house.sql(POLICIES):
        table, name = row["table"], row["name"]
        where = source.place(rf"POLICY {name} ON {table}\b", rf"CREATE TABLE {table} ")
        sides = [(side, conjuncts(row[column])) for side, column in
                 (("USING", "qual"), ("WITH CHECK", "with_check")) if row[column] not in (None, "true")]
        if not sides:
            yield Mutant("policy", f"{table} {name}: without it", where, (name, table),
                         sql=f"DROP POLICY {name} ON {table}", undo=row["text"])
        undo = f"DROP POLICY {name} ON {table}; {row['text']}"
        for side, parts in sides:
            for part in parts:
                rest = " AND ".join(p for p in parts if p != part) or "true"
                yield Mutant("policy", f"{table} {name} {side}: without {' '.join(part.split())}",
                             where, (name, table), sql=f"ALTER POLICY {name} ON {table} {side} ({rest})",
                             undo=undo)


# Settings

def others(row):
    """Another value, strength and limit for each that a key has: (column, value as SQL)."""
    value, words = row["value"], row["words"]
    if row["type"] == "integer":
        if isinstance(value, int):
            yield "value", quoted(str(value + 1))
        # A word may stand in the place of the number ("none").
        yield from (("value", quoted(json.dumps(word))) for word in words or [] if word != value)
        if value in (words or []):
            yield "value", quoted(str(row["min"]))
    elif row["type"] == "time":
        yield "value", quoted(json.dumps("12:00" if value != "12:00" else "13:00"))
    elif row["type"] == "boolean":
        yield "value", quoted(json.dumps(not value))
    elif row["type"] == "enum":
        yield from (("value", quoted(json.dumps(word))) for word in words if word != value)
    elif row["type"] == "text":
        yield "value", quoted(json.dumps(value + "2027"))
    elif row["type"] == "list":
        yield "value", quoted(json.dumps(value[1:]))
    elif row["type"] == "chain":
        yield "value", quoted(json.dumps([{**value[0], "need": "all"}, *value[1:]]))
        yield "value", quoted(json.dumps([{**value[0], "role": words[-1]}, *value[1:]]))
    strength = row["strength"]
    if isinstance(strength, dict):
        yield "strength", quoted(json.dumps({word: "advised" for word in strength}))
    elif strength:
        yield "strength", quoted(json.dumps("advised" if strength != "advised" else "must"))
    if row["min"] is not None:
        yield "min", str(row["min"] + 1)
    if row["max"] is not None:
        yield "max", str(row["max"] + 1)
    if words:
        yield "words", f"words[:{len(words) - 1}]"


def settings(house, source):
    for row in house.sql(SETTINGS):
        key = row["key"]
        for column, other in others(row):
            yield Mutant("setting", f"{key}: {column} {row[column]} to {other}",
                         source.place(rf"'{key}'"), (key, "setting"),
                         sql=f"UPDATE setting_default SET {column} = {other} WHERE key = {quoted(key)}",
                         undo=f"UPDATE setting_default SET {column} = {row['was'][column]} WHERE key = {quoted(key)}")


def mutants(house, root):
    source = Source(root)
    for of in (constraints, triggers, policies, settings):
        yield from of(house, source)
