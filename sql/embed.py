"""Turns sql/*.sql, migrations and scripts into C tables: a wrong file stops the build."""

import hashlib
import re
import sys
from pathlib import Path

KINDS = ("one", "many", "exec", "list")
DIRECTIVES = ("school", "own", "shared", "compartment", "handled", "ways", "few")
WAYS_OF = ("own", "handled")
SLOT = re.compile(r"\{page\}")
EACH = re.compile(r"^([\w.]+) = ANY \((.+)\)$")
NAME_START = re.compile(r"^--\s*name\s*:")
NAME_LINE = re.compile(r"^-- name: ([a-z][a-z0-9_]{0,38}) :([a-z]+)$")
DIRECTIVE = re.compile(r"^-- ([a-z]+): *(.*)$")
TERM = re.compile(r"^-- term: ([a-z_]+) = (.+)$")
TERM_USE = re.compile(r"(?<![\w@])@([a-z_]+(?:\.[a-z_]+)?)")
CONTINUATION = re.compile(r"^--   +(.*)$")
MIGRATION = re.compile(r"^(\d{4})_[a-z0-9_]+$")
SCRIPT = re.compile(r"^[a-z0-9_]+$")
FUNCTION = re.compile(r"^\s*CREATE\s+(OR\s+REPLACE\s+)?FUNCTION\s+(\w+)", re.I)
LANDED = "0031"  # shipped, never edited: up to here a migration may hold an older text of what sql/functions has
# sql/functions runs as the role that sees past row security and alone may replace them.
FUNCTIONS_HEAD = """GRANT CREATE ON SCHEMA public TO chaperone_definer;
SET LOCAL ROLE chaperone_definer;
"""
FUNCTIONS_TAIL = """RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM chaperone_definer;
"""
SIGHT = ("SECURITY INVOKER", "SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp")


def fail(path, line, what):
    sys.exit(f"{path}:{line}: {what}")


def quote(text):
    """A C string literal, one source line for each line of the text."""
    if text is None:
        return "NULL"
    lines = []
    for line in text.splitlines(keepends=True):
        out = ""
        for byte in line.encode():
            char = chr(byte)
            if char == "\n":
                out += "\\n"
            elif char in '"\\':
                out += "\\" + char
            elif char == "?" or byte < 0x20 or byte > 0x7E:
                out += f"\\{byte:03o}"
            else:
                out += char
        lines.append(f'\t\t"{out}"')
    return "\n".join(lines) if lines else '""'


class Query:
    def __init__(self, name, kind, path, line):
        self.name, self.kind, self.path, self.line = name, kind, path, line
        self.directives, self.lines, self.open = {}, [], None

    def add(self, number, line):
        """The directives stand directly under the name; all else is text."""
        found = DIRECTIVE.match(line)
        if self.lines:
            if found and found[1] in DIRECTIVES:
                fail(self.path, number, f"'{found[1]}:' must stand directly under the name")
            self.lines.append(line)
        elif self.open and (more := CONTINUATION.match(line)):
            self.directives[self.open] += " " + more[1].strip()
        elif found:
            self.direct(number, found[1], found[2].strip())
        elif line.strip():
            self.lines.append(line)

    def direct(self, number, word, value):
        if word not in DIRECTIVES:
            fail(self.path, number, f"unknown directive '{word}:'")
        if word in self.directives:
            fail(self.path, number, f"'{word}:' is given twice")
        self.directives[word] = value
        self.open = word

    def close(self):
        self.text = re.sub(r"[;\s]+$", "", "\n".join(self.lines))
        statement = [x for x in self.lines if x.strip() and not x.startswith("--")]
        if not statement:
            fail(self.path, self.line, f"query {self.name} has no text")
        for word, value in self.directives.items():
            if not value:
                fail(self.path, self.line, f"'{word}:' of {self.name} is empty")
        if self.directives.keys() & {"ways", "few"} and not {"own", "{page}"} <= {*self.directives, *SLOT.findall(self.text)}:
            fail(self.path, self.line, f"'ways:' and 'few:' are for what has 'own:' and {{page}}: {self.name}")

    def ways(self, word):
        """What a directive joins by OR: (test, None), or (column, array) where it is one of many."""
        if "ways" not in self.directives or word not in self.directives:
            return []
        return [(found[1], found[2]) if (found := EACH.match(way)) else (way, None)
                for way in alternatives(self.directives[word])]


