"""Every setting that is offered changes what happens, and none is offered that does not (A24)."""
import pytest

from application import PATH, WORDS, Stage, codes
from days import day
from refusal import refused, unchanged
from settings import CHAIN, SETTINGS, STEP


def required_parts(stage):
    draft = stage.draft(aim=None)
    assert codes(draft) == {"missing_aim"}
    stage.set("application.required_parts", ["audience"])
    assert codes(stage.see(stage.applicant, draft)) == set()


def min_operators(stage):
    draft = stage.draft()
    assert codes(draft) == set()
    stage.set("application.min_operators", 3)
    assert codes(stage.see(stage.applicant, draft)) == {"too_few_operators"}


def min_staff_operators(stage):
    draft = stage.draft()
    stage.set("application.min_staff_operators", 3)
    assert codes(stage.see(stage.applicant, draft)) == {"too_few_staff_operators"}


def deciders(stage, application):
    return {d["person_name"] for d in stage.see(stage.head, application)["deciders"]}


def approver_chain(stage):
    application = stage.submitted()
    assert deciders(stage, application) == {"Hal Head", "Dee Deputy"}
    stage.set(CHAIN, [{**STEP, "role": "head"}])
    assert deciders(stage, application) == {"Hal Head"}


def substitute_decider(stage):
    stage.attest(stage.head, by=stage.deputy)
    application = stage.submitted(by=stage.head, operators=[
        {"person_id": stage.deputy.id, "access": "admin"}, {"person_id": stage.first.id, "access": "poster"}])
    assert "Tara Trust" in deciders(stage, application)
    stage.set("application.substitute_decider", ["chair"])
    assert "Cy Chair" in deciders(stage, application) and "Tara Trust" not in deciders(stage, application)


def standing_days(stage):
    judge = stage.tenant.person("Jo Judge")
    stage.trust_slt.client.post("/v1/appointments", {
        "person_id": judge.id, "role": "slt", "scope": "schools", "school_ids": [stage.school]}, expect=201)
    stage.house.sql("UPDATE appointment SET created_at = now() - interval '9 days' WHERE person_id = %s", judge.id)
    application = stage.submitted(by=stage.trust_slt)
    assert "Jo Judge" not in deciders(stage, application)
    stage.act(stage.trust_slt, application, "withdraw")
    stage.set("application.decider_standing_days", 7)
    assert "Jo Judge" in deciders(stage, stage.submitted(by=stage.trust_slt))


def training_gate(stage):
    stage.assessment()
    application = stage.submitted()
    assert codes(stage.see(stage.head, application)) == {"policy_not_read", "not_trained"}
    stage.set("application.training_gate", "advised")
    stage.act(stage.head, application, "approve", WORDS)


def risk_assessment(stage):
    stage.attest(stage.first, stage.second)
    application = stage.submitted()
    assert codes(stage.see(stage.head, application)) == {"no_risk_assessment"}
    stage.set("application.risk_assessment", "advised")
    stage.act(stage.head, application, "approve", WORDS)


def valid_months(stage):
    stage.assessment()
    stage.attest(stage.first, stage.second, trained=-100)
    application = stage.submitted()
    assert codes(stage.see(stage.head, application)) == set()
    stage.set("training.valid_months", 3)
    assert codes(stage.see(stage.head, application)) == {"not_trained"}
    until = stage.head.client.get("/v1/attestations", expect=200).json["data"][0]["training_valid_until"]
    assert until < day(0)


def current_edition(stage):
    stage.ready()
    application = stage.submitted()
    assert codes(stage.see(stage.head, application)) == set()
    stage.set("policy.current_edition", "2027")
    assert codes(stage.see(stage.head, application)) == {"policy_not_read"}


def recorded(stage):
    stage.ready()
    application = stage.submitted()
    stage.act(stage.head, application, "approve", WORDS)
    made = stage.act(stage.admin, application, "record-account", {
        "handle": f"@set{application['id'][-8:]}", "url": "https://x.example/set",
        "account_created_on": day(0)}).json
    return f"/v1/channels/{made['channel_id']}"


def privacy_notice(stage):
    path = recorded(stage)
    assert codes(stage.admin.client.get(path, expect=200).json) == {"not_in_privacy_notice"}
    stage.set("channel.privacy_notice", "warn")
    channel = stage.admin.client.get(path, expect=200).json
    assert codes(channel) == set() and "not_in_privacy_notice" in channel["flags"]


