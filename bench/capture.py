"""The statements of each workload, taken from PostgreSQL's log while the service answers."""

import re
import time

PREFIX = "@@ "
ENTRY = re.compile(r"^LOG:  execute ([^:]+): (.*)", re.S)
PARAMETER = re.compile(r"\$(\d+) = (?:'((?:[^']|'')*)'|NULL)")


def parameters(text):
    return [None if m[2] is None and m[0].endswith("NULL") else m[2].replace("''", "'")
            for m in PARAMETER.finditer(text)]


def read(log):
    """[(name, text, [parameter, ...]), ...] of a log whose entries begin with PREFIX."""
    found = []
    for entry in log.split(PREFIX)[1:]:
        entry = entry.replace("\n\t", "\n").rstrip("\n")
        if match := ENTRY.match(entry):
            found.append([match[1], match[2], []])
        elif found and entry.startswith("DETAIL:  parameters: "):
            found[-1][2] = parameters(entry)
    return [tuple(statement) for statement in found]


def watch(sql, log_path, act):
    """The statements that PostgreSQL executes during act()."""
    sql("ALTER SYSTEM SET log_statement = 'all'")
    sql("SELECT pg_reload_conf()")
    time.sleep(0.5)
    start = log_path.stat().st_size
    answer = act()
    time.sleep(0.3)
    log = log_path.read_text()[start:]
    sql("ALTER SYSTEM RESET log_statement")
    sql("SELECT pg_reload_conf()")
    time.sleep(0.5)
    # what the housekeeping did meanwhile is none of ours
    return answer, [s for s in read(log) if "audit_seal" not in s[1] and s[0] != "<unnamed>"]


def literal_colons(text):
    """pgbench takes every :word for a variable, in quotes too."""
    return re.sub(r"'(?:[^']|'')*'",
                  lambda m: "E" + m[0].replace(":", "\\x3a") if ":" in m[0] else m[0], text)


def without_comments(text):
    return re.sub(r"('(?:[^']|'')*')|--[^\n]*", lambda m: m[1] or "", text)


def pgbench(statements, subject, setup, expression, entered):
    """A script with one pipeline of these statements and the variables it is run with. The id
    `subject` becomes an expression over :n, which `setup` sets; everything else stays a
    parameter. `entered`: with the context statement, as the service sends it."""
    lines, variables = [setup, "\\startpipeline"], {}
    for number, (name, text, values) in enumerate(statements):
        if name == "enter" and not entered:
            continue

        def fill(match, number=number, values=values):
            value = values[int(match[1]) - 1]
            if value is None:
                return "NULL"
            if value == subject:
                return expression
            variable = f"s{number}_{match[1]}"
            variables[variable] = value
            return ":" + variable

        text = literal_colons(without_comments(text))
        lines.append(re.sub(r"\$(\d+)", fill, text).strip().rstrip(";") + ";")
    return "\n".join(lines + ["\\endpipeline", ""]), variables


def for_peer(statements, subject, body, me):
    """The same statements for the peer: each parameter is a constant or says where it is from."""
    known = {value: {"body": key} for key, value in (body or {}).items()}
    known |= {me["sub"]: {"me": "sub"}, me["tid"]: {"me": "tid"}, subject: {"id": True}}
    return [{"name": name, "text": text, "values": [known.get(v, v) for v in values]}
            for name, text, values in statements if name != "enter"]
