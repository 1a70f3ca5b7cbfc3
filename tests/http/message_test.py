"""Messages on channels: what comes in, the clocks that it starts, and what ends them (A8)."""
import uuid

import pytest

from idempotency_test import together
from refusal import refused

MESSAGES = "/v1/messages"
FRIDAY = "2026-11-20T16:30:00Z"  # an evening, at a school that is in term
WORDS = {"reason": "It was sent to us by mistake."}


class Office:
    """A school with a channel, its SLT, an administrator, and staff who run the channel or do not."""

    def __init__(self, house):
        self.house, self.tenant = house, house.fresh_tenant()
        self.a, self.b = self.tenant.schools
        self.slt = self.tenant.person("Sal Lead", "slt", [self.a])
        self.administrator = self.tenant.person("Ada Admin", "administrator", [self.a])
        self.runner = self.tenant.person("Rae Runner", "staff", [self.a])
        self.staff = self.tenant.person("Stan Staff", "staff", [self.a])
        self.dpo = self.tenant.person("Dee Officer", "governor", [self.a], ["dpo"])
        self.channel = self.slt.client.post("/v1/channels", {
            "school_id": self.a, "platform": "facebook", "handle": uuid.uuid4().hex[:12],
            "reason": "There for years."}, expect=201).json["id"]
        self.slt.client.post(f"/v1/channels/{self.channel}/grants", {
            "access": "moderator", "person_id": self.runner.id}, expect=200)

    def said(self, **values):
        return {"channel_id": self.channel, "kind": "comment", "source": "own_channel", "received_at": FRIDAY,
                "text": "Why is the gate shut?", **values}

    def log(self, by=None, expect=201, **values):
        return (by or self.slt).client.post(MESSAGES, self.said(**values), expect=expect).json

    def act(self, message, action, body=None, by=None, expect=200):
        return (by or self.slt).client.post(f"{MESSAGES}/{message['id']}/{action}", body or {}, expect=expect)


@pytest.fixture(scope="module")
def office(house):
    return Office(house)


def clock(message, kind="response"):
    found, = [c for c in message["clocks"] if c["kind"] == kind]
    return found


def test_a_comment_starts_the_clock_of_its_first_answer(office):
    message = office.log(author_kind="parent", author_name="P. Arent")
    first = clock(message)
    assert first["due_at"] == "2026-11-21T16:30:00Z" == message["next_due_at"] == first["first_due_at"]
    assert first["because"][0] == "A first answer is promised within 24 hours (clock.response_hours)."
    assert (message["state"], message["school_id"], message["recorded_name"]) == ("open", office.a, "Sal Lead")
    assert {a["name"] for a in message["actions"]} == {
        "acknowledge", "redirect", "answer", "close", "triage", "assign", "exclude"}
    assert office.slt.client.get(f"{MESSAGES}/{message['id']}", expect=200).json["clocks"] == message["clocks"]


@pytest.mark.parametrize("kind,clocks", [("mention", []), ("tag", []), ("review", ["response"]),
                                         ("direct_message", ["response"])])
def test_whoever_asks_for_no_word_is_promised_none(office, kind, clocks):
    message = office.log(kind=kind)
    assert [c["kind"] for c in message["clocks"]] == clocks
    assert (message["next_due_at"] is None) == (not clocks)


def test_nothing_promised_says_so(office):
    office.slt.client.put("/v1/settings/clock.response_hours", {"value": "none", "school_id": office.a},
                          headers={"If-Match": '"0.0"'}, expect=200)
    message = office.log()
    assert message["next_due_at"] is None and clock(message)["due_at"] is None
    assert clock(message)["because"] == ["A first answer is promised by no policy here (clock.response_hours is none)."]
    office.slt.client.delete(f"/v1/settings/clock.response_hours?school_id={office.a}",
                             headers={"If-Match": '"1.0"'}, expect=200)


