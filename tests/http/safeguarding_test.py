"""The safeguarding compartment: the DSL and whom the DSL names, at either wall alone (A8, A18)."""
import pytest

from message_test import MESSAGES, WORDS, Office

ASK = {"triage": ["safeguarding"]}


class Compartment(Office):
    def __init__(self, house):
        super().__init__(house)
        self.dsl = self.tenant.person("Dot Lead", "staff", [self.a], ["dsl"])
        self.deputy = self.tenant.person("Dan Deputy", "staff", [self.a], ["deputy_dsl"])
        self.elsewhere = self.tenant.person("Eve Elsewhere", "staff", [self.b], ["dsl"])
        self.trust = self.tenant.person("Tara Trust", "slt")
        self.head = self.tenant.person("Hal Head", "slt", [self.a], ["head"])
        self.others = [self.slt, self.trust, self.head, self.administrator, self.runner, self.staff, self.elsewhere]


@pytest.fixture(scope="module")
def school(house):
    return Compartment(house)


def blind(client, id):
    """No door shows it: not by its id, nor in a list, a count, a file or what waits."""
    path = f"{MESSAGES}/{id}"
    for below in ("", "/history", "/clocks"):
        client.get(path + below, expect=404)
    for action in ("acknowledge", "close", "triage", "assign", "exclude", "release", "handlers"):
        assert client.post(f"{path}/{action}", {
            "outcome": "hidden", "triage": [], "person_id": id, **WORDS} if action != "assign" else {}
        ).status in (403, 404, 422), action
    for target in (f"{MESSAGES}?limit=200", f"{MESSAGES}/open?limit=200", f"{MESSAGES}?safeguarding=true", "/v1/me/work"):
        for media in ("application/json", "text/csv") if "work" not in target else ("application/json",):
            assert id not in client.get(target, headers={"Accept": media}, expect=200).text


def test_what_concerns_a_child_goes_out_of_sight_at_once(school, second_wall):
    answer = school.runner.client.post(MESSAGES, school.said(text="A child told me.", **ASK), expect=202)
    assert set(answer.json) == {"id", "state"}
    for person in school.others:
        blind(person.client, answer.json["id"])
        blind(second_wall.as_(person.login), answer.json["id"])
    for person in school.dsl, school.deputy:
        seen = person.client.get(f"{MESSAGES}/{answer.json['id']}", expect=200).json
        assert seen["safeguarding"] and seen["text"] == "A child told me." and seen["recorded_name"] == "Rae Runner"


def test_triage_takes_it_out_of_sight(school):
    message = school.log()
    done = school.act(message, "triage", {"triage": ["self_generated_imagery"]}, by=school.administrator, expect=202)
    assert done.json == {"id": message["id"], "state": "open"}
    told = school.act(message, "triage", {"triage": ["self_generated_imagery"]}, by=school.administrator, expect=409)
    assert told.json["detail"] == "You have put this into the compartment: the DSL has it."
    for person in set(school.others) - {school.administrator}:
        blind(person.client, message["id"])
    school.administrator.client.get(f"{MESSAGES}/{message['id']}", expect=404)
    seen = school.dsl.client.get(f"{MESSAGES}/{message['id']}", expect=200).json
    assert seen["triage"] == ["self_generated_imagery"] and "release" in {a["name"] for a in seen["actions"]}


def test_whom_the_dsl_names_sees_it_and_it_alone(school, second_wall):
    one, other = (school.runner.client.post(MESSAGES, school.said(**ASK), expect=202).json for _ in range(2))
    named = school.act(one, "handlers", {"person_id": school.staff.id, "reason": "Form tutor."}, by=school.dsl).json
    assert [h["person_name"] for h in named["handlers"]] == ["Stan Staff"]
    for client in school.staff.client, second_wall.as_(school.staff.login):
        assert client.get(f"{MESSAGES}/{one['id']}", expect=200).json["handlers"] == named["handlers"]
        blind(client, other["id"])
    assert one["id"] in school.staff.client.get(f"{MESSAGES}?safeguarding=true", expect=200).text
    school.act(one, "acknowledge", {}, by=school.staff)
    school.act(one, "handlers", {"person_id": school.slt.id}, by=school.staff, expect=403)
    school.act(one, "release", WORDS, by=school.staff, expect=403)
    end = f"handlers/{named['handlers'][0]['handler_id']}/end"
    ended = school.act(one, end, by=school.dsl).json
    assert (ended["id"], ended["handlers"]) == (one["id"], [])
    school.act(one, end, by=school.dsl, expect=404)
    blind(school.staff.client, one["id"])
    blind(second_wall.as_(school.staff.login), one["id"])


def test_the_dsl_lets_it_out_again(school):
    message = school.runner.client.post(MESSAGES, school.said(triage=["safeguarding", "media"]), expect=202).json
    out = school.act(message, "release", WORDS, by=school.dsl).json
    assert (out["safeguarding"], out["triage"]) == (False, ["media"])
    assert school.slt.client.get(f"{MESSAGES}/{message['id']}", expect=200).json["text"] == "Why is the gate shut?"
    school.act(message, "release", WORDS, by=school.dsl, expect=403)  # it is not in the compartment
    school.act(message, "handlers", {"person_id": school.staff.id}, by=school.dsl, expect=409)


@pytest.mark.parametrize("action, body", [("acknowledge", {}), ("close", {"outcome": "no_reply_needed"})])
def test_it_is_let_out_at_whatever_stage(school, action, body):
    message = school.runner.client.post(MESSAGES, school.said(**ASK), expect=202).json
    state = school.act(message, action, body, by=school.dsl).json["state"]
    out = school.act(message, "release", WORDS, by=school.dsl).json
    assert (out["safeguarding"], out["state"]) == (False, state)


def test_an_excluded_dsl_is_blind_as_well(school, second_wall):
    message = school.runner.client.post(MESSAGES, school.said(**ASK), expect=202).json
    school.act(message, "exclude", {"person_id": school.deputy.id, **WORDS}, by=school.dsl)
    blind(school.deputy.client, message["id"])
    blind(second_wall.as_(school.deputy.login), message["id"])


def test_a_dsl_of_the_trust_sees_every_school(school):
    message = school.runner.client.post(MESSAGES, school.said(**ASK), expect=202).json
    lead = school.tenant.person("Tess Trustlead", "staff", (), ["dsl"])
    lead.client.get(f"{MESSAGES}/{message['id']}", expect=200)


def test_whoever_holds_nothing_any_more_sees_nothing(school, second_wall):
    """What they recorded, worked on or were named for, with the first wall off."""
    gone = school.tenant.person("Gil Gone", "staff", [school.a])
    school.slt.client.post(f"/v1/channels/{school.channel}/grants", {"access": "poster", "person_id": gone.id}, expect=200)
    recorded, named = school.log(by=gone), school.log(by=gone, **ASK, expect=202)
    school.act(named, "handlers", {"person_id": gone.id}, by=school.dsl)
    for message in recorded, named:
        gone.client.get(f"{MESSAGES}/{message['id']}", expect=200)
    school.house.sql("UPDATE appointment SET state = 'ended' WHERE person_id = %s", gone.id)
    school.house.forget(gone.login)
    client = second_wall.as_(gone.login)
    for message in recorded, named:
        client.get(f"{MESSAGES}/{message['id']}", expect=404)
    assert client.get(MESSAGES, expect=200).json["data"] == []
