"""Who sees what was moderated: as its message or channel, and never whom it is aimed at, at either wall alone (A9)."""
import uuid

import pytest

from days import day
from message_test import MESSAGES
from moderation_test import ACTIONS, BECAUSE, DONE_AT, OBJECTS, WORK, Desk, waiting
from refusal import refused


@pytest.fixture(scope="module")
def desk(house):
    return Desk(house)


def blind(client, action):
    for below in ("", "/history"):
        client.get(f"{ACTIONS}/{action['id']}{below}", expect=404)
    for name in "take", "complete", "withdraw", "post-reason", "waive", "appeal", "decide-appeal", "reports":
        assert client.post(f"{ACTIONS}/{action['id']}/{name}", {
            "reason": "Because.", "public_reason": "No.", **OBJECTS, "outcome": "upheld", "status": "sent",
            "reported_at": DONE_AT, "chase_on": day(1)}).status in (403, 404, 422), name
    for target in f"{ACTIONS}?limit=200", f"{ACTIONS}/chase?limit=200", f"{ACTIONS}?reason=missing&limit=200", WORK:
        assert action["id"] not in client.get(target, expect=200).text
    for target in f"{ACTIONS}?state=taken", f"{ACTIONS}/chase":
        assert action["id"] not in client.get(target, headers={"Accept": "text/csv"}, expect=200).text


def chased(desk, **values):
    action = desk.taken(**values)
    desk.step(action, "reports", {"status": "sent", "reported_at": DONE_AT, "chase_on": "2026-11-21"},
              by=values.get("by"))
    return action


def test_whom_it_is_aimed_at_is_blind_and_no_moderator(desk, second_wall):
    message = desk.log()
    for by in desk.second, desk.dsl:
        refused(desk.taken(message=message, target_person_id=by.id, by=by, expect=409), 409, "conflicted")
    refused(desk.taken(target_person_id=desk.second.id, taken_by=desk.second.id, expect=409), 409, "conflicted")
    refused(desk.taken(target_person_id=str(uuid.uuid4()), expect=422), 422, "invalid", ["/target_person_id"])
    action = chased(desk, message=message, target_person_id=desk.second.id)
    blind(desk.second.client, action)
    blind(second_wall.as_(desk.second.login), action)
    # and may show what was said all the same: evidence hangs on the message
    desk.second.client.get(f"{MESSAGES}/{message['id']}", expect=200)
    assert desk.seen(action, desk.administrator)["target_person_id"] == desk.second.id


def test_the_compartment_holds_what_was_done_in_it(desk, second_wall):
    message = desk.runner.client.post(MESSAGES, desk.said(triage=["safeguarding"]), expect=202).json
    action = chased(desk, message=message, by=desk.dsl)
    for person in desk.others:
        blind(person.client, action)
        blind(second_wall.as_(person.login), action)
        for client in person.client, second_wall.as_(person.login):
            assert client.post(ACTIONS, {"kind": "hide", "reason": "Seen.", "message_id": message["id"]}).status in (403, 422)
    assert desk.seen(action, desk.deputy)["reason"] == "Names a pupil."
    desk.act(message, "handlers", {"person_id": desk.staff.id}, by=desk.dsl)
    assert desk.step(action, "record-snapshot", {"no_snapshot_reason": "illegal_imagery"}, by=desk.staff)
    second_wall.as_(desk.staff.login).get(f"{ACTIONS}/{action['id']}", expect=200)


def test_a_message_takes_its_actions_into_the_compartment(desk, second_wall):
    message = desk.log()
    action = chased(desk, message=message)
    desk.act(message, "triage", {"triage": ["safeguarding"]}, by=desk.administrator, expect=202)
    for person in desk.others:
        blind(person.client, action)
        blind(second_wall.as_(person.login), action)
    assert desk.seen(action, desk.dsl)["id"] == action["id"]


def test_who_is_kept_from_a_message_is_kept_from_what_was_done(desk, second_wall):
    message = desk.log()
    action = chased(desk, message=message)
    desk.act(message, "exclude", {"person_id": desk.second.id, **BECAUSE})
    blind(desk.second.client, action)
    blind(second_wall.as_(desk.second.login), action)


def test_staff_see_what_was_done_on_their_channels(desk, second_wall):
    about = {"channel_id": desk.channel, "target_url": "https://facebook.example/c/9"}
    action = chased(desk, **about)
    assert (action["message_id"], action["school_id"]) == (None, desk.a)
    assert desk.seen(action, desk.runner)["id"] == action["id"]
    assert action["id"] in waiting(desk.runner, "platform_report_to_chase")
    blind(desk.staff.client, action)
    blind(second_wall.as_(desk.staff.login), action)
    assert desk.record(by=desk.runner, **about)["recorded_name"] == "Rae Runner"
    refused(desk.record(by=desk.staff, expect=422, **about), 422, "invalid", ["/channel_id"])
    assert second_wall.as_(desk.staff.login).post(ACTIONS, {"kind": "hide", "reason": "Mine.", **about}).status == 403
    refused(desk.record(channel_id=desk.channel, expect=422), 422, "invalid", ["/target_url"])
    desk.elsewhere.client.get(f"{ACTIONS}/{action['id']}", expect=404)
