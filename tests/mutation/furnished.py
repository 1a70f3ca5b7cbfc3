"""Loaded into pytest by the mutation run: each house is a copy of one, changed by one statement."""
import contextlib
import json
import os

import psycopg2
import pytest

from house import House

COPY = json.loads(os.environ["CHAPERONE_TEST_HOUSE"])


def furnish(house):
    """A failure in here is no test's: it ends the run with a status of its own."""
    try:
        copied(house)
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