def alternatives(text):
    """The parts of an expression that stand between its outermost ORs."""
    found, depth = [""], 0
    for piece in re.split(r"([()]| OR )", text):
        depth += (piece == "(") - (piece == ")")
        if piece == " OR " and depth == 0:
            found.append("")
        else:
            found[-1] += piece
    if len(found) == 1 and text.startswith("(") and text.endswith(")"):
        return alternatives(text[1:-1])
    return found


class Terms:
    """What files say once above their queries: '-- term: word = text'. It is @word there, @file.word elsewhere."""

    def __init__(self, paths):
        self.texts, self.used = {}, set()  # "file.word" -> (path, line, text)
        for path in paths:
            self.read(path)

    def read(self, path):
        open_ = None
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            if NAME_START.match(line):
                return
            if found := TERM.match(line):
                open_ = f"{path.stem}.{found[1]}"
                if open_ in self.texts:
                    fail(path, number, f"term '{found[1]}' is there twice")
                self.texts[open_] = (path, number, found[2])
            elif open_ and (more := CONTINUATION.match(line)):
                self.texts[open_] = (*self.texts[open_][:2], f"{self.texts[open_][2]} {more[1].strip()}")
            else:
                open_ = None

    def fill(self, path, number, text, within=()):
        def say(found):
            word = found[1] if "." in found[1] else f"{path.stem}.{found[1]}"
            if word not in self.texts and word != found[1]:
                return found[0]  # no term, such as an address
            if word not in self.texts or word in within:
                fail(path, number, f"@{found[1]} names no term above the queries of that file, or itself")
            self.used.add(word)
            return self.fill(*self.texts[word], (*within, word))
        return TERM_USE.sub(say, text)

    def close(self):
        for word in self.texts.keys() - self.used:
            path, number, _ = self.texts[word]
            fail(path, number, f"term '{word}' is used nowhere")


def name_of(path, number, line, known):
    found = NAME_LINE.match(line)
    if not found:
        fail(path, number, "expected '-- name: word :kind' (a kind is " + ", ".join(KINDS) + ")")
    if found[2] not in KINDS:
        fail(path, number, f"unknown kind ':{found[2]}' (a kind is {', '.join(KINDS)})")
    if found[1] in known:
        first = known[found[1]]
        fail(path, number, f"query {found[1]} is already at {first.path}:{first.line}")
    return Query(found[1], found[2], path, number)


def queries_read(folder):
    known, paths = {}, sorted(folder.glob("*.sql"))
    terms = Terms(paths)
    for path in paths:
        query = None
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            line = line.rstrip()
            if NAME_START.match(line):
                query = name_of(path, number, line, known)
                known[query.name] = query
            elif query:
                query.add(number, terms.fill(path, number, line))
            elif line and not line.startswith("--"):
                fail(path, number, "text before the first '-- name:'")
    terms.close()
    for query in known.values():
        query.close()
    return list(known.values())


def texts_read(folder, pattern):
    found = []
    for path in sorted(folder.glob("*.sql")):
        match = pattern.match(path.stem)
        if not match:
            fail(path, 1, "the file's name does not follow the others")
        if match.lastindex and found and found[-1][0].startswith(match[1] + "_"):
            fail(path, 1, f"number {match[1]} is already that of {found[-1][0]}")
        data = path.read_bytes()
        found.append((path.stem, data.decode("utf-8"), hashlib.sha256(data).hexdigest()))
    return found


