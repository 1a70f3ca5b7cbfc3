"""Moderation: what was done, shown, explained to the audience, chased, and appealed against (A9)."""
import datetime
import threading
import uuid

import pytest

from cluster import connect
from days import day
from idempotency_test import together
from message_test import MESSAGES
from refusal import refused, unchanged
from safeguarding_test import Compartment

ACTIONS, REASONS, WORK = "/v1/moderation-actions", "/v1/moderation-reasons", "/v1/me/work"
DONE_AT = "2026-11-20T17:00:00Z"
BECAUSE = {"reason": "A notice would draw attention to her."}


class Desk(Compartment):
    """The office and the compartment's people, and somebody else who moderates."""

    def __init__(self, house):
        super().__init__(house)
        self.second = self.tenant.person("Sue Second", "slt", [self.a])

    def record(self, by=None, expect=201, message=None, **values):
        body = {"kind": "hide", "reason": "Names a pupil.", **values}
        if not {"channel_id", "message_id"} & set(values):
            body["message_id"] = (message or self.log())["id"]
        body = {name: value for name, value in body.items() if value is not None}
        answer = (by or self.slt).client.post(ACTIONS, body, expect=expect)
        return answer.json if expect == 201 else answer

    def taken(self, **values):
        return self.record(taken_at=DONE_AT, **values)

    def step(self, action, name, body=None, by=None, expect=200):
        answer = (by or self.slt).client.post(f"{ACTIONS}/{action['id']}/{name}", body or {}, expect=expect)
        return answer.json if expect == 200 else answer

    def seen(self, action, by=None):
        return (by or self.slt).client.get(f"{ACTIONS}/{action['id']}", expect=200).json

    def finished(self, **values):
        return self.step(self.taken(no_snapshot_reason="already_gone", public_reason="It named a child.",
                                    public_reason_posted_at=DONE_AT, **values), "complete")


@pytest.fixture(scope="module")
def desk(house):
    return Desk(house)


def codes(row, action="complete"):
    return [b["code"] for b in row["blockers"] if b["action"] == action]


def names(row):
    return {a["name"] for a in row["actions"]}


def test_a_removal_that_was_made_is_always_recorded(desk):
    action = desk.taken()
    assert (action["state"], action["taken_at"], action["taken_by"], action["told"]) == (
        "taken", DONE_AT, desk.slt.id, "missing")
    assert action["school_id"] == desk.a and action["channel_id"] == desk.channel
    assert codes(action) == ["snapshot_missing", "public_reason_missing"]  # and yet it stands there
    later = desk.record()
    assert (later["state"], later["taken_at"], codes(later), later["told"]) == ("open", None, [], "pending")
    done = desk.step(later, "take", {})
    assert (done["state"], done["taken_by"], done["taken_name"]) == ("taken", desk.slt.id, "Sal Lead")
    desk.step(later, "take", {}, expect=409)
    told = desk.slt.client.get(f"{ACTIONS}/{later['id']}/history", expect=200).json["data"]
    assert [(row["action"], row["from_state"], row["to_state"]) for row in told] == [
        ("record", None, "open"), ("take", "open", "taken")]


def test_who_did_it_may_be_somebody_else(desk):
    assert desk.taken(taken_by=desk.runner.id)["taken_name"] == "Rae Runner"
    refused(desk.taken(taken_by=str(uuid.uuid4()), expect=422), 422, "invalid", ["/taken_by"])
    refused(desk.record(taken_by=desk.runner.id, expect=422), 422, "invalid", ["/taken_at"])


# What completing each kind takes, when nothing is there yet.
LACKS = {
    "hide": ["snapshot_missing", "public_reason_missing"], "delete": ["snapshot_missing", "public_reason_missing"],
    "block": ["public_reason_missing"], "report_to_platform": ["report_missing"], "mute": [], "restrict": [], "warn": []}