def max_admins(stage):
    path = recorded(stage)

    def few():
        tests = stage.admin.client.get(path, expect=200).json["classification"]["tests"]
        return next(t["result"] for t in tests if t["test"] == "few_administrators")
    stage.house.sql("UPDATE channel_grant SET access = 'admin' WHERE tenant_id = %s", stage.tenant.id)
    assert few() == "met"
    stage.set("channel.max_admins", 1)
    assert few() == "not_met"


def grant_months(stage):
    stage.set("grant.valid_months", 1)
    grants = stage.admin.client.get(recorded(stage), expect=200).json["grants"]
    assert day(27) < next(g["until_on"] for g in grants if g["holder"] == "Flo First") < day(32)


def review_months(stage):
    path = recorded(stage)
    stage.admin.client.post(f"{path}/review", {"reviewed_on": day(-100)}, expect=200)
    assert "review_overdue" not in stage.admin.client.get(path, expect=200).json["flags"]
    stage.set("channel.review_months", 3)
    assert "review_overdue" in stage.admin.client.get(path, expect=200).json["flags"]


# Clocks: what is received when, under which value, is due when


def clock(key, value, received, before, after, kind="response"):
    def effect(stage):
        client = stage.head.client
        for due in before, after:
            answer = client.get(f"/v1/clocks/preview?kind={kind}&received_at={received}&school_id={stage.school}",
                                expect=200).json
            assert answer["due_at"] == due, answer["because"]
            if due != after:
                stage.set(key, value)
    return effect


def school_holiday(stage):
    for title, from_on, to_on in ("Autumn", "2026-09-02", "2026-12-18"), ("Spring", "2027-01-04", "2027-03-31"):
        stage.head.client.post("/v1/calendar-periods", {"school_id": stage.school, "kind": "term", "title": title,
                                                        "from_on": from_on, "to_on": to_on}, expect=201)
    clock("clock.defer_if_received_on_school_holiday", False, "2026-12-22T10:00:00Z",
          "2027-01-04T23:59:00Z", "2026-12-23T10:00:00Z")(stage)


def bank_holiday(stage):
    stage.house.sql("INSERT INTO bank_holiday VALUES ('2026-12-28', 'Boxing Day') ON CONFLICT DO NOTHING")
    clock("clock.defer_if_received_on_bank_holiday", False, "2026-12-28T10:00:00Z",
          "2026-12-29T23:59:00Z", "2026-12-29T10:00:00Z")(stage)


def ack_stops_clock(stage):
    message = {"school_id": stage.school, "kind": "query", "source": "phone", "received_at": "2026-11-17T10:00:00Z",
               "text": "When?"}
    for value, stopped in (True, True), (False, False):
        stage.set("clock.ack_stops_clock", value)
        id = stage.head.client.post("/v1/messages", message, expect=201).json["id"]
        clock, = stage.head.client.post(f"/v1/messages/{id}/acknowledge", {}, expect=200).json["clocks"]
        assert bool(clock["stopped_at"]) == stopped


def journalist_rule(stage):
    made = stage.applicant.client.post("/v1/media-enquiries", {
        "school_id": stage.school, "outlet": "The Post", "medium": "email", "about": "The trip."}, expect=201).json
    path = f"/v1/media-enquiries/{made['id']}"
    stage.head.client.post(f"{path}/approve", {"approved_words": "All well.", "spokesperson": "The head"}, expect=200)
    stage.applicant.client.post(f"{path}/respond", {}, expect=403)
    stage.set("journalist.rule", "follow_media_policy")
    stage.applicant.client.post(f"{path}/respond", {}, expect=200)


def monitor_days(stage):
    path = recorded(stage)
    stage.house.sql("UPDATE channel SET state = 'active', created_at = now() - interval '20 days' WHERE id = %s",
                    path.rpartition("/")[2])

    def missed():
        return len(stage.head.client.get(f"/v1/channel-checks/missed?school_id={stage.school}",
                                         expect=200).json["data"])
    assert 0 < missed() <= 5
    stage.set("monitor.days", "every_day")
    assert missed() == 7