def functions_find(path):
    """Each function that a file creates: (line, name, does it replace, what stands before AS)."""
    lines = path.read_text("utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if found := FUNCTION.match(line):
            head = " ".join(" ".join(lines[number - 1:]).split(" AS $$")[0].split())
            yield number, found[2], bool(found[1]), head


def functions_read(folder):
    """All of sql/functions as one text, and {name: file}; it is applied whole."""
    found, texts = {}, []
    for path in sorted(folder.glob("*.sql")):
        for line, name, replaces, head in functions_find(path):
            if not replaces:
                fail(path, line, f"{name}() is applied again and again: say CREATE OR REPLACE")
            if not head.endswith(SIGHT):
                fail(path, line, f"say how far {name}() sees, directly before AS: "
                     + " or ".join(f"'{sight}'" for sight in SIGHT))
            if name in found:
                fail(path, line, f"{name}() stands in {found[name]} already")
            found[name] = path
        texts.append(path.read_text("utf-8"))
    text = FUNCTIONS_HEAD + "\n".join(texts) + FUNCTIONS_TAIL
    return found, ("functions", text, hashlib.sha256(text.encode()).hexdigest())


def functions_stand_once(migrations, functions):
    """The text of a rule is looked for, and changed, in one place."""
    for path in sorted(migrations.glob("*.sql")):
        for line, name, _, _ in functions_find(path):
            if name in functions and path.stem[:4] > LANDED:
                fail(path, line, f"{name}() stands in {functions[name]}: "
                     "change it there; 'chaperone migrate' applies that file again")


def queries_header(queries):
    names = "".join(f"\tq_{q.name},\n" for q in queries)
    return ("/* Every named query; generated from sql/ by sql/embed.py. */\n#pragma once\n\n"
            f"enum query {{\n\tQ_NONE,\n{names}\tQUERY_COUNT\n}};\n")


def queries_source(queries, root):
    out = ('/* Texts of the named queries; generated from sql/ by sql/embed.py. */\n'
           '#include "sql/query.h"\n\nconst struct query_text query_texts[QUERY_COUNT] = {\n')
    for q in queries:
        out += (f'\t[q_{q.name}] = {{\n\t\t.name = "{q.name}",\n\t\t.kind = "{q.kind}",\n'
                f"\t\t.text =\n{quote(q.text)},\n"
                + "".join(f"\t\t.{word} = {quote(q.directives.get(word)).strip()},\n" for word in DIRECTIVES)
                + "".join(ways_source(word, q.ways(word)) for word in WAYS_OF) +
                f'\t\t.file = "{q.path.relative_to(root)}",\n\t\t.line = {q.line},\n\t}},\n')
    return out + "};\n"


def ways_source(word, ways):
    rows = "".join(f"\t\t\t{{ {quote(test).strip()}, {quote(each).strip()} }},\n" for test, each in ways)
    return f"\t\t.{word}_ways = (const struct way[]){{\n{rows}\t\t\t{{ 0 }}\n\t\t}},\n" if ways else ""


def texts_source(tables):
    out = ('/* Texts of migrations and scripts; generated from sql/ by sql/embed.py. */\n'
           '#include "sql/migrate.h"\n')
    for table, texts in tables:
        out += f"\nconst struct migration_text {table}[] = {{\n"
        for name, text, digest in texts:
            out += f'\t{{ "{name}",\n{quote(text)},\n\t\t"{digest}" }},\n'
        out += "\t{ 0 }\n};\n"
    return out


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: embed.py <sql folder> <output folder>")
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    queries = queries_read(folder)
    migrations = texts_read(folder / "migrations", MIGRATION)
    scripts = texts_read(folder / "scripts", SCRIPT)
    names, functions = functions_read(folder / "functions")
    functions_stand_once(folder / "migrations", names)
    made = {
        "queries.h": queries_header(queries),
        "queries.c": queries_source(queries, folder.parent),
        "migrations.c": texts_source([("migration_texts", migrations),
                                      ("script_texts", scripts),
                                      ("function_texts", [functions])]),
    }
    output.mkdir(parents=True, exist_ok=True)
    for name, text in made.items():
        (output / name).write_text(text)


if __name__ == "__main__":
    main()