def test_every_kind_says_what_completing_it_takes(desk):
    words = [word["word"] for each in desk.slt.client.get("/v1/enumerations", expect=200).json["data"]
             if (each["resource"], each["field"]) == ("moderation_action", "kind") for word in each["words"]]
    assert set(words) == set(LACKS), "LACKS says it; so do @removes, moderation_told() and the CHECKs beside them"


@pytest.mark.parametrize("code, name", [
    ("snapshot_missing", "moderation_action_snapshot"), ("public_reason_missing", "moderation_action_told")])
def test_the_table_asks_the_same_of_each_kind(house, code, name):
    """By whatever way it would be completed."""
    check = house.sql("SELECT pg_get_constraintdef(oid) AS text FROM pg_constraint WHERE conname = %s", name)[0]["text"]
    bare = ("SELECT k AS kind, 'complete' AS state, NULL::uuid AS snapshot_id, NULL::text AS no_snapshot_reason,"
            " NULL::timestamptz AS public_reason_posted_at, NULL::timestamptz AS waived_at FROM unnest(%s) k")
    refused = {row["kind"] for row in house.sql(f"SELECT kind FROM ({bare}) x WHERE NOT ({check.removeprefix('CHECK')})",
                                                list(LACKS))}
    assert refused == {kind for kind, lacks in LACKS.items() if code in lacks}


@pytest.mark.parametrize("kind,lacks", LACKS.items())
def test_each_blocker_is_shown_before_and_named_after(desk, kind, lacks):
    action = desk.taken(kind=kind)
    assert codes(action) == lacks and ("complete" in names(action)) == (not lacks)
    if not lacks:
        assert desk.step(action, "complete")["state"] == "complete"
        return
    with unchanged(desk.house):
        answer = refused(desk.step(action, "complete", expect=409), 409, "blocked")
    assert [b["code"] for b in answer["blockers"]] == lacks
    if kind == "report_to_platform":
        action = desk.step(action, "reports", {"status": "sent", "reported_at": DONE_AT, "chase_on": day(7)})
    else:
        action = desk.step(action, "record-snapshot", {"no_snapshot_reason": "already_gone"})
        assert codes(action) == ["public_reason_missing"]
        action = desk.step(action, "post-reason", {"public_reason": "It named a child."})
    assert codes(action) == [] and "complete" in names(action)
    done = desk.step(action, "complete")
    assert done["state"] == "complete" and done["completed_at"]


def test_why_there_is_no_snapshot(desk):
    action = desk.taken()
    refused(desk.step(action, "record-snapshot", {"no_snapshot_reason": "safety"}, expect=422), 422, "invalid",
            ["/no_snapshot_words"])
    done = desk.step(action, "record-snapshot", {"no_snapshot_reason": "safety", "no_snapshot_words": "He searches us."})
    assert (done["no_snapshot_reason"], done["no_snapshot_words"]) == ("safety", "He searches us.")
    refused(desk.taken(no_snapshot_reason="safety", expect=422), 422, "invalid", ["/no_snapshot_words"])
    refused(desk.taken(no_snapshot_words="Gone.", expect=422), 422, "invalid", ["/no_snapshot_reason"])


def evidence(desk, message):
    return desk.slt.client.post("/v1/evidence", {"message_id": message["id"], "kind": "text", "text": "She said so."},
                                expect=201).json["id"]


def test_a_snapshot_is_evidence_of_the_very_message(desk):
    message, other = desk.log(), desk.log()
    ours, theirs = evidence(desk, message), evidence(desk, other)
    action = desk.taken(message=message)
    for unknown in theirs, str(uuid.uuid4()):
        refused(desk.step(action, "record-snapshot", {"snapshot_id": unknown}, expect=422), 422, "invalid", ["/snapshot_id"])
        refused(desk.taken(message=message, snapshot_id=unknown, expect=422), 422, "invalid", ["/snapshot_id"])
    refused(desk.step(action, "record-snapshot", {}, expect=422), 422, "invalid", ["/snapshot_id"])
    refused(desk.step(action, "record-snapshot", {"snapshot_id": ours, "no_snapshot_reason": "already_gone"}, expect=422),
            422, "invalid", ["/no_snapshot_reason"])
    shown = desk.step(action, "record-snapshot", {"snapshot_id": ours})
    assert shown["snapshot_id"] == ours and codes(shown) == ["public_reason_missing"]
    assert codes(desk.taken(message=message, snapshot_id=ours)) == ["public_reason_missing"]
    refused(desk.taken(channel_id=desk.channel, target_author="@x", snapshot_id=ours, expect=422), 422, "invalid",
            ["/snapshot_id"])