def test_acknowledging_stops_the_first_clock(office):
    message = office.log()
    done = office.act(message, "acknowledge", {"reply": "We have seen this."}).json
    assert done["state"] == "acknowledged" and done["acknowledged_name"] == "Sal Lead"
    assert (clock(done)["stop"], clock(done)["stopped_name"], done["next_due_at"]) == ("acknowledged", "Sal Lead", None)
    told = office.slt.client.get(f"{MESSAGES}/{message['id']}/history", expect=200).json["data"]
    assert [(row["action"], row["note"]) for row in told] == [("log", None), ("acknowledge", "We have seen this.")]
    dates = office.slt.client.get(f"{MESSAGES}/{message['id']}/clocks", expect=200).json["data"]
    assert [(row["action"], row["due_at"]) for row in dates] == [("start", clock(message)["due_at"]),
                                                                 ("stop", clock(message)["due_at"])]


def test_answering_closes_it(office):
    done = office.act(office.log(), "answer", {"reply": "It opens at eight."}).json
    assert (done["state"], done["outcome"], clock(done)["stop"]) == ("closed", "answered", "answered")
    assert done["answered_at"] and done["acknowledged_at"] and done["closed_at"]


def test_the_law_goes_on_until_it_is_settled(office):
    message = office.log(triage=["freedom_of_information", "data_protection_complaint"])
    assert {c["kind"] for c in message["clocks"]} == {"response", "freedom_of_information", "data_protection_complaint"}
    refusal = office.act(message, "answer", {"reply": "No."}, expect=409).json
    assert [b["code"] for b in refusal["blockers"]] == ["clock_running"]
    assert "freedom_of_information" in refusal["detail"]
    seen = office.slt.client.get(f"{MESSAGES}/{message['id']}", expect=200).json
    assert seen["state"] == "open" and not clock(seen)["stopped_at"]  # nothing of it was done
    done = office.act(message, "answer", {"reply": "Here it is.", "settles": ["freedom_of_information"]}).json
    assert clock(done, "freedom_of_information")["stop"] == "fulfilled"
    assert clock(done, "data_protection_complaint")["stop"] == "answered"


def test_closing_wants_the_law_settled_as_well(office):
    message = office.log(triage=["subject_access"])
    office.act(message, "close", {"outcome": "redirected"}, expect=409)
    done = office.act(message, "close", {"outcome": "redirected", "settles": ["subject_access"]}).json
    assert (done["outcome"], clock(done)["stop"]) == ("redirected", "not_applicable")
    again = office.act(message, "reopen", WORDS).json
    assert (again["state"], again["outcome"], again["closed_at"]) == ("open", None, None)


def test_opening_again_is_as_late_as_before(office):
    """What closing ended goes on from when it was received; what was kept, redirected or stopped by itself does not."""
    message = office.log(received_at="2026-11-02T10:00:00Z")
    office.act(message, "close", {"outcome": "no_reply_needed"})
    again = office.act(message, "reopen", WORDS).json
    assert again["overdue"] and again["next_due_at"] == message["next_due_at"]
    assert [c["stop"] for c in again["clocks"]] == ["not_applicable", None]
    for action, body in ("answer", {"reply": "Yes."}), ("redirect", {"reply": "The office knows."}):
        message = office.log()
        office.act(message, action, body)
        assert office.act(message, "reopen", WORDS).json["next_due_at"] is None
    message = office.log()
    path = f"{MESSAGES}/{message['id']}/clocks/{clock(message)['id']}/stop"
    office.slt.client.post(path, {"stop": "not_applicable", "reason": "They asked for none."}, expect=200)
    office.act(message, "close", {"outcome": "no_reply_needed"})
    assert office.act(message, "reopen", WORDS).json["next_due_at"] is None


def test_triage_starts_and_stops_clocks(office):
    message = office.log()
    assert message["triage"] is None
    asked = office.act(message, "triage", {"triage": ["subject_access", "media"]}).json
    assert asked["triage"] == ["subject_access", "media"]
    assert clock(asked, "subject_access")["started_at"] == message["received_at"]
    same = office.act(message, "triage", {"triage": ["subject_access"]}).json
    assert clock(same, "subject_access") == clock(asked, "subject_access")
    none = office.act(message, "triage", {"triage": []}).json
    assert clock(none, "subject_access")["stop"] == "not_applicable" and none["triage"] == []
    assert not clock(none)["stopped_at"]


