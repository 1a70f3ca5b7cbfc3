"""Who decides on an application: the chain, whoever is in conflict, and who stands in (P8)."""
import threading

import pytest

from application import PATH, WORDS, Stage, names


@pytest.fixture
def stage(house):
    return Stage(house)


@pytest.mark.parametrize("side", ["applicant", "operator"])
def test_nobody_decides_on_their_own(stage, side):
    """The API gives the reason first; the constraint holds by any path."""
    stage.ready()
    stage.attest(stage.head, by=stage.deputy)
    operators = [{"person_id": p.id, "access": "admin"} for p in (
        (stage.first, stage.second) if side == "applicant" else (stage.head, stage.second))]
    application = stage.submitted(by=stage.head if side == "applicant" else None, operators=operators)
    seen = stage.see(stage.head, application)
    assert not names(seen) & {"approve", "reject", "ask"}
    for action in ("approve", "reject", "ask"):
        answer = stage.act(stage.head, application, action, WORDS, expect=409).json
        assert answer["type"].endswith("/conflicted")
        assert answer["blockers"][0]["code"] == "conflict_of_interest"
        assert "Dee Deputy" in answer["blockers"][0]["detail"]
    with pytest.raises(Exception, match="nobody decides on their own"):
        stage.house.sql("INSERT INTO application_decision (tenant_id, id, application_id, revision, step,"
                        " outcome, reason, decider_id, decider_name, capacity) VALUES"
                        " (%s, gen_random_uuid(), %s, 1, 0, 'approved', 'x', %s, 'x', 'slt')",
                        stage.tenant.id, application["id"], stage.head.id)
    assert stage.act(stage.deputy, application, "approve", WORDS).json["state"] == "approved"