def test_the_audience_is_told_in_the_words_of_a_house_rule(desk):
    rule = desk.slt.client.post(REASONS, {"school_id": desk.a, "house_rule": "No names",
                                          "public_text": "We hid a comment that named a child."}, expect=201).json
    action = desk.taken(moderation_reason_id=rule["id"])
    assert action["public_reason"] == rule["public_text"] and action["public_reason_posted_at"] is None
    posted = desk.step(action, "post-reason", {"public_reason_url": "https://facebook.example/p/1"})
    assert (posted["told"], posted["public_reason"]) == ("posted", rule["public_text"])
    other = desk.taken()
    refused(desk.step(other, "post-reason", {}, expect=422), 422, "invalid", ["/public_reason"])
    refused(desk.step(other, "post-reason", {"moderation_reason_id": str(uuid.uuid4())}, expect=422), 422, "invalid",
            ["/moderation_reason_id"])
    assert desk.step(other, "post-reason", {"moderation_reason_id": rule["id"]})["public_reason"] == rule["public_text"]
    refused(desk.slt.client.post(REASONS, {"school_id": desk.a, "house_rule": "No names", "public_text": "Again."}), 409,
            "already-exists")
    changed = desk.slt.client.patch(f"{REASONS}/{rule['id']}", {"retired": True}, headers={"If-Match": '"1.0"'}, expect=200)
    assert changed.json["retired"] is True
    refused(desk.taken(moderation_reason_id=rule["id"], expect=422), 422, "invalid", ["/moderation_reason_id"])
    assert desk.seen(action)["public_reason"] == rule["public_text"]
    desk.staff.client.get(f"{REASONS}/{rule['id']}", expect=200)
    desk.staff.client.post(REASONS, {"school_id": desk.a, "house_rule": "Mine", "public_text": "No."}, expect=403)


def test_another_schools_words_are_not_ours(desk):
    theirs = desk.trust.client.post(REASONS, {"school_id": desk.b, "house_rule": "Theirs", "public_text": "No."},
                                    expect=201).json
    ours = desk.trust.client.post(REASONS, {"house_rule": "Everybody's", "public_text": "No."}, expect=201).json
    for who in desk.trust, desk.slt:  # the first sees both
        refused(desk.taken(by=who, moderation_reason_id=theirs["id"], expect=422), 422, "invalid", ["/moderation_reason_id"])
    assert desk.taken(moderation_reason_id=ours["id"])["public_reason"] == "No."


def test_the_dsl_alone_waives(desk, second_wall):
    action = desk.taken(no_snapshot_reason="already_gone")
    assert "waive" not in names(action)
    for person in desk.slt, desk.administrator, desk.head, desk.trust, desk.runner:
        desk.step(action, "waive", BECAUSE, by=person, expect=403)
        assert second_wall.as_(person.login).post(f"{ACTIONS}/{action['id']}/waive", BECAUSE).status == 403
    assert desk.seen(action)["waived_at"] is None
    waived = desk.step(action, "waive", BECAUSE, by=desk.deputy)
    assert (waived["told"], waived["waived_name"], waived["waive_reason"]) == (
        "waived", "Dan Deputy", "A notice would draw attention to her.")
    refused(desk.step(action, "waive", {}, by=desk.dsl, expect=422), 422, "invalid", ["/reason"])
    assert desk.step(action, "complete")["state"] == "complete"


