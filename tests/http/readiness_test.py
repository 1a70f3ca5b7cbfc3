"""What an application lacks: named before anybody tries, and all at once (P2, P3, P5)."""
import pytest

from application import PATH, WORDS, Stage, codes, names
from days import day


@pytest.fixture
def stage(house):
    return Stage(house)


@pytest.mark.parametrize("part,code", [
    ("aim", "missing_aim"), ("audience", "missing_audience"), ("promotion", "missing_promotion"),
    ("visibility", "missing_visibility"), ("purpose", "missing_purpose"),
    ("other_communication_methods", "missing_other_communication_methods")])
def test_submit_names_blank_part(stage, part, code):
    """P2: refused with the list of fields; readiness says so before anybody tries."""
    application = stage.draft(**{part: None})
    assert codes(application) == {code} and "submit" not in names(application)
    answer = stage.act(stage.applicant, application, "submit", expect=422)
    assert [e["pointer"] for e in answer.json["errors"]] == [f"/{part}"]
    assert stage.see(stage.applicant, application)["state"] == "draft"


def test_submit_names_all_blanks_at_once(stage):
    application = stage.draft(aim=None, audience=None, operators=None)
    answer = stage.act(stage.applicant, application, "submit", expect=422)
    assert {e["pointer"] for e in answer.json["errors"]} == {"/aim", "/audience", "/operators"}


def test_required_parts_are_configuration(stage):
    stage.set("application.required_parts", ["audience"])
    application = stage.draft(aim=None, promotion=None, visibility=None, operators=None)
    stage.act(stage.applicant, application, "submit", expect=200)


def test_minimum_operators(stage):
    """P3: two, both employees; volunteers and parents may be added but do not count."""
    one = stage.draft(operators=[{"person_id": stage.first.id, "access": "admin"}])
    assert codes(one) == {"too_few_operators", "too_few_staff_operators"}
    helper = stage.tenant.person("Val Volunteer", "staff", [stage.school], type="volunteer")
    mixed = stage.draft(operators=[{"person_id": stage.first.id, "access": "admin"},
                                   {"person_id": helper.id, "access": "poster"}])
    assert codes(mixed) == {"too_few_staff_operators"}
    stage.set("application.min_staff_operators", 1, stage.school)
    assert codes(stage.see(stage.applicant, mixed)) == set()


def test_locked_setting_beats_the_school(stage):
    stage.set("application.min_staff_operators", 1, stage.school)
    stage.set("application.min_staff_operators", 3, locked=True)
    assert codes(stage.draft()) == {"too_few_staff_operators"}


def test_readiness_shows_everything(stage):
    """P5 and O7: reading, training and the risk assessment, for all who may see it."""
    application = stage.submitted()
    answer = stage.act(stage.head, application, "approve", WORDS, expect=409).json
    wanted = {"policy_not_read", "not_trained", "no_risk_assessment"}
    assert {b["code"] for b in answer["blockers"]} == wanted
    seen = stage.see(stage.head, application)
    assert codes(seen) == wanted and names(seen) == {"ask", "reject", "exclude"}
    readiness = stage.applicant.client.get(f"{PATH}/{application['id']}/readiness", expect=200).json
    assert readiness["ready_to_submit"] and not readiness["ready_to_approve"]
    assert {f["code"] for f in readiness["findings"]} == wanted
    stage.ready()
    assert stage.act(stage.head, application, "approve", WORDS).json["state"] == "approved"


def test_training_expires_and_edition_counts(stage):
    stage.set("policy.current_edition", "2026")
    stage.assessment()
    application = stage.submitted()
    stage.attest(stage.first, edition="2024")
    stage.attest(stage.second, trained=-800)
    blockers = stage.see(stage.head, application)["blockers"]
    assert {(b["action"], b["code"]) for b in blockers} == {
        ("approve", "policy_not_read"), ("approve", "not_trained")}
    stage.set("application.training_gate", "advised")
    assert codes(stage.see(stage.head, application)) == set()


def test_nobody_attests_themselves(stage):
    answer = stage.head.client.post("/v1/attestations", {
        "person_id": stage.head.id, "policy_edition": "1", "policy_read_on": day(-1),
        "trained_on": day(-1)}, expect=409)
    assert answer.json["type"].endswith("/conflicted")
    stage.admin.client.post("/v1/attestations", {
        "person_id": stage.first.id, "policy_edition": "1", "policy_read_on": day(-1),
        "trained_on": day(-1)}, expect=403)


def test_an_answer_leaves_nothing_blank(stage):
    application = stage.submitted()
    asked = stage.act(stage.head, application, "ask", {"reason": "Which audience?"})
    changed = stage.applicant.client.patch(f"{PATH}/{application['id']}", {"audience": None},
                                           headers={"If-Match": asked.etag}, expect=200)
    assert codes(changed.json) == {"missing_audience"} and "answer" not in names(changed.json)
    answer = stage.act(stage.applicant, application, "answer", expect=422)
    assert [e["pointer"] for e in answer.json["errors"]] == ["/audience"]
