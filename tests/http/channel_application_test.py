"""An application for an account (A3), from the business case to the recorded account."""
import pytest

from agreement import agrees, flow
from application import PATH, WORDS, Stage, names
from days import day


@pytest.fixture
def stage(house):
    return Stage(house)


def test_whole_walk(stage):
    """Applicant, SLT, administrator; then the channel stands with its whole history."""
    stage.ready()
    draft = stage.draft()
    assert draft["state"] == "draft" and names(draft) == {"submit", "withdraw"}
    submitted = stage.act(stage.applicant, draft, "submit").json
    assert submitted["state"] == "submitted" and submitted["revision"] == 1
    assert {d["person_name"] for d in submitted["deciders"]} == {"Hal Head", "Dee Deputy"}
    assert names(stage.see(stage.head, draft)) == {"approve", "reject", "ask", "exclude"}
    approved = stage.act(stage.head, draft, "approve", WORDS).json
    assert approved["state"] == "approved"
    assert approved["decisions"][0]["decider_name"] == "Hal Head"
    assert approved["decisions"][0]["capacity"] == "slt"
    assert names(stage.see(stage.admin, draft)) == {"record_account"}
    made = stage.act(stage.admin, draft, "record-account", {
        "handle": "@TorHistory", "url": "https://x.example/TorHistory",
        "account_created_on": day(0)}).json
    assert made["state"] == "account_created" and made["actions"] == []
    channel = stage.admin.client.get(f"/v1/channels/{made['channel_id']}", expect=200).json
    assert channel["state"] == "approved" and channel["handle"] == "@TorHistory"
    grants = {g["holder"]: g for g in channel["grants"]}
    assert grants["Sid Second"]["until_on"] == day(90)
    assert grants["Flo First"]["until_on"] > day(300)
    assert channel["blockers"][0]["code"] == "not_in_privacy_notice"
    answer = stage.admin.client.post(f"/v1/channels/{channel['id']}/activate", {
        "settings_checked": ["privacy", "tagging", "comments", "direct_messages", "two_factor"]},
        expect=409)
    assert answer.json["type"].endswith("/blocked")
    etag = stage.admin.client.get(f"/v1/channels/{channel['id']}").etag
    stage.admin.client.patch(f"/v1/channels/{channel['id']}", {"privacy_notice_on": day(0)},
                             headers={"If-Match": etag}, expect=200)
    active = stage.admin.client.post(f"/v1/channels/{channel['id']}/activate", {
        "settings_checked": ["privacy", "tagging", "comments", "direct_messages", "two_factor"]},
        expect=200).json
    assert active["state"] == "active" and active["settings_checked_on"] == day(0)
    history = stage.head.client.get(f"/v1/channels/{channel['id']}/history", expect=200).json["data"]
    assert [(h["subject"], h["action"]) for h in history] == [
        ("application", "draft"), ("application", "submit"), ("application", "approve"),
        ("application", "record_account"), ("channel", "record_account"), ("channel", "change"),
        ("channel", "activate")]
    assert [h["actor_name"] for h in history if h["action"] == "approve"] == ["Hal Head"]


def test_operator_twice_or_unknown(stage):
    person = {"person_id": stage.first.id, "access": "admin"}
    answer = stage.applicant.client.post(PATH, stage.body(operators=[person, person]), expect=422)
    assert answer.json["errors"][0]["pointer"].startswith("/operators")
    other = stage.house.fresh_tenant().person("Out Sider", "staff")
    for stranger in (other.id, "01920000-0000-7000-8000-000000000000"):
        answer = stage.applicant.client.post(PATH, stage.body(
            operators=[person, {"person_id": stranger, "access": "poster"}]), expect=422)
        assert answer.json["errors"] == [{"pointer": "/operators/1/person_id",
                                          "detail": answer.json["errors"][0]["detail"]}]


def test_a_platform_is_one_of_the_list(stage):
    answer = stage.applicant.client.post(PATH, stage.body(platform="geocities"), expect=422)
    assert [e["pointer"] for e in answer.json["errors"]] == ["/platform"]


def test_only_the_applicants_side_edits(stage):
    application = stage.draft()
    for person in (stage.head, stage.admin):
        etag = person.client.get(f"{PATH}/{application['id']}").etag
        person.client.patch(f"{PATH}/{application['id']}", {"aim": "Mine now"},
                            headers={"If-Match": etag}, expect=403)
        stage.act(person, application, "submit", expect=403)
    stage.act(stage.first, application, "submit", expect=403)


