"""Mutants of the const tables in C, read from the tables themselves."""
import re

from mutant import Mutant, place

# A string, a comment, or one character: what brackets and commas must not be looked for in.
TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|/\*.*?\*/|\s+|.', re.S)
TABLE = re.compile(r"const struct (?:(\w+) ?(\w*)\[\](?:\)| =)|(listing) (\w+) =)\s*\{")
KINDS = {"step": "flow", "route": "route", "field": "field", "filter": "list"}
WEAKER = {".max": 1, ".min": -1}  # numbers are moved by one, other members left out
# Parts whose own rows are changed, and what is said to the boot check alone.
PASSED = (".id", ".filters", ".sorts", ".of", ".fields", ".provides")
RULES = re.compile(r"struct grant_rule rules\[\] = \{")
NEIGHBOURS = {"NO": ("OWN", "SCOPE"), "OWN": ("NO", "SCOPE"), "SCOPE": ("NO", "OWN")}


def elements(text, at):
    """What stands between the brace at `at` and its end, split at the commas: (begin, end)."""
    found, depth, begin, end = [], 0, None, None
    for token in TOKEN.finditer(text, at + 1):
        word = token.group()
        if word in "})]" and depth == 0 or word == "," and depth == 0:
            if begin is not None:
                found.append((begin, end))
            if word != ",":
                return found
            begin = None
        elif not word.isspace() and not word.startswith("/*"):
            depth += (word in "{([") - (word in "})]")
            begin, end = token.start() if begin is None else begin, token.end()
    raise ValueError(f"no end of the brace at {at}")


def rows(text, at):
    """The rows of a table, each as its elements; the closing { 0 } is none, a macro is one element."""
    for begin, end in elements(text, at):
        brace = text.find("{", begin, end)
        row = elements(text, brace) if brace >= 0 else [(begin, end)]
        if [text[b:e] for b, e in row] != ["0"]:
            yield (begin, end), row


class File:
    def __init__(self, root, path):
        self.path, self.text = path, (root / path).read_text()
        self.noun = path.rpartition("/")[2].removesuffix(".c")

    def mutant(self, kind, name, span, after, words=(), cell=None):
        if not self.path.startswith("auth/"):
            name = f"{self.noun} {name}"
        return Mutant(kind, name, place(self.path, self.text, span[0]),
                      (*words, self.noun), self.path, *span, after, cell=cell)

    def of(self, span):
        return self.text[slice(*span)]

    def without(self, span):
        """The span with the comma that follows, or the one before it."""
        begin, end = span
        follows = re.compile(r"\s*,\s*").match(self.text, end)
        if follows:
            return begin, follows.end()
        return begin - len(re.search(r"\s*,?\s*$", self.text[:begin]).group()), end


def words_of(quoted):
    return quoted.strip('"').split()


def literal(words):
    return '"' + " ".join(words) + '"'


# The permission matrix

def matrix(root):
    file = File(root, "auth/policy_matrix.c")
    columns = re.findall(r"X\(\w+, \"(.*?)\"\)",
                         (root / "auth/policy.h").read_text().partition("COLUMNS(X)")[2])
    at = re.search(r"\[COLUMN_COUNT\] = \{", file.text).end() - 1
    for span, row in rows(file.text, at):
        permission = re.match(r"\[(\w+)\]", file.of(span)).group(1)
        for nth, (column, cell) in enumerate(zip(columns, row, strict=True)):
            for other in NEIGHBOURS[file.of(cell)]:
                yield file.mutant("matrix", f"{permission} {column}: {file.of(cell)} to {other}",
                                  cell, other, (permission.lower(), "permission"),
                                  f"{permission.lower()},{nth},{other}")


# Who may grant what

def grant(root):
    file = File(root, "auth/may_grant.c")
    duties = words_defined(root, "DUTY")
    second = array(file, "second_person")
    for span in second:
        yield file.mutant("grant", f"second_person: without {file.of(span)}", file.without(span), "")
    for duty in duties:
        if literal([duty]) not in map(file.of, second):
            yield file.mutant("grant", f"second_person: with {duty}", (second[0][0],) * 2, literal([duty]) + ", ")
    for span, (granter, *lists, when) in rows(file.text, RULES.search(file.text).end() - 1):
        name = file.of(granter).removeprefix("COLUMN_").lower()
        yield file.mutant("grant", f"{name}: without the row", file.without(span), "")
        other = "false" if file.of(when) == "true" else "true"
        yield file.mutant("grant", f"{name}: when_no_decider {other}", when, other)
        for what, span, all_ in zip(("roles", "duties"), lists, (
                ["slt", "administrator", "staff", "governor"], duties)):
            held = all_ if file.of(span) == '"*"' else words_of(file.of(span))
            for word in all_:
                changed = [w for w in all_ if (w in held) != (w == word)]
                yield file.mutant("grant", f"{name}: {what} {'without' if word in held else 'with'}"
                                  f" {word}", span, literal(changed))


