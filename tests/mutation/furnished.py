"""Loaded into pytest by the mutation run: each house is a copy of one, changed by one statement."""
import contextlib
import inspect
import json
import os

import psycopg2
import pytest

from house import House

CONFIG, HOUSES = [], []
COPY = json.loads(os.environ["CHAPERONE_TEST_HOUSE"])


def furnish(house):
    """A failure in here is no test's: it ends the run with a status of its own."""
    try:
        copied(house)
        HOUSES.append(house)
    except (psycopg2.Error, AssertionError) as error:
        pytest.exit(f"the change cannot be made: {error}", returncode=9)
    return COPY["demo"]


def copied(house):
    with open(house.master_key, "w", encoding="ascii") as file:  # the copy's secrets are under it
        file.write(COPY["master_key"])
    with contextlib.closing(psycopg2.connect(house.cluster.dsn("postgres", "postgres"))) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {house.database} TEMPLATE {COPY['database']}")
    house.cluster.make_database(house.database)
    if COPY["sql"]:
        house.sql(COPY["sql"])


House.furnish = furnish


# Those whose tests build on each other, or were never tried in another order.
AS_WRITTEN = ("audit", "audit_verify", "backup", "england", "framing", "gias_forms", "header", "instances", "keys",
            "people_import", "plan", "problem_page", "proxy", "quality", "rate", "readme", "register", "reliability",
            "stream", "upgrade")


def told(item):
    """How many of the change's words a test has in its name, and else in its text."""
    if item.path.name.removesuffix("_test.py") in AS_WRITTEN:
        return [0]
    text = inspect.getsource(item.function) if hasattr(item, "function") else ""
    return [sum(word in where for word in COPY["words"]) for where in (item.name.lower(), text)]


def in_order(items):
    files = {path: at for at, path in enumerate(dict.fromkeys(item.path for item in items))}
    return sorted(items, key=lambda item: (files[item.path], *(-found for found in told(item))))


@pytest.hookimpl(hookwrapper=True)
def pytest_collection_modifyitems(items):
    """In each file those that speak of the change come first: the first red one ends the run."""
    yield
    items[:] = in_order(items)


def pytest_runtest_logreport(report):
    """At once: when the house then ends badly as well, pytest's own summary never comes."""
    if report.failed:
        name = CONFIG[0].cwd_relative_nodeid(report.nodeid)
        CONFIG[0].pluginmanager.get_plugin("terminalreporter").write(f"\nFAILED {name}\n", flush=True)


def pytest_configure(config):
    CONFIG.append(config)
