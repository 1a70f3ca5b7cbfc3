"""What the caller is told when only another row, another moment or another machine's clock refuses a request."""
import uuid
from contextlib import contextmanager

import pytest

from message_test import MESSAGES
from moderation_test import DONE_AT, OBJECTS, REASONS, Desk
from reach import day
from refusal import refused


@pytest.fixture(scope="module")
def desk(house):
    return Desk(house)


@contextmanager
def offended(house, table, constraint):
    """Nothing passes it meanwhile: as when somebody else was first, or the database's clock is behind."""
    was = house.sql("SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = %s", constraint)
    house.sql(f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint},"
              f" ADD CONSTRAINT {constraint} CHECK (false) NOT VALID")
    try:
        yield
    finally:
        again = f", ADD CONSTRAINT {constraint} {was[0]['text']}" if was else ""
        house.sql(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}{again}")


def appeal(desk):
    action = desk.taken()
    return lambda: desk.step(action, "appeal", OBJECTS, expect=None)


def report(desk):
    action = desk.taken()
    return lambda: desk.step(action, "reports", {"status": "sent", "reported_at": DONE_AT, "chase_on": day(7)}, expect=None)


def evidence(desk):
    message = desk.log()["id"]
    return lambda: desk.slt.client.post("/v1/evidence", {"message_id": message, "kind": "text", "text": "Seen."})


def handler(desk):
    message = desk.runner.client.post(MESSAGES, desk.said(triage=["safeguarding"]), expect=202).json
    return lambda: desk.act(message, "handlers", {"person_id": desk.staff.id}, by=desk.dsl, expect=None)


# By constraint: its table, what prepares the request, and the refusal.
OFFENDED = {
    "message_past": ("message", lambda desk: lambda: desk.slt.client.post(MESSAGES, desk.said()), 422, "/received_at"),
    "message_handler_once": ("message_handler", handler, 409, "Somebody has just named this person."),
    "evidence_upload_once": ("evidence", evidence, 422, "/upload_id"),
    "moderation_action_past": ("moderation_action", lambda desk: lambda: desk.taken(expect=None), 422, "/taken_at"),
    "moderation_report_past": ("moderation_report", report, 422, "/reported_at"),
    "moderation_appeal_past": ("moderation_appeal", appeal, 422, "/received_at"),
    "moderation_appeal_open": ("moderation_appeal", appeal, 409, "Somebody has just recorded an appeal."),
}


@pytest.mark.parametrize("constraint", OFFENDED)
def test_refused_by_the_last_word(house, desk, constraint):
    table, prepare, status, told = OFFENDED[constraint]
    ask = prepare(desk)
    with offended(house, table, constraint):
        answer = ask()
    if status == 422:
        refused(answer, 422, "invalid", [told])
    else:
        assert refused(answer, 409, "wrong-state")["detail"] == told
    assert ask().status in (200, 201)


# By constraint: what is there already, and what is said of it.
THERE = {
    "moderation_reason_once": (lambda desk: (REASONS, {"school_id": desk.a, "house_rule": uuid.uuid4().hex, "public_text": "No."}),
                               "There are words for this house rule here."),
    "message_external": (lambda desk: (MESSAGES, desk.said(external_ref=uuid.uuid4().hex)),
                         "A message of this channel with this external_ref has been recorded."),
}


@pytest.mark.parametrize("constraint", THERE)
def test_there_already(desk, constraint):
    request, told = THERE[constraint]
    path, body = request(desk)
    desk.slt.client.post(path, body, expect=201)
    assert refused(desk.slt.client.post(path, body), 409, "already-exists")["detail"] == told