def test_two_complete_it_and_one_does(desk):
    action = desk.taken(kind="warn")
    tokens = [who.client.token() for who in (desk.slt, desk.second)]
    done = together(6, lambda n: desk.house.server.client(tokens[n % 2]).post(f"{ACTIONS}/{action['id']}/complete", {}))
    assert sorted(answer.status for answer in done) == [200] + [409] * 5
    told = desk.slt.client.get(f"{ACTIONS}/{action['id']}/history", expect=200).json["data"]
    assert [row["action"] for row in told].count("complete") == 1


def test_completing_closes_the_message(desk):
    message = desk.log()
    action = desk.taken(message=message, no_snapshot_reason="already_gone", public_reason="It named a child.",
                        public_reason_posted_at=DONE_AT)
    done = desk.step(action, "complete", {"close_message": True})
    seen = desk.slt.client.get(f"{MESSAGES}/{message['id']}", expect=200).json
    assert (done["state"], seen["state"], seen["outcome"]) == ("complete", "closed", "hidden")
    assert {c["stop"] for c in seen["clocks"]} == {"not_applicable"} and seen["next_due_at"] is None
    again = desk.taken(message=message, no_snapshot_reason="already_gone", public_reason="It named a child.",
                       public_reason_posted_at=DONE_AT)
    desk.step(again, "complete", {"close_message": True})  # closed already: nothing to do


def test_what_the_law_keeps_open_is_not_closed_in_passing(desk):
    message = desk.log(triage=["subject_access"])
    action = desk.taken(message=message, no_snapshot_reason="already_gone", public_reason="No.",
                        public_reason_posted_at=DONE_AT)
    with unchanged(desk.house):
        answer = refused(desk.step(action, "complete", {"close_message": True}, expect=409), 409, "blocked")
    assert [b["code"] for b in answer["blockers"]] == ["clock_running"]
    assert desk.step(action, "complete")["state"] == "complete"
    refused(desk.step(desk.taken(kind="warn"), "complete", {"close_message": True}, expect=422), 422, "invalid",
            ["/close_message"])


def test_what_the_law_asks_for_meanwhile_is_not_closed_either(desk):
    """Somebody says what the message is just when its moderation is completed: one of them comes second."""
    message = desk.log()
    action = desk.taken(message=message, no_snapshot_reason="already_gone", public_reason="No.",
                        public_reason_posted_at=DONE_AT)
    answers = []
    with connect(desk.house.dsn) as triage:
        cursor = triage.cursor()
        cursor.execute("BEGIN")
        cursor.execute("UPDATE message SET triage = '{freedom_of_information}', version = version + 1 WHERE id = %s",
                       (message["id"],))
        cursor.execute("INSERT INTO clock (tenant_id, id, message_id, place_id, kind, started_at, due_at, because, rule,"
                       " calendar_version) SELECT tenant_id, gen_random_uuid(), message_id, place_id, 'freedom_of_information',"
                       " started_at, due_at, because, rule, calendar_version FROM clock WHERE message_id = %s",
                       (message["id"],))
        client = desk.house.server.client(desk.slt.client.token())
        thread = threading.Thread(target=lambda: answers.append(client.post(
            f"{ACTIONS}/{action['id']}/complete", {"close_message": True})))
        thread.start()
        assert desk.house.one_waits() == 1
        cursor.execute("COMMIT")
        thread.join()
    refused(answers[0], 409, "blocked")
    assert desk.slt.client.get(f"{MESSAGES}/{message['id']}", expect=200).json["state"] == "open"


