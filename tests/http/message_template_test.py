"""Texts to acknowledge, redirect and answer with, and channels on which nobody answers (M6, M11)."""
import uuid

import pytest

from message_test import MESSAGES, Office, clock
from reach import if_match
from refusal import refused

TEMPLATES = "/v1/message-templates"
TEXT = "Thank you. Write to {{enquiries_email}} or ring {{ enquiries_telephone }}: {{school_name}}, on {{channel_name}}."


class Desk(Office):
    def __init__(self, house):
        super().__init__(house)
        self.trust = self.tenant.person("Tara Trust", "slt")
        self.name = self.slt.client.get(f"/v1/schools/{self.a}", expect=200).json["name"]
        self.handle = self.slt.client.get(f"/v1/channels/{self.channel}", expect=200).json["handle"]

    def contact(self, **values):
        self.slt.client.patch(f"/v1/schools/{self.a}", values, headers=if_match(self.house, "school", self.a), expect=200)

    def template(self, purpose="redirect", text=TEXT, school=True, by=None, expect=201, **more):
        return (by or (self.slt if school else self.trust)).client.post(TEMPLATES, {
            **({"school_id": self.a} if school else {}), "purpose": purpose, "title": "Write to us", "text": text, **more},
            expect=expect).json

    def note(self, message):
        return self.slt.client.get(f"{MESSAGES}/{message['id']}/history", expect=200).json["data"][-1]["note"]


@pytest.fixture
def desk(house):
    desk = Desk(house)
    desk.contact(email="office@school.example", telephone="01632 960123")
    return desk


@pytest.mark.parametrize("text,fault", [
    ("Dear {{parent}},", "has {{parent}}, which is no placeholder"), ("{{}}", "has {{}}"), ("{{school_name", "has {{ without }}")])
def test_an_unknown_placeholder_is_named(desk, text, fault):
    body = refused(desk.slt.client.post(TEMPLATES, {"purpose": "answer", "title": "T", "text": text, "school_id": desk.a}),
                   422, "invalid", ["/text"])
    assert body["errors"][0]["detail"].startswith(fault)
    made = desk.template()
    refused(desk.slt.client.patch(f"{TEMPLATES}/{made['id']}", {"text": text},
                                  headers=if_match(desk.house, "message_template", made["id"])), 422, "invalid", ["/text"])


def test_redirecting_says_it_and_keeps_when(desk):
    made, message = desk.template(), desk.log()
    done = desk.act(message, "redirect", {"template_id": made["id"]}).json
    assert (done["state"], done["outcome"], clock(done)["stop"]) == ("closed", "redirected", "acknowledged")
    assert done["redirected_at"] == done["closed_at"] == done["acknowledged_at"] and done["answered_at"] is None
    assert desk.note(message) == (f"Thank you. Write to office@school.example or ring 01632 960123: {desk.name}, "
                                  f"on {desk.handle}.")
    again = desk.act(message, "reopen", {"reason": "They wrote again."}).json
    assert (again["outcome"], again["redirected_at"]) == (None, done["redirected_at"])


def test_acknowledging_and_answering_with_a_text(desk):
    message = desk.log()
    seen = desk.act(message, "acknowledge", {"template_id": desk.template("acknowledge", "Seen by {{school_name}}.")["id"]}).json
    assert seen["state"] == "acknowledged" and seen["redirected_at"] is None and desk.note(message) == f"Seen by {desk.name}."
    done = desk.act(message, "answer", {"template_id": desk.template("answer", "At eight. {{ school_name }}")["id"]}).json
    assert done["outcome"] == "answered" and desk.note(message) == f"At eight. {desk.name}"


def test_what_is_put_in_is_not_looked_at_again(desk):
    desk.contact(name="{{due_at}} School")
    message = desk.log()
    desk.act(message, "acknowledge", {"template_id": desk.template("acknowledge", "{{school_name}}")["id"]})
    assert desk.note(message) == "{{due_at}} School"


def test_when_the_answer_is_due(desk):
    made, message = desk.template("acknowledge", "By {{due_at}}."), desk.log()
    body = refused(desk.slt.client.post(f"{MESSAGES}/{message['id']}/acknowledge", {"template_id": made["id"]}), 409, "blocked")
    assert "{{due_at}}" in body["detail"] and "clock.answer_days" in body["detail"]
    desk.slt.client.put("/v1/settings/clock.answer_days", {"value": 5, "school_id": desk.a},
                        headers={"If-Match": '"0.0"'}, expect=200)
    promised = desk.log()
    due = clock(promised, "answer")["due_at"]
    desk.act(promised, "acknowledge", {"template_id": made["id"]})
    assert due[8:10].lstrip("0") in desk.note(promised) and "2026, " in desk.note(promised)