BEHAVIOUR = {
    "monitor.days": monitor_days,
    "journalist.rule": journalist_rule,
    "clock.ack_stops_clock": ack_stops_clock,
    "clock.response_hours": clock("clock.response_hours", 48, "2026-11-17T10:00:00Z", "2026-11-18T10:00:00Z",
                                  "2026-11-19T10:00:00Z"),
    "clock.abuse_hours": clock("clock.abuse_hours", 2, "2026-11-17T10:00:00Z", "2026-11-17T14:00:00Z",
                               "2026-11-17T12:00:00Z", "abuse"),
    "clock.answer_days": clock("clock.answer_days", 5, "2026-11-17T10:00:00Z", None, "2026-11-24T23:59:00Z",
                               "answer"),
    "clock.defer_if_received_on_weekend": clock("clock.defer_if_received_on_weekend", False, "2026-11-21T10:00:00Z",
                                                "2026-11-23T23:59:00Z", "2026-11-22T10:00:00Z"),
    "clock.defer_if_received_on_school_holiday": school_holiday,
    "clock.defer_if_received_on_bank_holiday": bank_holiday,
    "clock.roll_due_forward": clock("clock.roll_due_forward", True, "2026-11-20T10:00:00Z", "2026-11-21T10:00:00Z",
                                    "2026-11-23T23:59:00Z"),
    "clock.day_end": clock("clock.day_end", "15:30", "2026-11-21T10:00:00Z", "2026-11-23T23:59:00Z",
                           "2026-11-23T15:30:00Z"),
    **{f"complaint.{stage}_days": clock(f"complaint.{stage}_days", 1, "2026-11-02T10:00:00Z", due,
                                        "2026-11-03T23:59:00Z", f"complaint_{stage}")
       for stage, due in (("acknowledgement", "2026-11-09T23:59:00Z"), ("informal", "2026-11-16T23:59:00Z"),
                          ("formal", "2026-11-23T23:59:00Z"), ("panel", "2026-11-30T23:59:00Z"))},
    "application.required_parts": required_parts, "application.min_operators": min_operators,
    "application.min_staff_operators": min_staff_operators, CHAIN: approver_chain,
    "application.substitute_decider": substitute_decider,
    "application.decider_standing_days": standing_days, "application.training_gate": training_gate,
    "application.risk_assessment": risk_assessment, "training.valid_months": valid_months,
    "policy.current_edition": current_edition, "channel.privacy_notice": privacy_notice,
    "channel.max_admins": max_admins, "grant.valid_months": grant_months,
    "channel.review_months": review_months,
}


@pytest.mark.parametrize("key", BEHAVIOUR)
def test_key_changes_what_happens(house, key):
    BEHAVIOUR[key](Stage(house))


def test_no_key_without_an_effect(house):
    client = house.fresh_tenant().person("Stan Staff", "staff").client
    offered = {row["key"] for row in client.get(SETTINGS, expect=200).json["data"]}
    assert offered - set(BEHAVIOUR) == set(), "BEHAVIOUR shows what each setting changes"
    assert set(BEHAVIOUR) - offered == set(), "BEHAVIOUR has what is no setting"


@pytest.mark.parametrize("side", ["applicant", "operator"])
def test_whoever_is_judged_does_not_choose_the_judges(house, side):
    """While an application of their own side waits, neither by key nor by preset."""
    stage = Stage(house)
    stage.attest(stage.head, by=stage.deputy)
    application = stage.submitted(by=stage.head) if side == "applicant" else stage.submitted(operators=[
        {"person_id": stage.head.id, "access": "admin"}, {"person_id": stage.first.id, "access": "poster"}])
    client, place = stage.head.client, {"school_id": stage.school}

    def answers(client):
        for key, value in ((CHAIN, [STEP]), ("application.substitute_decider", ["chair"]),
                           ("application.decider_standing_days", 9)):
            path = f"{SETTINGS}/{key}"
            for ask in (lambda e: client.put(path, {"value": value, **place}, headers=e),
                        lambda e: client.delete(f"{path}?school_id={stage.school}", headers=e)):
                yield ask({"If-Match": client.get(f"{path}?school_id={stage.school}").etag})
        yield client.post(f"{SETTINGS}/apply-preset", {"preset": "academy_in_trust", **place})

    with unchanged(house):
        for answer in answers(client):
            refused(answer, 409, "conflicted")
    assert [answer.status for answer in answers(stage.deputy.client)] == [200] * 7
    stage.act(stage.head if side == "applicant" else stage.applicant, application, "withdraw")
    assert [answer.status for answer in answers(client)] == [200] * 7


def test_a_shorter_chain_lets_what_waits_go_on(house):
    """An application between two steps of which the second is gone is decided by the last one left."""
    stage = Stage(house)
    stage.set(CHAIN, [STEP, {**STEP, "scope": "tenant"}])
    stage.ready()
    application = stage.submitted()
    stage.act(stage.head, application, "approve", WORDS)
    stage.set(CHAIN, [STEP])
    assert stage.see(stage.deputy, application)["deciders"], "somebody is left"
    assert stage.act(stage.deputy, application, "approve", WORDS).json["state"] == "approved"
    assert stage.applicant.client.get(f"{PATH}/{application['id']}").json["state"] == "approved"
