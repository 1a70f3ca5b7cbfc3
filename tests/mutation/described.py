"""Loaded into pytest by the mutation run: tests that need no house, asked again for each program that is named."""
import os

import pytest
from _pytest.runner import runtestprotocol


def first_red(session, items):
    try:
        for item, after in zip(items, [*items[1:], None]):
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=after)):
                return item.name
        return ""
    finally:
        session._setupstate.teardown_exact(None)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session):
    items = [item for item in session.items if "house" not in item.fixturenames]
    with open(os.environ["CHAPERONE_TEST_ASKED"], encoding="utf-8") as asked, \
            open(os.environ["CHAPERONE_TEST_TOLD"], "w", buffering=1, encoding="utf-8") as told:
        for line in asked:
            os.environ["CHAPERONE_BINARY"] = line.strip()
            print(first_red(session, items), file=told)
    return True
