"""Files of England's register of schools for the tests: the real extracts, and generated ones."""
import csv
import gzip
import io
import json
import os
import pathlib
import shutil

DATA = pathlib.Path(__file__).parents[1] / "data" / "gias"
DECEMBER = "grouplinks_edubaseallacademiesandfree20181201.csv.gz"
JANUARY = "grouplinks_edubaseallacademiesandfree20190101.csv.gz"
ARCHIVE = "establishments-2024-06.tar.gz"
GROUP_LINKS = ["URN", "Linked UID", "Group Name", "Companies House Number", "Group Type",
               "Closed Date", "Group Status", "FederationType", "Joined date",
               "EstablishmentName", "TypeOfEstablishment (code)", "TypeOfEstablishment (name)",
               "PhaseOfEducation (code)", "PhaseOfEducation (name)", "LA (code)", "LA (name)",
               "HasSharedHT"]
COUNTED = ("schools", "trusts", "memberships", "links")


def extract(name):
    """The rows of a real extract, read by nothing of ours."""
    with gzip.open(DATA / name, "rt", encoding="cp1252", newline="") as file:
        rows = list(csv.reader(file))
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def link_row(urn, uid, name="GENERATED Trust", company="", kind="Multi-academy trust",
             joined="01-09-2019", school=None, phase="Primary"):
    """A row as the group links have it: one cell short of their header."""
    return [urn, uid, name, company, kind, "", "Open", "", joined,
            school or f"GENERATED School {urn}", "34", "Academy converter", "2", phase, "878",
            "Devon"]


def link_table(*rows, header=GROUP_LINKS, encoding="cp1252"):
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_MINIMAL).writerows([header, *rows])
    return out.getvalue().encode(encoding)


class Importer:
    """`chaperone import gias` against one database."""

    def __init__(self, house, dsn=None):
        self.house = house
        self.settings = {"CHAPERONE_DATABASE": dsn} if dsn else {}

    def place(self, name, content):
        """Where the service's user can read it; `content` are bytes, or a real file's name."""
        path = os.path.join(self.house.folder, name)
        with open(path, "wb") as file:
            file.write(content)
        os.chmod(path, 0o644)
        return path

    def real(self, name):
        path = os.path.join(self.house.folder, name)
        shutil.copyfile(DATA / name, path)
        os.chmod(path, 0o644)
        return path

    def run(self, *arguments, expect=0):
        return self.house.server.run("import", "gias", *arguments, expect=expect, **self.settings)

    def report(self, *arguments, expect=0):
        return json.loads(self.run("--json", *arguments, expect=expect).stdout)


def changes(report):
    """What is not as it was."""
    return {(part, what): n for part in COUNTED for what, n in report[part].items()
            if n and what != "unchanged"}