@pytest.mark.parametrize("step", ["take", "record"])
def test_the_message_is_held_before_its_clocks(desk, step):
    """As everybody does who touches both: else two of them wait for each other."""
    message, answers = desk.log(triage=["abuse"]), []
    action = desk.record(message=message)
    path, body = ((f"{ACTIONS}/{action['id']}/take", {}) if step == "take" else
                  (ACTIONS, {"kind": "hide", "reason": "Again.", "message_id": message["id"], "taken_at": DONE_AT}))
    with connect(desk.house.dsn) as other:
        cursor = other.cursor()
        cursor.execute("BEGIN")
        cursor.execute("SELECT FROM message WHERE id = %s FOR NO KEY UPDATE", (message["id"],))
        client = desk.house.server.client(desk.slt.client.token())
        thread = threading.Thread(target=lambda: answers.append(client.post(path, body)))
        thread.start()
        assert desk.house.one_waits() == 1
        cursor.execute("SET LOCAL lock_timeout = '300ms'")
        cursor.execute("UPDATE clock SET version = version + 1 WHERE message_id = %s", (message["id"],))
        cursor.execute("COMMIT")
        thread.join()
    assert answers[0].status in (200, 201), answers[0]


def test_what_was_not_done_is_withdrawn(desk):
    action = desk.record()
    refused(desk.step(action, "withdraw", {}, expect=422), 422, "invalid", ["/reason"])
    done = desk.step(action, "withdraw", BECAUSE)
    assert (done["state"], done["told"]) == ("withdrawn", "not_needed")
    refused(desk.step(action, "reports", {"status": "sent", "reported_at": DONE_AT, "chase_on": day(7)}, expect=409), 409,
            "wrong-state")
    desk.step(desk.taken(), "withdraw", BECAUSE, expect=409)


def test_reports_are_chased_until_the_platform_decides(desk):
    action = desk.taken(kind="report_to_platform", target_author="@troll")
    due = desk.step(action, "reports", {"status": "sent", "reported_at": DONE_AT, "chase_on": "2026-11-21"})
    report, = due["reports"]
    assert (report["platform_reference"], report["status"], report["reported_name"]) == (None, "sent", "Sal Lead")
    chase = f"{ACTIONS}/chase?due_on[lt]=2026-11-22&limit=200"
    found, = [row for row in desk.slt.client.get(chase, expect=200).json["data"] if row["id"] == report["report_id"]]
    assert (found["action_id"], found["target_author"], found["platform"]) == (action["id"], "@troll", "facebook")
    assert report["report_id"] not in desk.slt.client.get(f"{ACTIONS}/chase?due_on[lt]=2026-11-21", expect=200).text
    assert action["id"] in waiting(desk.slt, "platform_report_to_chase")
    assert action["id"] not in waiting(desk.staff, "platform_report_to_chase")
    path = f"reports/{report['report_id']}/update"
    kept = desk.step(action, path, {"platform_reference": "FB-1"})["reports"][0]
    assert (kept["status"], kept["platform_reference"], kept["chase_on"]) == ("sent", "FB-1", "2026-11-21")
    assert desk.step(action, path, {"status": "removed", "note": "By e-mail."})["reports"][0]["status"] == "removed"
    assert action["id"] not in waiting(desk.slt, "platform_report_to_chase")
    assert report["report_id"] not in desk.slt.client.get(chase, expect=200).text
    desk.step(action, f"reports/{uuid.uuid4()}/update", {"status": "sent"}, expect=404)
    notes = [row["note"] for row in desk.slt.client.get(f"{ACTIONS}/{action['id']}/history", expect=200).json["data"]]
    assert notes[1:] == ["sent", "sent FB-1", "removed FB-1: By e-mail."]


def waiting(person, kind):
    """The ids of what waits for somebody; a school of the tests has few enough."""
    found = [k for k in person.client.get(WORK, expect=200).json["data"] if k["kind"] == kind]
    if not found:
        return []
    rows = person.client.get(found[0]["href"] + ("&" if "?" in found[0]["href"] else "?") + "limit=200", expect=200)
    assert found[0]["count"] == len(rows.json["data"]) or kind == "platform_report_to_chase"
    return [row.get("action_id", row["id"]) for row in rows.json["data"]]


