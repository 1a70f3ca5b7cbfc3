"""Loaded into pytest by the mutation run: many changes of one database, each made, tried and undone."""
import contextlib
import json
import os
import pathlib

import psycopg2
import pytest
from _pytest.runner import runtestprotocol

from furnished import COPY, HOUSES, in_order

ASKED = json.loads(pathlib.Path(os.environ["CHAPERONE_TEST_TOGETHER"]).read_text())
TOLD = os.environ["CHAPERONE_TEST_TOLD"]


def tell(*words):
    with open(TOLD, "a", encoding="utf-8") as file:
        print(*words, sep="\t", file=file)


def red(item, others):
    """Whether it fails. Its module stays furnished: the next one is of the same."""
    other = next(each for each in others if each is not item)
    return any(report.failed for report in runtestprotocol(item, log=False, nextitem=other))


def first_red(items):
    return next((item for item in items if red(item, items)), None)


def changed(statement):
    with contextlib.closing(psycopg2.connect(HOUSES[0].dsn)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"SET lock_timeout = '10s'; {statement}")


def tried(mutant, items):
    """The red test, which has to be green once the change is undone."""
    COPY["words"] = mutant["words"]
    changed(mutant["sql"])
    found = first_red(in_order(items))
    changed(mutant["undo"])
    if found and red(found, items):
        raise AssertionError(f"{found.name} stays red")
    return found


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    """What it cannot undo ends it: the others are then tried in another house."""
    items = session.items
    if first_red(items):
        return True
    items = [item for item in items if not red(item, items)]  # the others cannot be run twice
    for mutant in ASKED:
        try:
            found = tried(mutant, items)
        except (psycopg2.Error, AssertionError) as error:
            tell("spoilt", mutant["id"], " ".join(str(error).split()))
            return True
        tell("red" if found else "green", mutant["id"], found.location[0] if found else "", found.name if found else "")
        session.config.pluginmanager.get_plugin("terminalreporter").write(".", flush=True)  # it does not hang
    return True
