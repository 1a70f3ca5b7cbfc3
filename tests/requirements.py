# Checks docs/requirements.csv: every row well formed, every test it names really there.
import ast
import csv
import pathlib
import re
import sys

STATUSES = ("done", "partial", "later")
root = pathlib.Path(__file__).resolve().parent.parent


def functions(file):
    """The functions of a test file; a C file's are found by how a definition begins."""
    text = file.read_text()
    if file.suffix == ".py":
        return {n.name for n in ast.walk(ast.parse(text)) if isinstance(n, ast.FunctionDef)}
    return set(re.findall(r"^(?:static )?(?:void|bool|int) (\w+)\(", text, re.M))


def test_fault(name):
    path, _, function = name.partition("::")
    file = root / "tests" / path.removeprefix("tests/")
    if not function or not file.is_file():
        return f"no test {name}: write file::function, the file below tests/"
    if function not in functions(file):
        return f"{path} has no function {function}"
    if file.suffix == ".py" and not function.startswith("test_"):
        return f"{name} is no test"
    return None


def faults(rows):
    seen = set()
    for row in rows:
        tests = (row["test"] or "").split()
        if not re.fullmatch(r"[A-Z]+[0-9]*(?:[.-]?[0-9A-Za-z_]+)*", row["id"] or ""):
            yield f"not an id: {row['id']!r}"
        if row["id"] in seen:
            yield f"{row['id']} stands twice"
        seen.add(row["id"])
        if row["status"] not in STATUSES:
            yield f"{row['id']}: status {row['status']!r} is none of {', '.join(STATUSES)}"
        if row["status"] in ("done", "partial") and not tests:
            yield f"{row['id']} is {row['status']} and names no test"
        yield from (f"{row['id']}: {fault}" for fault in map(test_fault, tests) if fault)
    if not seen:
        yield "no requirement listed"


with open(root / "docs" / "requirements.csv", newline="", encoding="utf-8") as file:
    reader = csv.DictReader(file)
    found = (["the columns must be id,status,test"] if reader.fieldnames != ["id", "status", "test"]
             else list(faults(reader)))
sys.exit("\n".join(f"docs/requirements.csv: {fault}" for fault in found) or 0)