def test_one_clock_is_stopped_by_itself(office):
    message = office.log(triage=["freedom_of_information"])
    path = f"{MESSAGES}/{message['id']}/clocks/{clock(message, 'freedom_of_information')['id']}/stop"
    body = {"stop": "fulfilled", "reason": "Answered by letter."}
    office.staff.client.post(path, body, expect=404)
    done = office.slt.client.post(path, body, expect=200).json
    assert clock(done, "freedom_of_information")["stop"] == "fulfilled"
    office.slt.client.post(path, body, expect=404)  # it runs no more
    assert office.slt.client.get(f"{MESSAGES}/{message['id']}/history").json["data"][-1]["note"] == (
        "freedom_of_information: Answered by letter.")


def test_what_waits_comes_by_its_due_time(office):
    office = Office(office.house)
    late = office.log(received_at="2026-11-02T10:00:00Z")
    soon = office.log(received_at="2026-11-03T10:00:00Z", assignee_id=office.staff.id)
    never = office.log(kind="tag", received_at="2026-11-01T10:00:00Z")
    office.act(office.log(), "close", {"outcome": "no_reply_needed"})
    rows = office.slt.client.get(f"{MESSAGES}/open", expect=200).json["data"]
    assert [row["id"] for row in rows] == [late["id"], soon["id"], never["id"]]
    assert [row["overdue"] for row in rows] == [True, True, False]

    def found(query):
        return [row["id"] for row in office.slt.client.get(f"{MESSAGES}/open?{query}", expect=200).json["data"]]
    assert found("overdue=true") == [late["id"], soon["id"]] and found("overdue=false") == [never["id"]]
    assert found("unassigned=true") == [late["id"], never["id"]]
    assert found(f"assignee_id={office.staff.id}") == [soon["id"]]
    assert found("due_at[lt]=2026-11-04T00:00:00Z") == [late["id"]] and found("kind=tag") == [never["id"]]
    page = office.slt.client.get(f"{MESSAGES}/open?limit=1", expect=200).json
    rest = office.slt.client.get(f"{MESSAGES}/open?limit=200&cursor={page['next_cursor']}", expect=200).json
    assert [row["id"] for row in page["data"] + rest["data"]] == [late["id"], soon["id"], never["id"]]
    assert len(office.slt.client.get(f"{MESSAGES}?state=closed", expect=200).json["data"]) == 1


def test_who_sees_it(office):
    """Who runs the school, who runs the channel, who recorded it, and who works on it."""
    message = office.log()
    path = f"{MESSAGES}/{message['id']}"
    for person in office.administrator, office.runner:
        person.client.get(path, expect=200)
    office.staff.client.get(path, expect=404)
    office.dpo.client.get(path, expect=404)
    for person in office.staff, office.dpo:
        office.act(message, "assign", {"person_id": person.id})
        assert person.client.get(path, expect=200).json["assignee_name"] == person.name
        assert person.client.get(f"{MESSAGES}/open", expect=200).json["data"][0]["id"] == message["id"]
    office.staff.client.get(path, expect=404)
    office.act(message, "assign", {"person_id": office.dpo.id}, by=office.dpo, expect=403)
    assert office.act(message, "assign").json["assignee_id"] is None


def test_staff_log_on_their_own_channels(office):
    assert office.log(by=office.runner)["recorded_by"] == office.runner.id
    refused(office.runner.client.post(MESSAGES, office.said(channel_id=None, school_id=office.a, source="phone")),
            422, "invalid", ["/school_id"])
    refused(office.staff.client.post(MESSAGES, office.said()), 422, "invalid", ["/channel_id"])


@pytest.mark.parametrize("change,pointer", [
    ({"received_at": "2099-01-01T00:00:00Z"}, "/received_at"), ({"received_at": "2026-11-20T16:30:00"}, "/received_at"),
    ({"kind": "shout"}, "/kind"), ({"text": " "}, "/text"), ({"triage": ["gossip"]}, "/triage/0"),
    ({"channel_id": str(uuid.uuid4())}, "/channel_id"), ({"assignee_id": str(uuid.uuid4())}, "/assignee_id")])