def test_a_reason_is_missed_after_a_day(desk):
    late, fresh = desk.taken(), desk.record()
    desk.step(fresh, "take", {})
    missing = {row["id"] for row in desk.slt.client.get(f"{ACTIONS}?reason=missing&limit=200", expect=200).json["data"]}
    assert late["id"] in missing and fresh["id"] not in missing
    assert late["id"] in waiting(desk.slt, "public_reason_missing")
    desk.step(late, "post-reason", {"public_reason": "It named a child."})
    assert late["id"] not in waiting(desk.slt, "public_reason_missing")
    assert late["id"] in desk.slt.client.get(f"{ACTIONS}?reason=posted&limit=200", expect=200).text


OBJECTS = {"by": "P. Arent", "text": "I named nobody.", "received_at": "2026-11-21T09:00:00Z"}


def test_another_moderator_judges_an_appeal(desk):
    action = desk.finished(by=desk.administrator, taken_by=desk.runner.id)
    appealed = desk.step(action, "appeal", OBJECTS, by=desk.administrator)
    assert appealed["state"] == "appealed" and codes(desk.seen(action, desk.second), "decide_appeal") == []
    for who in desk.administrator, desk.runner:
        assert codes(desk.seen(action, who), "decide_appeal") == ["conflict_of_interest"]
        refused(desk.step(action, "decide-appeal", {"outcome": "upheld", **BECAUSE}, by=who, expect=409), 409, "conflicted")
    done = desk.step(action, "decide-appeal", {"outcome": "upheld", **BECAUSE}, by=desk.second)
    appeal, = done["appeals"]
    assert (done["state"], appeal["outcome"], appeal["decided_name"], appeal["by"]) == (
        "complete", "upheld", "Sue Second", "P. Arent")
    desk.step(action, "appeal", {**OBJECTS, "text": "And yet."})
    done = desk.step(action, "decide-appeal", {"outcome": "overturned", **BECAUSE}, by=desk.second)
    assert (done["state"], len(done["appeals"]), done["told"]) == ("overturned", 2, "not_needed") and done["overturned_at"]
    assert names(done) == set()


def test_an_appeal_before_it_is_complete_leaves_it_to_be_completed(desk):
    action = desk.taken()
    desk.step(action, "appeal", OBJECTS)
    desk.step(action, "complete", expect=409)
    done = desk.step(action, "decide-appeal", {"outcome": "upheld", **BECAUSE}, by=desk.second)
    assert done["state"] == "taken" and codes(done) == ["snapshot_missing", "public_reason_missing"]


def test_two_judge_an_appeal_and_one_does(desk):
    action = desk.taken(by=desk.administrator)
    desk.step(action, "appeal", OBJECTS)
    token = desk.second.client.token()
    done = together(6, lambda n: desk.house.server.client(token).post(f"{ACTIONS}/{action['id']}/decide-appeal", {
        "outcome": ("upheld", "overturned")[n % 2], **BECAUSE}))
    assert sorted(answer.status for answer in done) == [200] + [409] * 5


def test_the_five_refusals(desk):
    """401, 403, 404, 409 and 422, and nothing is changed by any."""
    action = desk.record()
    path = f"{ACTIONS}/{action['id']}/take"
    governor = desk.tenant.person("Gus Governor", "governor", [desk.a])
    unseen = desk.tenant.person("Ula Unseen", "staff", [desk.b])
    desk.step(desk.record(), "take")
    done = desk.taken()
    with unchanged(desk.house):
        refused(desk.house.http.post(path, {}), 401, "unauthenticated")
        refused(governor.client.post(path, {}), 403, "forbidden")
        refused(unseen.client.post(path, {}), 404, "not-found")
        refused(desk.slt.client.post(f"{ACTIONS}/{done['id']}/take", {}), 409, "wrong-state")
        future = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)).isoformat()
        refused(desk.slt.client.post(path, {"taken_at": future}), 422, "invalid", ["/taken_at"])
        refused(desk.slt.client.post(ACTIONS, {"taken_by": desk.slt.id}), 422, "invalid", ["/kind", "/reason"])
        refused(desk.record(message_id=action["message_id"], public_reason="It named a child.", public_reason_posted_at=future,
                            expect=422), 422, "invalid", ["/public_reason_posted_at"])
        refused(desk.record(message_id=None, expect=422), 422, "invalid", ["/message_id", "/target_url"])
        refused(desk.record(message_id=str(uuid.uuid4()), expect=422), 422, "invalid", ["/message_id"])
        refused(desk.record(channel_id=str(uuid.uuid4()), target_author="@x", expect=422), 422, "invalid", ["/channel_id"])


