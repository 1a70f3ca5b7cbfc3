"""Operators of an application: naming a decider shows, and nobody is made one."""
import pytest

from application import PATH, WORDS, Stage, codes, names
from refusal import refused, unchanged


@pytest.fixture
def stage(house):
    return Stage(house)


def named(stage, *people):
    return [{"person_id": person.id, "access": "admin"} for person in people]


def conflicted(answer):
    return {c["person_name"]: c["conflict"] for c in answer["conflicted"]}


def test_who_may_not_decide_is_shown_with_the_reason(stage):
    stage.set("application.approver_chain", [{"scope": "school", "role": "slt", "need": "any"}] * 2)
    stage.ready()
    at = [stage.school]
    others = [stage.tenant.person(name, "slt", at) for name in ("Eve Excluded", "Una Undecided", "Ora Other")]
    application = stage.submitted(by=stage.head, operators=named(stage, stage.deputy, stage.first, stage.second))
    stage.trust_slt.client.post("/v1/appointments", {
        "person_id": stage.tenant.person("Pat Puppet", schools=at).id, "role": "slt", "scope": "schools",
        "school_ids": at}, expect=201)
    stage.house.sql("UPDATE appointment SET granted_by = %s WHERE granted_by = %s", stage.head.id,
                    stage.trust_slt.id)
    stage.act(others[1], application, "exclude", {"person_id": others[0].id, "reason": "A relative."})
    expected = {"Hal Head": "applicant", "Dee Deputy": "operator", "Eve Excluded": "excluded",
                "Pat Puppet": "appointed_by_applicant"}
    seen = stage.see(others[1], application)
    assert conflicted(seen) == expected
    assert {d["person_name"] for d in seen["deciders"]} == {"Una Undecided", "Ora Other"}
    stage.attest(stage.deputy, by=stage.head)
    after = stage.act(others[1], application, "approve", WORDS).json
    assert conflicted(after) == {**expected, "Una Undecided": "decided_before"}
    done = stage.act(others[2], application, "approve", WORDS).json
    assert done["state"] == "approved" and done["conflicted"] == []


def test_who_is_excluded_is_not_told_to_staff(stage):
    application = stage.submitted()
    stage.act(stage.head, application, "exclude", {"person_id": stage.deputy.id, "reason": "A relative."})
    assert conflicted(stage.see(stage.head, application)) == {"Dee Deputy": "excluded"}
    for person in (stage.applicant, stage.first):
        assert stage.see(person, application)["conflicted"] == []


def test_a_decider_who_was_named_steps_down_and_decides(stage):
    stage.ready()
    application = stage.submitted(operators=named(stage, stage.first, stage.second, stage.head))
    seen = stage.see(stage.head, application)
    assert conflicted(seen) == {"Hal Head": "operator"} and "approve" not in names(seen)
    assert "step_down" in names(seen) and "step_down" not in names(stage.see(stage.deputy, application))
    refused(stage.act(stage.deputy, application, "step-down", expect=403), 403, "forbidden")
    after = stage.act(stage.head, application, "step-down", {"reason": "I do not run accounts."}).json
    assert after["state"] == "submitted" and after["waiting_since"] == seen["waiting_since"]
    assert after["conflicted"] == [] and {"approve", "exclude"} <= names(after)
    assert "step_down" not in names(after)
    assert stage.head.id not in {o["person_id"] for o in after["operators"]}
    with unchanged(stage.house):
        refused(stage.act(stage.head, application, "step-down", expect=409), 409, "wrong-state")
    history = stage.head.client.get(f"{PATH}/{application['id']}/history", expect=200).json["data"]
    assert [(h["action"], h["actor_name"], h["from_state"], h["to_state"], h["note"]) for h in history][-1] == (
        "step_down", "Hal Head", "submitted", "submitted", "I do not run accounts.")
    assert stage.act(stage.head, application, "approve", WORDS).json["state"] == "approved"


def test_stepping_down_again_with_the_same_key(stage):
    """The answer may have been lost: who still sees the application hears it again."""
    application = stage.submitted(operators=named(stage, stage.first, stage.second, stage.head))
    target, key = f"{PATH}/{application['id']}/step-down", {"Idempotency-Key": application["id"]}
    first = stage.head.client.post(target, {}, headers=key, expect=200)
    with unchanged(stage.house):
        again = stage.head.client.post(target, {}, headers=key, expect=200)
    assert again.body == first.body and again.headers["idempotency-replayed"] == "true"


def test_too_few_are_left(stage):
    """Readiness says so; who saw it as an operator alone sees it no more."""
    stage.ready()
    application = stage.submitted()
    stage.act(stage.first, application, "step-down")
    stage.first.client.get(f"{PATH}/{application['id']}", expect=404)
    with unchanged(stage.house):
        again = refused(stage.act(stage.first, application, "step-down", expect=409), 409, "wrong-state")
    assert again["detail"] == "You have stepped down already."
    stage.act(stage.head, application, "exclude", {"person_id": stage.first.id, **WORDS})
    stage.act(stage.first, application, "step-down", expect=404)
    seen = stage.see(stage.head, application)
    assert codes(seen) == {"too_few_operators", "too_few_staff_operators"} and "approve" not in names(seen)
    answer = stage.act(stage.head, application, "approve", WORDS, expect=409).json
    assert {b["code"] for b in answer["blockers"]} == codes(seen)


@pytest.mark.parametrize("state", ["draft", "more_information"])
def test_whoever_is_named_again_steps_down_again(stage, state):
    application = stage.draft() if state == "draft" else stage.submitted()
    if state == "more_information":
        stage.act(stage.head, application, "ask", WORDS)
    for _ in range(2):
        assert stage.act(stage.first, application, "step-down").json["state"] == state
        etag = stage.applicant.client.get(f"{PATH}/{application['id']}").etag
        stage.applicant.client.patch(f"{PATH}/{application['id']}", {
            "operators": named(stage, stage.first, stage.second)}, headers={"If-Match": etag}, expect=200)


def test_what_is_decided_has_no_way_down(stage):
    stage.ready()
    application = stage.submitted()
    stage.act(stage.head, application, "approve", WORDS)
    with unchanged(stage.house):
        refused(stage.act(stage.first, application, "step-down", expect=409), 409, "wrong-state")


def test_the_second_wall_lets_nobody_take_another_off(stage, second_wall):
    application = stage.submitted()
    operators = stage.see(stage.head, application)["operators"]
    for person in (stage.head, stage.admin, stage.chair, stage.applicant):
        answer = second_wall.as_(person.login).post(f"{PATH}/{application['id']}/step-down", {})
        assert answer.status == 409, answer
    assert stage.see(stage.head, application)["operators"] == operators