def test_what_cannot_be_is_refused(office, change, pointer):
    refused(office.slt.client.post(MESSAGES, office.said(**change)), 422, "invalid", [pointer])


def test_a_channel_has_one_school(office):
    refused(office.slt.client.post(MESSAGES, office.said(school_id=office.b)), 422, "invalid", ["/school_id"])
    refused(office.slt.client.post(MESSAGES, office.said(channel_id=None, school_id=office.a)),
            422, "invalid", ["/channel_id"])


def test_the_platforms_name_is_recorded_once(office):
    ref = {"external_ref": uuid.uuid4().hex}
    office.log(**ref)
    refused(office.slt.client.post(MESSAGES, office.said(**ref)), 409, "already-exists")


def test_nobody_wins_twice(office):
    message = office.log()
    path, token = f"{MESSAGES}/{message['id']}/answer", office.slt.client.token()
    answers = together(6, lambda _: office.house.server.client(token).post(path, {"reply": "Yes."}))
    assert sorted(a.status for a in answers) == [200, 409, 409, 409, 409, 409]


STEPS = [("triage", {"triage": ["freedom_of_information"]}), ("acknowledge", {}), ("answer", {"reply": "Yes."}),
         ("triage", {"triage": ["subject_access"]}), ("close", {"outcome": "no_reply_needed"})]


def test_who_comes_second_is_told_so_at_once(office):
    """Steps that touch clocks, and the clocks by themselves: nobody waits for whoever waits for them."""
    token = office.slt.client.token()
    for _ in range(5):
        message = office.log(triage=["data_protection_complaint"])
        stop = (f"clocks/{clock(message)['id']}/stop", {"stop": "not_applicable", "reason": "They asked for none."})
        steps = [*STEPS, stop]

        def take(n):
            step, body = steps[n]
            return office.house.server.client(token).post(f"{MESSAGES}/{message['id']}/{step}", body)
        assert {a.status for a in together(len(steps), take)} <= {200, 404, 409}
    message = office.log()
    office.act(message, "close", {"outcome": "no_reply_needed"})
    path = f"{MESSAGES}/{message['id']}/reopen"
    answers = together(6, lambda _: office.house.server.client(token).post(path, WORDS))
    assert sorted(a.status for a in answers) == [200, 409, 409, 409, 409, 409]
    assert {a.json["type"].split("/")[-1] for a in answers if a.status == 409} == {"wrong-state"}


def test_whom_it_concerns_is_blind_to_it(office, second_wall):
    message = office.log(about_name="Ada Admin")
    path = f"{MESSAGES}/{message['id']}"
    office.administrator.client.get(path, expect=200)
    office.act(message, "exclude", {"person_id": office.administrator.id, **WORDS})
    for client in office.administrator.client, second_wall.as_(office.administrator.login):
        client.get(path, expect=404)
        client.get(f"{path}/history", expect=404)
        assert message["id"] not in client.get(f"{MESSAGES}?limit=200").text
        assert message["id"] not in client.get(f"{MESSAGES}/open?limit=200").text
        client.post(f"{path}/acknowledge", {}, expect=404)
    office.act(message, "assign", {"person_id": office.administrator.id}, expect=422)
    office.act(message, "exclude", {"person_id": office.administrator.id, **WORDS}, expect=409)


def test_whoever_must_not_see_it_does_not_work_on_it(office):
    message = office.log(assignee_id=office.administrator.id)
    done = office.act(message, "exclude", {"person_id": office.administrator.id, **WORDS}).json
    assert (done["assignee_id"], done["assignee_name"]) == (None, None)
    message = office.log(assignee_id=office.runner.id)
    done = office.act(message, "exclude", {"person_id": office.administrator.id, **WORDS}).json
    assert done["assignee_id"] == office.runner.id


def test_a_time_to_come_is_told_with_every_other_fault(office):
    said = office.said(received_at="2099-01-01T10:00:00Z")
    del said["kind"]
    refused(office.slt.client.post(MESSAGES, said), 422, "invalid", ["/kind", "/received_at"])