def test_volunteer_applies_through_somebody(stage):
    """P1, P6: who records on behalf joins the applicant's side."""
    volunteer = stage.house.sql("INSERT INTO person (tenant_id, id, school_id, name, person_type) VALUES"
                                " (%s, gen_random_uuid(), %s, 'Vi Volunteer', 'parent') RETURNING id::text",
                                stage.tenant.id, stage.school)[0]["id"]
    stage.ready()
    application = stage.submitted(by=stage.head, applicant_id=volunteer)
    assert application["applicant_name"] == "Vi Volunteer"
    answer = stage.act(stage.head, application, "approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"
    stage.applicant.client.post(PATH, stage.body(applicant_id=stage.head.id), expect=422)


def conflict_all(stage):
    """Every SLT of the school is on the applicant's side."""
    stage.attest(stage.head, by=stage.deputy)
    stage.attest(stage.deputy, by=stage.head)
    return stage.submitted(by=stage.head, operators=[
        {"person_id": stage.deputy.id, "access": "admin"},
        {"person_id": stage.first.id, "access": "poster"}])


def test_trust_slt_substitutes(stage):
    stage.ready()
    application = conflict_all(stage)
    seen = stage.see(stage.trust_slt, application)
    assert [d["capacity"] for d in seen["deciders"]] == ["substitute:trust_slt"]
    answer = stage.act(stage.deputy, application, "approve", WORDS, expect=409).json
    assert "Tara Trust" in answer["blockers"][0]["detail"]
    done = stage.act(stage.trust_slt, application, "approve", WORDS).json
    assert done["decisions"][0]["capacity"] == "substitute:trust_slt"


@pytest.mark.parametrize("substitute", ["chair", "proprietor"])
def test_configured_substitute(stage, substitute):
    stage.set("application.substitute_decider", [substitute])
    stage.ready()
    application = conflict_all(stage)
    person = getattr(stage, substitute)
    other = stage.proprietor if substitute == "chair" else stage.chair
    stage.act(other, application, "approve", WORDS, expect=409)
    done = stage.act(person, application, "reject", WORDS).json
    assert done["decisions"][0]["capacity"] == f"substitute:{substitute}"


def test_a_schools_chair_is_no_substitute_in_a_trust(stage):
    stage.set("application.substitute_decider", ["chair"])
    stage.ready()
    local = stage.tenant.person("Lou Local", "governor", [stage.school], ["chair"])
    application = conflict_all(stage)
    stage.act(local, application, "approve", WORDS, expect=409)
    stage.act(stage.chair, application, "approve", WORDS, expect=200)


def test_not_a_substitute_while_somebody_is_left(stage):
    stage.ready()
    application = stage.submitted()
    for person in (stage.trust_slt, stage.chair):
        answer = stage.act(person, application, "approve", WORDS, expect=409).json
        assert answer["blockers"][0]["code"] == "not_your_turn"


def test_stand_alone_school(house):
    """H3: no trust; its SLT decides, and when all are in conflict the chair does."""
    stage = Stage(house, kind="school")
    stage.ready()
    application = stage.submitted()
    assert {d["person_name"] for d in application["deciders"]} == {"Hal Head", "Dee Deputy"}
    assert stage.act(stage.head, application, "approve", WORDS).json["state"] == "approved"
    application = conflict_all(stage)
    assert stage.act(stage.chair, application, "approve", WORDS).json["decisions"][0][
        "capacity"] == "substitute:chair"


def test_two_step_chain(stage):
    """P8: school SLT, then trust SLT; the same person never decides both."""
    stage.set("application.approver_chain", [{"scope": "school", "role": "slt", "need": "any"},
                                             {"scope": "tenant", "role": "slt", "need": "any"}])
    stage.ready()
    application = stage.submitted()
    stage.act(stage.trust_slt, application, "approve", WORDS, expect=409)
    first = stage.act(stage.head, application, "approve", WORDS).json
    assert first["state"] == "submitted"
    assert [d["person_name"] for d in first["deciders"]] == ["Tara Trust"]
    stage.act(stage.head, application, "approve", WORDS, expect=409)
    done = stage.act(stage.trust_slt, application, "approve", WORDS).json
    assert done["state"] == "approved" and [d["step"] for d in done["decisions"]] == [0, 1]


def test_all_of_a_step(stage):
    stage.set("application.approver_chain", [{"scope": "school", "role": "slt", "need": "all"}])
    stage.ready()
    application = stage.submitted()
    assert stage.act(stage.head, application, "approve", WORDS).json["state"] == "submitted"
    answer = stage.act(stage.head, application, "approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "not_your_turn"
    assert stage.act(stage.deputy, application, "approve", WORDS).json["state"] == "approved"


def test_duty_in_the_chain(stage):
    stage.set("application.approver_chain", [{"scope": "school", "role": "head", "need": "any"}])
    stage.ready()
    application = stage.submitted()
    stage.act(stage.deputy, application, "approve", WORDS, expect=409)
    assert stage.act(stage.head, application, "approve", WORDS).json["state"] == "approved"


def test_excluding_somebody_moves_nothing(stage):
    """An action that stays put leaves the step of the chain and the wait as they are."""
    stage.set("application.approver_chain", [{"scope": "school", "role": "slt", "need": "any"},
                                             {"scope": "tenant", "role": "slt", "need": "any"}])
    stage.ready()
    application = stage.submitted()
    first = stage.act(stage.head, application, "approve", WORDS).json
    after = stage.act(stage.deputy, application, "exclude", {
        "person_id": stage.proprietor.id, "reason": "A relative."}).json
    assert after["waiting_since"] == first["waiting_since"]
    assert [d["person_name"] for d in after["deciders"]] == ["Tara Trust"]
    assert stage.act(stage.trust_slt, application, "approve", WORDS).json["state"] == "approved"


def test_excluded_person_is_blind(stage):
    """Excluded beats everything, from that commit on, and the others decide."""
    application = stage.submitted()
    stage.act(stage.head, application, "exclude", {
        "person_id": stage.deputy.id, "reason": "Married to the applicant."})
    stage.deputy.client.get(f"{PATH}/{application['id']}", expect=404)
    assert application["id"] not in stage.deputy.client.get(PATH).text
    assert application["id"] not in stage.deputy.client.get(f"{PATH}/inbox").text
    stage.deputy.client.get(f"{PATH}/{application['id']}/history", expect=404)
    stage.act(stage.deputy, application, "reject", WORDS, expect=404)
    assert [d["person_name"] for d in stage.see(stage.head, application)["deciders"]] == ["Hal Head"]


def test_the_applicants_side_does_not_choose_its_judges(stage):
    """Neither by excluding the deciders, nor by appointing new ones since."""
    stage.ready()
    stage.attest(stage.head, by=stage.deputy)
    application = stage.submitted(by=stage.head)
    answer = stage.act(stage.head, application, "exclude", {
        "person_id": stage.deputy.id, "reason": "In my way."}, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"
    for person in (stage.head, stage.first):  # the applicant, an operator
        stage.act(stage.deputy, application, "exclude", {
            "person_id": person.id, "reason": "Blind them."}, expect=422)
    own = stage.submitted(by=stage.trust_slt)
    puppet = stage.tenant.person("Pat Puppet")
    stage.trust_slt.client.post("/v1/appointments", {
        "person_id": puppet.id, "role": "slt", "scope": "schools", "school_ids": [stage.school]}, expect=201)
    assert "Pat Puppet" not in [d["person_name"] for d in stage.see(stage.head, own)["deciders"]]
    answer = stage.act(puppet, own, "approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"


def test_two_deciders_one_decision(stage):
    """A race ends in one winner and one 409."""
    stage.ready()
    for _ in range(5):
        application = stage.submitted()
        clients = [stage.house.server.client(stage.house.token(p.login)) for p in (stage.head, stage.deputy)]
        answers = []
        threads = [threading.Thread(target=lambda c=c, a=a: answers.append(
            c.post(f"{PATH}/{application['id']}/{a}", WORDS).status))
            for c, a in zip(clients, ("approve", "reject"))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [200, 409]
        assert len(stage.see(stage.head, application)["decisions"]) == 1
