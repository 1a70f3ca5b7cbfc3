"""Whom the service tells of what happened and of what has come due: once, and nobody else."""
import datetime
import signal
import time

import pytest

from days import day
from keys_test import eventually
from message_test import MESSAGES
from refusal import refused
from safeguarding_test import Compartment

NOTIFICATIONS = "/v1/notifications"


def ago(**span):
    return (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(**span)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Desk(Compartment):
    """The office and the compartment's people; whoever runs the channel is Rae Runner."""

    def told(self, who, subject, settled=True):
        """The kinds that somebody was told of about one subject, once the service has told all."""
        if settled:
            self.settled()
        return sorted(row["kind"] for row in who.client.get(
            f"{NOTIFICATIONS}?subject_id={subject['id']}&limit=200", expect=200).json["data"])

    def late(self, message):
        self.house.sql("UPDATE timer t SET fires_at = now() FROM clock k WHERE k.id = t.clock_id AND t.kind = 'message_overdue'"
                       " AND k.message_id = %s", message["id"])

    def settled(self):
        eventually(lambda: not self.house.sql("SELECT 1 AS more FROM event WHERE told_at IS NULL AND tenant_id = %s"
                                              " UNION ALL SELECT 1 FROM timer WHERE fires_at <= now() AND tenant_id = %s",
                                              self.tenant.id, self.tenant.id))


@pytest.fixture(scope="module")
def desk(house):
    return Desk(house)


def test_whoever_runs_the_channel_is_told_of_what_came_in(desk):
    message = desk.log(by=desk.administrator)
    assert desk.told(desk.runner, message) == ["message_overdue", "message_unassigned"]
    assert desk.told(desk.staff, message) == [] and desk.told(desk.administrator, message) == []
    row, = [r for r in desk.runner.client.get(f"{NOTIFICATIONS}?subject_id={message['id']}", expect=200).json["data"]
            if r["kind"] == "message_unassigned"]
    assert (row["urgent"], row["href"], row["due_at"], row["seen_at"]) == (
        False, f"{MESSAGES}/{message['id']}", message["next_due_at"], None)
    assert desk.runner.client.get(row["href"], expect=200).json["id"] == message["id"]


def test_whoever_did_it_is_not_told(desk):
    message = desk.log(by=desk.runner, received_at=ago(minutes=5))
    assert desk.told(desk.runner, message) == []
    desk.act(message, "assign", {"person_id": desk.runner.id})
    assert desk.told(desk.runner, message) == ["message_assigned_to_me"]


def test_the_head_is_told_at_once_of_who_is_named(desk):
    message = desk.log(by=desk.runner, received_at=ago(minutes=5), triage=["names_individual", "media"])
    assert desk.told(desk.head, message) == ["message_media", "message_names_individual"]
    assert desk.told(desk.slt, message) == [], "the head is enough"
    desk.act(message, "triage", {"triage": ["names_individual", "subject_access"]}, by=desk.runner)
    assert desk.told(desk.dpo, message) == [], "who may not see it is not told: the next one is"
    assert desk.told(desk.head, message) == ["message_information_rights", "message_media", "message_names_individual"]


def test_the_compartment_tells_the_dsl_and_nobody_else(desk):
    message = {"id": desk.slt.client.post(MESSAGES, desk.said(triage=["safeguarding"], received_at=ago(minutes=5)),
                                          expect=202).json["id"]}
    assert desk.told(desk.dsl, message) == ["message_safeguarding"]
    row, = desk.dsl.client.get(f"{NOTIFICATIONS}?subject_id={message['id']}", expect=200).json["data"]
    assert row["urgent"]
    for who in desk.slt, desk.runner, desk.administrator, desk.staff:
        assert desk.told(who, message) == []
    told = desk.house.sql("SELECT DISTINCT person_id::text AS id FROM notification WHERE subject_id = %s", message["id"])
    assert {r["id"] for r in told} <= {desk.dsl.id, desk.deputy.id}, "nor is it written down for others"


def test_whom_it_concerns_is_not_told(desk):
    message = desk.log(by=desk.administrator, received_at=ago(minutes=5))
    assert desk.told(desk.runner, message) == ["message_unassigned"]
    desk.act(message, "exclude", {"person_id": desk.runner.id, "reason": "It is about them."})
    assert desk.told(desk.runner, message) == [], "what was told goes as well"
    desk.house.sql("UPDATE timer SET fires_at = now() WHERE tenant_id = %s", desk.tenant.id)
    assert "message_overdue" not in desk.told(desk.runner, message)


def test_what_is_late_is_told_once_and_to_those_who_lead(desk):
    message = desk.log(by=desk.administrator, received_at=ago(hours=23), assignee_id=desk.runner.id)
    assert desk.told(desk.runner, message) == ["message_assigned_to_me"]
    timers = desk.house.sql("SELECT t.kind, t.fires_at = t.due_at AS at_due FROM timer t JOIN clock k ON k.id = t.clock_id"
                            " WHERE k.message_id = %s", message["id"])
    assert ("message_overdue", True) in [(t["kind"], t["at_due"]) for t in timers]
    desk.late(message)
    assert desk.told(desk.runner, message) == ["message_assigned_to_me", "message_overdue"]
    assert desk.told(desk.head, message) == ["message_overdue"]
    desk.house.sql("UPDATE clock SET because = because WHERE message_id = %s", message["id"])
    desk.house.sql("UPDATE clock SET calendar_conflict = NOT calendar_conflict WHERE message_id = %s", message["id"])
    desk.late(message)
    assert desk.told(desk.head, message) == ["message_overdue"], "reckoned again, told once"


def test_what_was_answered_is_never_late(desk):
    message = desk.log(by=desk.administrator, received_at=ago(minutes=5))
    kinds = "SELECT t.kind FROM timer t JOIN clock k ON k.id = t.clock_id WHERE k.message_id = %s ORDER BY 1"
    assert [r["kind"] for r in desk.house.sql(kinds, message["id"])] == ["message_due_soon", "message_overdue"]
    desk.act(message, "acknowledge")
    assert desk.house.sql(kinds, message["id"]) == []


def test_applications_tell_whoever_has_the_ball(house):
    from application import PATH, WORDS, Stage
    stage = Stage(house)
    stage.ready()
    row = stage.submitted(assessment_id=stage.assessment())
    kinds = lambda who: [r["kind"] for r in who.client.get(  # noqa: E731
        f"{NOTIFICATIONS}?subject_id={row['id']}", expect=200).json["data"]]
    eventually(lambda: kinds(stage.head) == ["application_to_decide"])
    assert kinds(stage.applicant) == []
    stage.head.client.post(f"{PATH}/{row['id']}/approve", WORDS, expect=200)
    eventually(lambda: kinds(stage.applicant) == ["application_decided"])
    eventually(lambda: kinds(stage.admin) == ["account_to_record"])


def test_seen_once_is_seen(desk):
    for _ in "12":
        desk.log(by=desk.administrator, received_at=ago(minutes=5), assignee_id=desk.staff.id)
        desk.settled()
    client = desk.staff.client
    rows = client.get(f"{NOTIFICATIONS}?seen=false", expect=200).json["data"]
    assert client.get(f"{NOTIFICATIONS}/unseen", expect=200).json == {"unseen": len(rows), "urgent": 0} and len(rows) == 2
    seen = client.post(f"{NOTIFICATIONS}/{rows[1]['id']}/see", {}, expect=200).json
    assert seen["seen_at"] and client.post(f"{NOTIFICATIONS}/{rows[1]['id']}/see", {}, expect=200).json == seen
    assert client.post(f"{NOTIFICATIONS}/see", {"until": rows[1]["created_at"]}, expect=200).json == {"seen": 0}
    assert client.post(f"{NOTIFICATIONS}/see", {"until": rows[0]["created_at"]}, expect=200).json == {"seen": 1}
    assert client.get(f"{NOTIFICATIONS}/unseen", expect=200).json["unseen"] == 0
    refused(desk.slt.client.post(f"{NOTIFICATIONS}/{rows[0]['id']}/see", {}), 404, "not-found")
    refused(client.post(f"{NOTIFICATIONS}/see", {}), 422, "invalid", ["/until"])
    assert [r["id"] for r in client.get(f"{NOTIFICATIONS}?seen=true&kind=message_assigned_to_me&urgent=false", expect=200)
            .json["data"]] == [r["id"] for r in rows]


def test_two_instances_tell_each_thing_once_and_either_may_be_killed(desk):
    """Also when one dies in the middle: what it had not committed, the other one does."""
    count = "SELECT count(*) AS n, count(DISTINCT (event_id, person_id)) AS once FROM notification WHERE tenant_id = %s"
    desk.settled()
    before = desk.house.sql(count, desk.tenant.id)[0]["n"]
    for turn in range(2):
        killed = desk.house.make_server()
        killed.start()
        rows = [desk.said(received_at=ago(minutes=5), assignee_id=desk.staff.id) for _ in range(500)]
        desk.administrator.client.post(f"{MESSAGES}/bulk", {"messages": rows}, expect=200)
        time.sleep(turn * 0.7)
        killed.process.send_signal(signal.SIGKILL)
        killed.process.wait()
        desk.settled()
        after = desk.house.sql(count, desk.tenant.id)[0]
        assert after["n"] == after["once"] == before + 500 * (turn + 1)
    time.sleep(1.5)
    assert desk.house.sql(count, desk.tenant.id)[0] == after, "and nothing comes a second time"


def test_what_was_told_is_swept_after_a_year(desk):
    message = desk.log(by=desk.administrator, received_at=ago(minutes=5), assignee_id=desk.staff.id)
    assert desk.told(desk.staff, message) == ["message_assigned_to_me"]
    rows = "SELECT (SELECT count(*) FROM event WHERE subject_id = %s) + (SELECT count(*) FROM notification WHERE subject_id = %s) AS n"
    for told, left in (("364 days", 2), ("366 days", 0)):
        desk.house.sql("UPDATE event SET told_at = now() - %s::interval WHERE subject_id = %s", told, message["id"])
        desk.house.sql("SELECT sweep()")
        assert desk.house.sql(rows, message["id"], message["id"])[0]["n"] == left


def test_what_a_leaver_worked_on_waits_for_somebody_else(desk):
    gone = desk.tenant.person("Gus Gone", "staff", [desk.a])
    message, done = (desk.log(by=desk.administrator, received_at=ago(minutes=5), assignee_id=gone.id) for _ in "12")
    desk.act(done, "answer", {"reply": "Yes."})
    for left, assignee in ((0, gone.id), (-1, None)):
        desk.house.sql("UPDATE person SET left_on = %s WHERE id = %s", day(left), gone.id)
        desk.house.sql("SELECT sweep()")
        assert desk.slt.client.get(f"{MESSAGES}/{message['id']}", expect=200).json["assignee_id"] == assignee
    told = desk.slt.client.get(f"{MESSAGES}/{message['id']}/history", expect=200).json["data"]
    assert [(r["actor_name"], r["note"]) for r in told if r["action"] == "unassign"] == [(None, "Gus Gone has left.")]
    assert "message_unassigned" in desk.told(desk.runner, message)
    assert desk.slt.client.get(f"{MESSAGES}/{done['id']}", expect=200).json["assignee_id"] == gone.id, "history stays"


def test_what_cannot_be_told_holds_up_nothing(desk):
    first, second = (desk.log(by=desk.administrator, received_at=ago(minutes=5)) for _ in "12")
    desk.settled()
    desk.house.sql(f"ALTER TABLE notification ADD CONSTRAINT held CHECK (subject_id <> '{first['id']}') NOT VALID")
    try:
        for message in first, second:
            desk.act(message, "assign", {"person_id": desk.staff.id})
        assert desk.told(desk.staff, second) == ["message_assigned_to_me"] and desk.told(desk.staff, first) == []
        assert [r["fault"] for r in desk.house.sql("SELECT fault FROM event WHERE subject_id = %s AND fault IS NOT NULL",
                                                   first["id"])] == ["23514"]
    finally:
        desk.house.sql("ALTER TABLE notification DROP CONSTRAINT held")