def test_what_is_abuse_is_due_sooner_until_something_is_done(desk):
    """B1: beside the first answer, an earlier date; whoever it is assigned to moderates it."""
    def running(message):
        return {c["kind"]: (c["due_at"], c["stop"]) for c in desk.slt.client.get(
            f"{MESSAGES}/{message['id']}", expect=200).json["clocks"]}
    message = desk.log(triage=["abuse"], assignee_id=desk.runner.id, received_at="2026-11-19T10:00:00Z")
    assert message["next_due_at"] == "2026-11-19T14:00:00Z" and message["assignee_id"] == desk.runner.id
    desk.record(message=message, by=desk.runner)
    assert running(message)["abuse"] == ("2026-11-19T14:00:00Z", None), "decided on is not done"
    action = desk.record(message=message, kind="mute")
    desk.step(action, "take")
    assert running(message)["abuse"][1] == "fulfilled" and running(message)["response"][1] is None
    done = desk.log(triage=["abuse"], received_at="2026-11-19T10:00:00Z")
    desk.taken(message=done)
    assert running(done)["abuse"][1] == "fulfilled"
    for step, body, stop in (("answer", {"reply": "Please stop."}, "answered"), ("close", {"outcome": "no_reply_needed"}, "not_applicable")):
        other = desk.log(triage=["abuse"])
        desk.act(other, step, body)
        assert running(other)["abuse"][1] == stop


def test_a_removal_that_a_body_ordered(desk):
    """B8: who ordered it, when, what and why, and when it was complied with."""
    order = {"ordering_body": "governing_body", "ordered_on": "2026-11-18", "kind": "delete"}
    action = desk.record(reason="It puts the school at risk of legal action.", target_url="https://example.org/p/1",
                         channel_id=desk.channel, **order)
    assert (action["ordering_body"], action["ordered_on"], action["taken_at"]) == ("governing_body", "2026-11-18", None)
    assert desk.step(action, "take", {"taken_at": DONE_AT})["taken_at"] == DONE_AT
    found = desk.slt.client.get(f"{ACTIONS}?ordering_body=governing_body,court", expect=200).json["data"]
    assert [row["id"] for row in found] == [action["id"]]
    refused(desk.record(ordering_body="court", expect=422), 422, "invalid", ["/ordered_on"])
    refused(desk.record(ordered_on="2026-11-18", expect=422), 422, "invalid", ["/ordering_body"])
    refused(desk.record(**{**order, "ordered_on": "2099-01-01"}, expect=422), 422, "invalid", ["/ordered_on"])


def test_a_time_to_come_is_told_with_every_other_fault(desk):
    """By the field, before the database hears of it."""
    action, later = desk.taken(), (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=2)).isoformat()
    for path, body, pointers in (
            (ACTIONS, {"kind": "hide", "message_id": action["message_id"], "taken_at": later}, ["/reason", "/taken_at"]),
            (f"{ACTIONS}/{desk.record()['id']}/take", {"taken_at": later, "colour": "red"}, ["/colour", "/taken_at"]),
            (f"{ACTIONS}/{action['id']}/post-reason", {"public_reason": "It named a child.", "posted_at": later}, ["/posted_at"]),
            (f"{ACTIONS}/{action['id']}/reports", {"reported_at": later, "chase_on": day(9)}, ["/reported_at", "/status"]),
            (f"{ACTIONS}/{action['id']}/appeal", {"by": "The author", "received_at": later}, ["/received_at", "/text"])):
        refused(desk.slt.client.post(path, body), 422, "invalid", pointers)