def words_defined(root, name):
    """The words of a list of models/words.c."""
    text = (root / "models/words.c").read_text().partition(f"#define {name}(X)")[2].partition("WORDS_DEFINE")[0]
    return re.findall(r'X\("(\w+)"', text)


def array(file, name):
    """The words of a list of strings that ends with NULL."""
    at = re.search(rf"{name}\[\] = \{{", file.text).end() - 1
    return [span for span in elements(file.text, at) if file.of(span) != "NULL"]


# The tables of the resources

def resources(root):
    for path in sorted((root / "models").glob("*.c")):
        file = File(root, f"models/{path.name}")
        read = re.search(r"\.read = (\w+)", file.text)
        read = read.group(1) if read else "SIGNED_IN"
        for table in TABLE.finditer(file.text):
            struct, name, listing, listed = table.groups()
            if listing:
                yield from members(file, "list", listed, elements(file.text, table.end() - 1))
            elif struct == "constraint":
                yield from refusals(file, table.end() - 1)
            elif struct in KINDS:
                yield from rows_changed(file, KINDS[struct], name or struct, table.end() - 1, read)


def refusals(file, at):
    for span, row in rows(file.text, at):
        name = file.of(row[0]).strip('"')
        yield file.mutant("refusal", f"{name}: without its words", file.without(span), "", (name.lower(),))


def rows_changed(file, kind, table, at, read):
    found = list(rows(file.text, at))
    if kind == "flow":
        yield from steps(file, [row for _, row in found], read)
    for _, row in found:
        name = file.of(row[0]).strip('"')
        if kind == "route":
            name += " " + file.of(row[1]).strip('"')
            yield from permission(file, name, row[2], read)
        yield from members(file, kind, name if kind in ("flow", "route") else f"{table}.{name}", row,
                           (name,) if kind in ("field", "flow") else ())


def members(file, kind, name, row, words=()):
    """Each designated member of a row: left out, or a limit moved by one."""
    for span in row:
        member, _, value = (part.strip() for part in file.of(span).partition("="))
        if not member.startswith(".") or member in PASSED:
            continue
        if member in WEAKER and value.isdigit():
            moved = int(value) + WEAKER[member]
            yield file.mutant(kind, f"{name}: {member} {value} to {moved}", span,
                              f"{member} = {moved}", words)
        elif member not in WEAKER:
            yield file.mutant(kind, f"{name}: without {member}", file.without(span), "", words)


def permission(file, name, span, read):
    """The weaker one of who may read, or of who is signed in."""
    here = file.of(span)
    for weaker in {read, "SIGNED_IN"} if here == read else {read}:
        if weaker != here and here not in ("PUBLIC", "SIGNED_IN"):
            yield file.mutant("permission", f"{name}: {here} to {weaker}", span, weaker, (here.lower(),))


def steps(file, found, read):
    """From where a step leads, whither, and for whom."""
    states = []
    for row in found:
        for word in re.findall(r"\w+", file.of(row[1])) + re.findall(r'"(\w+)"', file.of(row[2])):
            states += [word] if word not in states else []
    for row in found:
        name = file.of(row[0]).strip('"')
        held, to = re.findall(r"\w+", file.of(row[1])), file.of(row[2]).strip('"')
        for state in states:
            changed = [s for s in states if (s in held) != (s == state)]
            yield file.mutant("flow", f"{name}: from {'without' if state in held else 'with'} {state}",
                              row[1], '"{' + ",".join(changed) + '}"', (name,))
        other = states[(states.index(to) + 1) % len(states)] if to != "NULL" else states[-1]
        yield file.mutant("flow", f"{name}: to {other} instead of {to}", row[2], f'"{other}"', (name,))
        yield from permission(file, name, row[3], read)


def mutants(root):
    yield from matrix(root)
    yield from grant(root)
    yield from resources(root)