def test_record_account_is_the_administrators(stage):
    stage.ready()
    body = {"handle": "@one", "url": "https://x.example/one", "account_created_on": day(0)}
    application = stage.submitted()
    stage.act(stage.admin, application, "record-account", body, expect=409)
    stage.act(stage.head, application, "approve", WORDS)
    for person in (stage.head, stage.applicant):
        stage.act(person, application, "record-account", body, expect=403)
    stage.act(stage.admin, application, "record-account", {**body, "handle": "@"}, expect=422)
    stage.act(stage.admin, application, "record-account", body)
    stage.act(stage.admin, application, "record-account", body, expect=409)
    again = stage.submitted()
    stage.act(stage.head, again, "approve", WORDS)
    answer = stage.act(stage.admin, again, "record-account", body, expect=409)
    assert answer.json["type"].endswith("/already-exists")
    assert answer.json["detail"].startswith("This handle cannot be recorded here.")
    assert stage.see(stage.admin, again)["state"] == "approved"


def test_privacy_notice_may_only_warn(stage):
    """H12 by configuration."""
    stage.set("channel.privacy_notice", "warn")
    stage.ready()
    application = stage.submitted()
    stage.act(stage.head, application, "approve", WORDS)
    made = stage.act(stage.admin, application, "record-account", {
        "handle": "@two", "url": "https://x.example/two", "account_created_on": day(0)}).json
    active = stage.admin.client.post(f"/v1/channels/{made['channel_id']}/activate", {
        "settings_checked": ["privacy", "tagging", "comments", "direct_messages", "two_factor"]},
        expect=200).json
    assert "not_in_privacy_notice" in active["flags"]


def test_inbox_waits_oldest_first(stage):
    """P7: what waits for whom, with its age."""
    stage.ready()
    first, second = stage.submitted(), stage.submitted(proposed_name="Art department")
    inbox = stage.head.client.get(f"{PATH}/inbox", expect=200).json["data"]
    assert [item["id"] for item in inbox] == [first["id"], second["id"]]
    assert {item["waiting_for"] for item in inbox} == {"decision"}
    assert inbox[0]["waiting_hours"] == 0
    assert stage.admin.client.get(f"{PATH}/inbox").json["data"] == []
    stage.act(stage.head, first, "approve", WORDS)
    assert [(i["id"], i["waiting_for"]) for i in stage.admin.client.get(f"{PATH}/inbox").json["data"]] == [
        (first["id"], "account")]
    stage.act(stage.head, second, "ask", {"reason": "More please."})
    assert [(i["id"], i["waiting_for"]) for i in stage.applicant.client.get(f"{PATH}/inbox").json["data"]] == [
        (second["id"], "answer")]


def test_similar_channels_are_shown(stage):
    """P12: what there is already, before somebody opens a second one."""
    stage.ready()
    application = stage.submitted()
    stage.act(stage.head, application, "approve", WORDS)
    stage.act(stage.admin, application, "record-account", {
        "handle": "@hist", "url": "https://x.example/hist", "account_created_on": day(0)})
    assert [c["handle"] for c in stage.draft()["similar_channels"]] == ["@hist"]
    assert stage.draft(platform="facebook")["similar_channels"] == []


STATES = ["draft", "submitted", "more_information", "approved", "rejected", "account_created", "withdrawn"]
BODIES = {
    "submit": {}, "answer": {}, "revise": {}, "withdraw": {},
    "ask": WORDS, "approve": WORDS, "reject": WORDS,
}


def at_state(stage, state):
    application = stage.draft()
    if state == "draft":
        return application
    if state == "withdrawn":
        return stage.act(stage.applicant, application, "withdraw").json
    application = stage.act(stage.applicant, application, "submit").json
    if state == "more_information":
        stage.act(stage.head, application, "ask", WORDS)
    if state in ("approved", "account_created"):
        stage.act(stage.head, application, "approve", WORDS)
    if state == "rejected":
        stage.act(stage.head, application, "reject", WORDS)
    if state == "account_created":
        stage.act(stage.admin, application, "record-account", {
            "handle": f"@h{application['id'][-8:]}", "url": "https://x.example/h",
            "account_created_on": day(0)})
    return application


@pytest.mark.parametrize("who", ["applicant", "first", "head", "admin", "trust_slt", "chair"])
def test_actions_are_what_then_happens(house, who):
    stage = Stage(house)
    stage.ready()
    person = getattr(stage, who)
    for state in STATES:
        for action in [step["action"] for step in flow(house, "channel_application")]:
            application = at_state(stage, state)
            seen = stage.see(person, application)
            body = {"record_account": {"handle": f"@r{application['id'][-8:]}",
                                       "url": "https://x.example/r", "account_created_on": day(0)},
                    "exclude": {"person_id": stage.proprietor.id, "reason": "A relative."}}.get(
                        action, BODIES.get(action))
            answer = stage.act(person, application, action.replace("_", "-"), body, expect=None)
            agrees(seen, action, answer, who)
