"""Who judges an application is not for the applicant's side to choose, by any number of steps."""
import uuid

import pytest

from application import PATH, WORDS, Stage
from days import day
from refusal import refused, unchanged


@pytest.fixture
def stage(house):
    stage = Stage(house)
    stage.ready()
    return stage


def appoint(granter, person, **scope):
    granter.client.post("/v1/appointments", {
        "person_id": person.id, "role": "slt", **(scope or {"scope": "tenant"})}, expect=201)


def chain_of_puppets(stage):
    """The applicant appoints one since the draft, who appoints another."""
    application = stage.submitted(by=stage.trust_slt)
    first, second = (stage.tenant.person(name) for name in ("Pat Puppet", "Quin Puppet"))
    appoint(stage.trust_slt, first)
    appoint(first, second, scope="schools", school_ids=[stage.school])
    return application, first, second


def test_whom_an_appointee_appoints_does_not_decide(stage):
    application, _, second = chain_of_puppets(stage)
    seen = stage.see(stage.head, application)
    assert {d["person_name"] for d in seen["deciders"]} == {"Hal Head", "Dee Deputy"}
    assert {d["conflict"] for d in seen["conflicted"]} == {"appointed_by_applicant"}
    answer = stage.act(second, application, "approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"
    stage.act(stage.head, application, "approve", WORDS)


def test_an_accomplice_of_shortly_before_does_not_decide(stage):
    """Appointed first, and the draft a moment later."""
    puppet = stage.tenant.person("Pat Puppet")
    appoint(stage.trust_slt, puppet, scope="schools", school_ids=[stage.school])
    application = stage.submitted(by=stage.trust_slt)
    answer = stage.act(puppet, application, "approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"
    answer = stage.act(puppet, application, "exclude", {
        "person_id": stage.deputy.id, "reason": "In our way."}, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"
    stage.act(stage.head, application, "approve", WORDS)


@pytest.mark.parametrize("role, capacity", [("slt", "slt"), ("governor", "substitute:chair")])
def test_whoever_has_stood_for_long_decides(house, role, capacity):
    """A small school: one SLT, who appointed everybody else."""
    stage = Stage(house, "school")
    stage.ready()
    stage.set("application.substitute_decider", ["chair"])
    house.sql("UPDATE appointment SET state = 'ended' WHERE person_id = ANY (%s::uuid[])",
              [p.id for p in (stage.deputy, stage.chair, stage.proprietor)])
    judge = stage.tenant.person("Jo Judge")
    stage.head.client.post("/v1/appointments", {
        "person_id": judge.id, "role": role, "scope": "tenant",
        "duties": ["chair"] if role == "governor" else []}, expect=201)
    house.sql("UPDATE appointment SET created_at = now() - interval '29 days' WHERE person_id = %s", judge.id)
    application = stage.submitted(by=stage.head)
    assert stage.see(stage.head, application)["deciders"] == []
    stage.act(stage.head, application, "withdraw")
    house.sql("UPDATE appointment SET created_at = now() - interval '31 days' WHERE person_id = %s", judge.id)
    application = stage.submitted(by=stage.head)
    stage.act(judge, application, "approve", WORDS)
    assert stage.see(stage.head, application)["decisions"][0]["capacity"] == capacity


def test_whoever_appointed_decides_on_what_the_new_one_applies_for(stage):
    """On the first day as well."""
    fellow = stage.tenant.person("Fay Fellow")
    appoint(stage.trust_slt, fellow, scope="schools", school_ids=[stage.school])
    application = stage.submitted(by=fellow)
    stage.act(stage.head, application, "approve", WORDS)


def test_an_appointee_of_somebody_else_decides(stage):
    """Whoever held it before keeps their word, and so do those whom they appoint."""
    honest, other = stage.tenant.person("Hon Est", "slt"), stage.tenant.person("Other Judge")
    application = stage.submitted(by=stage.trust_slt)
    appoint(honest, other, scope="schools", school_ids=[stage.school])
    assert "Other Judge" in {d["person_name"] for d in stage.see(stage.head, application)["deciders"]}
    stage.act(other, application, "approve", WORDS)


def test_an_appointee_excludes_nobody(stage):
    application, first, second = chain_of_puppets(stage)
    for puppet in first, second:
        answer = stage.act(puppet, application, "exclude", {
            "person_id": stage.deputy.id, "reason": "In our way."}, expect=409).json
        assert answer["blockers"][0]["code"] == "conflict_of_interest"
        assert "exclude" not in {a["name"] for a in stage.see(puppet, application)["actions"]}
    stage.act(stage.head, application, "exclude", {
        "person_id": stage.deputy.id, "reason": "A relative."})


def test_a_second_appointment_takes_nobodys_word(stage):
    """An SLT of before whom the applicant gives something more may still judge and exclude."""
    application = stage.submitted(by=stage.trust_slt)
    stage.trust_slt.client.post("/v1/appointments", {
        "person_id": stage.deputy.id, "role": "slt", "scope": "schools",
        "school_ids": [stage.school]}, expect=201)
    stage.house.forget(stage.deputy.login)
    stage.act(stage.deputy, application, "exclude", {
        "person_id": stage.proprietor.id, "reason": "A relative."})
    stage.act(stage.deputy, application, "approve", WORDS)


def test_no_access_for_whoever_has_left_since(stage):
    """Between the approval and the account: a leaver gets no grant, nor one beyond the last day."""
    application = stage.submitted()
    stage.act(stage.head, application, "approve", WORDS)
    for person, last in (stage.first, day(-1)), (stage.second, day(5)):
        stage.house.sql("UPDATE person SET left_on = %s WHERE id = %s", last, person.id)
    made = stage.act(stage.admin, application, "record-account", {
        "handle": f"@{uuid.uuid4().hex[:12]}", "url": "https://x.example/left",
        "account_created_on": day(0)}).json
    channel = stage.admin.client.get(f"/v1/channels/{made['channel_id']}", expect=200).json
    assert [(g["holder"], g["until_on"]) for g in channel["grants"]] == [("Sid Second", day(5))]


def test_why_somebody_is_excluded_is_for_those_who_judge(stage):
    """The reason stands in the history: not for the applicant, nor for an operator."""
    application = stage.submitted()
    why = f"A matter of {uuid.uuid4().hex}"
    stage.act(stage.head, application, "exclude", {"person_id": stage.deputy.id, "reason": why})
    stage.act(stage.trust_slt, application, "exclude", {"person_id": stage.proprietor.id, "reason": why})
    paths = [f"{PATH}/{application['id']}{tail}" for tail in ("", "/history", "/revisions", "/readiness")]
    assert why in stage.head.client.get(paths[1], expect=200).text
    for person in stage.applicant, stage.first:
        for path in paths:
            assert why not in person.client.get(path, expect=200).text
        history = person.client.get(paths[1]).json["data"]
        assert [h["action"] for h in history] == ["draft", "submit"]


def test_nobody_is_excluded_twice(stage):
    application = stage.submitted()
    body = {"person_id": stage.deputy.id, "reason": "A relative."}
    stage.act(stage.head, application, "exclude", body)
    with unchanged(stage.house):
        again = stage.act(stage.head, application, "exclude", {**body, "reason": "Another."}, expect=409)
        refused(again, 409, "wrong-state")
        assert "Dee Deputy is excluded already" in again.json["detail"]


def test_whoever_the_applicant_let_in_does_not_decide(stage):
    """An SLT of long ago who never signed in: the applicant gives them an address of their own,
    invites them, and would be their own judge."""
    client, dormant = stage.trust_slt.client, stage.deputy
    dormant.appoint("slt")
    stage.house.sql("UPDATE person SET identity_id = NULL WHERE id = %s", dormant.id)
    application = stage.submitted(by=stage.trust_slt)
    path = f"/v1/people/{dormant.id}"
    client.patch(path, {"email": f"mine@{stage.tenant.mark}.example"},
                 headers={"If-Match": client.get(path).etag}, expect=200)
    token = client.post(f"{path}/invite", {}, expect=201).json["invitation_token"]
    answer = stage.house.http.post("/v1/auth/accept-invitation", {
        "invitation_token": token, "password": "thimble-orchard-gravel-81"}, expect=200).json
    puppet = stage.house.server.client(answer["access_token"])
    seen = puppet.get(f"{PATH}/{application['id']}", expect=200).json
    assert [d["person_name"] for d in seen["deciders"]] == ["Hal Head"]
    answer = puppet.post(f"{PATH}/{application['id']}/approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"
    second = stage.tenant.person("Quin Puppet")
    puppet.post("/v1/appointments", {"person_id": second.id, "role": "slt", "scope": "schools",
                                     "school_ids": [stage.school]}, expect=201)
    answer = stage.act(second, application, "approve", WORDS, expect=409).json
    assert answer["blockers"][0]["code"] == "conflict_of_interest"
    stage.act(stage.head, application, "approve", WORDS)


def test_whom_somebody_else_let_in_decides(stage):
    """An invitation by another, and one by the applicant from before the term."""
    stage.house.sql("UPDATE appointment SET created_at = now() - interval '1 year' WHERE person_id = %s",
                    stage.deputy.id)
    for inviter, days in (stage.head, 0), (stage.trust_slt, 31):
        stage.house.sql("DELETE FROM invitation WHERE tenant_id = %s", stage.tenant.id)
        stage.house.sql("INSERT INTO invitation (tenant_id, id, person_id, token_hash, invited_by, expires_at,"
                        " accepted_at) VALUES (%s, %s, %s, sha256(%s), %s, now(), now() - %s * interval '1 day')",
                        stage.tenant.id, str(uuid.uuid4()), stage.deputy.id, uuid.uuid4().bytes, inviter.id, days)
        application = stage.submitted(by=stage.trust_slt)
        stage.act(stage.deputy, application, "approve", WORDS)