@pytest.mark.parametrize("lack,say", [("email", "{{enquiries_email}}"), ("telephone", "{{enquiries_telephone}}")])
def test_what_the_school_lacks_is_said(desk, lack, say):
    desk.contact(**{lack: None})
    made, message = desk.template(), desk.log()
    path = f"{MESSAGES}/{message['id']}"
    body = refused(desk.slt.client.post(f"{path}/redirect", {"template_id": made["id"]}), 409, "blocked")
    assert say in body["detail"] and f"`{lack}`" in body["detail"]
    assert desk.slt.client.get(path, expect=200).json["state"] == "open"
    refused(desk.slt.client.get(f"{TEMPLATES}/{made['id']}/preview?message_id={message['id']}"), 409, "blocked")


def test_which_texts_may_be_said(desk):
    message = desk.log()

    def fault(template, pointer="/template_id", action="redirect", **more):
        refused(desk.slt.client.post(f"{MESSAGES}/{message['id']}/{action}", {"template_id": template, **more}),
                422, "invalid", [pointer])
    made = desk.template()
    fault(made["id"], reply="Both.")
    fault(made["id"], action="acknowledge")
    fault(str(uuid.uuid4()))
    elsewhere = desk.tenant.person("Sue Second", "slt", [desk.b])
    fault(desk.template(by=elsewhere, school_id=desk.b)["id"])
    fault(desk.trust.client.get(f"{TEMPLATES}/{desk.template(by=elsewhere, school_id=desk.b)['id']}", expect=200).json["id"])
    whole = desk.template(school=False)
    fault(whole["id"])  # the school has its own
    desk.slt.client.patch(f"{TEMPLATES}/{made['id']}", {"retired": True},
                          headers=if_match(desk.house, "message_template", made["id"]), expect=200)
    fault(made["id"])
    for action in "answer", "redirect":
        refused(desk.slt.client.post(f"{MESSAGES}/{message['id']}/{action}", {}), 422, "invalid", ["/reply"])
    desk.act(message, "redirect", {"template_id": whole["id"]})
    assert desk.name in desk.note(message)


def test_preview(desk):
    made, message = desk.template(), desk.log()
    path = f"{TEMPLATES}/{made['id']}/preview?message_id="
    assert desk.name in desk.runner.client.get(path + message["id"], expect=200).json["text"]
    desk.staff.client.get(path + message["id"], expect=404)  # who does not see the message
    desk.slt.client.get(path + str(uuid.uuid4()), expect=404)
    desk.slt.client.get(f"{TEMPLATES}/{uuid.uuid4()}/preview?message_id={message['id']}", expect=404)
    desk.slt.client.get(path[:path.index("?")], expect=400)
    hidden = desk.slt.client.post(MESSAGES, desk.said(triage=["safeguarding"]), expect=202).json["id"]
    desk.slt.client.get(path + hidden, expect=404)


def test_whose_texts_are_listed(desk):
    own, whole = desk.template(), desk.template(school=False)
    other = desk.template(by=desk.tenant.person("Sue Second", "slt", [desk.b]), school_id=desk.b)

    def listed(person, query=""):
        return {row["id"] for row in person.client.get(f"{TEMPLATES}?{query}", expect=200).json["data"]}
    assert listed(desk.staff) == listed(desk.slt) == {own["id"], whole["id"]}
    assert listed(desk.trust) == {own["id"], whole["id"], other["id"]}
    assert listed(desk.trust, f"school_id={desk.b}") == {other["id"]} and listed(desk.slt, "purpose=answer") == set()
    desk.template(by=desk.staff, expect=403)
    refused(desk.slt.client.post(TEMPLATES, {"purpose": "answer", "title": "T", "text": "T"}), 422, "invalid", ["/school_id"])


def test_a_channel_on_which_nobody_answers(desk):
    open_ = desk.log()
    changed = desk.slt.client.patch(f"/v1/channels/{desk.channel}", {"reply_mode": "acknowledge_and_redirect"},
                                    headers=if_match(desk.house, "channel", desk.channel), expect=200).json
    assert changed["reply_mode"] == "acknowledge_and_redirect"
    message = desk.slt.client.get(f"{MESSAGES}/{open_['id']}", expect=200).json
    names = {a["name"] for a in message["actions"]}
    assert "answer" not in names and {"acknowledge", "redirect"} <= names
    assert [(b["action"], b["code"]) for b in message["blockers"]] == [("answer", "redirect_only")]
    body = refused(desk.slt.client.post(f"{MESSAGES}/{open_['id']}/answer", {"reply": "Yes."}), 409, "blocked")
    assert body["blockers"] == message["blockers"]
    desk.act(open_, "acknowledge", {})
    assert desk.act(open_, "redirect", {"reply": "Please ring the office."}).json["outcome"] == "redirected"
    made = desk.slt.client.post("/v1/channels", {
        "school_id": desk.a, "platform": "x", "handle": uuid.uuid4().hex[:12], "reason": "There for years.",
        "reply_mode": "acknowledge_and_redirect"}, expect=201).json
    assert made["reply_mode"] == "acknowledge_and_redirect"
