"""The safeguarding compartment: the DSL and whom the DSL names, at either wall alone (A8, A18)."""
import uuid

import pytest

from message_test import MESSAGES, WORDS, Office, clock
from refusal import refused

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
    assert set(answer.json) == {"id", "state", "safeguarders"}
    for person in school.others:
        blind(person.client, answer.json["id"])
        blind(second_wall.as_(person.login), answer.json["id"])
    for person in school.dsl, school.deputy:
        seen = person.client.get(f"{MESSAGES}/{answer.json['id']}", expect=200).json
        assert seen["safeguarding"] and seen["text"] == "A child told me." and seen["recorded_name"] == "Rae Runner"


def test_triage_takes_it_out_of_sight(school):
    message = school.log()
    done = school.act(message, "triage", {"triage": ["self_generated_imagery"]}, by=school.administrator, expect=202)
    assert done.json == {"id": message["id"], "state": "open", "safeguarders": 2}
    told = school.act(message, "triage", {"triage": ["self_generated_imagery"]}, by=school.administrator, expect=409)
    assert told.json["detail"] == "You have put this into the compartment: the DSL has it."
    for person in set(school.others) - {school.administrator}:
        blind(person.client, message["id"])
    school.administrator.client.get(f"{MESSAGES}/{message['id']}", expect=404)
    seen = school.dsl.client.get(f"{MESSAGES}/{message['id']}", expect=200).json
    assert seen["triage"] == ["self_generated_imagery"] and "release" in {a["name"] for a in seen["actions"]}


def test_whom_it_names_is_still_known_there(school):
    message = school.log(about_name="Tim of 4B")
    school.act(message, "triage", ASK, expect=202)
    assert school.dsl.client.get(f"{MESSAGES}/{message['id']}", expect=200).json["about_name"] == "Tim of 4B"
    school.act(message, "triage", {**ASK, "about_name": "Tom of 4B"}, by=school.dsl, expect=202)
    assert school.dsl.client.get(f"{MESSAGES}/{message['id']}", expect=200).json["about_name"] == "Tom of 4B"


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
    told = school.dsl.client.get(f"{MESSAGES}/{one['id']}/history", expect=200).json["data"]
    assert [(r["action"], r["actor_name"], r["note"]) for r in told if "handler" in r["action"]] == [
        ("name_handler", "Dot Lead", "Stan Staff: Form tutor."), ("end_handler", "Dot Lead", "Stan Staff")]
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


def test_whoever_reads_no_message_is_not_named(school):
    """They would be named and see nothing."""
    message = school.runner.client.post(MESSAGES, school.said(**ASK), expect=202).json
    path = f"{MESSAGES}/{message['id']}/handlers"
    clerk = school.tenant.person("Cleo Clerk", "governor", [school.a], ["clerk"])
    for person in school.tenant.person("Gus Governor", "governor", [school.a]), clerk, school.tenant.person("Nell None"):
        answer = refused(school.dsl.client.post(path, {"person_id": person.id}), 422, "invalid", ["/person_id"])
        assert "would not see it" in answer["errors"][0]["detail"]
    for person in school.dpo, school.head, school.deputy:
        school.dsl.client.post(path, {"person_id": person.id}, expect=200)
        person.client.get(f"{MESSAGES}/{message['id']}", expect=200)


def test_only_the_dsl_says_that_it_is_no_such_imagery(school, second_wall):
    """It takes no file as long as it is."""
    message = school.runner.client.post(MESSAGES, school.said(triage=["self_generated_imagery"]), expect=202).json
    path = f"{MESSAGES}/{message['id']}/triage"
    school.act(message, "handlers", {"person_id": school.staff.id}, by=school.dsl)
    for words in [], ["safeguarding"]:
        for client in school.staff.client, second_wall.as_(school.staff.login):
            client.post(path, {"triage": words}, expect=403)
    school.staff.client.post(path, {"triage": ["self_generated_imagery", "media"]}, expect=202)
    school.dsl.client.post(path, ASK, expect=202)
    school.staff.client.post(path, {"triage": []}, expect=200)


def test_what_nobody_would_see_is_not_put_there(house):
    """Every DSL and deputy is excluded: it stays where others see it."""
    school = Compartment(house)
    message = school.log()
    for person in school.dsl, school.deputy:
        school.act(message, "exclude", {"person_id": person.id, **WORDS})
    for body in ASK, {"triage": ["self_generated_imagery"]}:
        answer = refused(school.act(message, "triage", body, expect=409), 409, "blocked")
        assert "appoint another deputy" in answer["detail"]
    assert school.slt.client.get(f"{MESSAGES}/{message['id']}", expect=200).json["triage"] is None
    other = school.tenant.person("Dora Deputy", "staff", [school.a], ["deputy_dsl"])
    school.act(message, "triage", ASK, expect=202)
    other.client.get(f"{MESSAGES}/{message['id']}", expect=200)


def test_what_is_out_of_sight_since_is_not_shown_again(house):
    """Put into the compartment, or concerning whoever did it: the earlier answer goes with it."""
    school = Compartment(house)
    key, said = {"Idempotency-Key": str(uuid.uuid4())}, school.said(text="A canary said it.")
    message = school.runner.client.post(MESSAGES, said, headers=key, expect=201).json
    assert school.runner.client.post(MESSAGES, said, headers=key, expect=201).json == message
    school.act(message, "triage", {"triage": ["safeguarding"]}, expect=202)
    assert "canary" not in str(refused(school.runner.client.post(MESSAGES, said, headers=key), 409, "standing-changed"))
    message = school.log(triage=["freedom_of_information"])
    path = f"{MESSAGES}/{message['id']}/clocks/{clock(message, 'freedom_of_information')['id']}/stop"
    body = {"stop": "fulfilled", "reason": "Answered by letter."}
    for _ in range(2):
        school.administrator.client.post(path, body, headers=key, expect=200)
    school.act(message, "exclude", {"person_id": school.administrator.id, "reason": "It is about her."})
    refused(school.administrator.client.post(path, body, headers=key), 409, "standing-changed")
    asked = school.said(triage=["safeguarding"])
    first = school.runner.client.post(MESSAGES, asked, headers={"Idempotency-Key": "out of sight at once"}, expect=202)
    again = school.runner.client.post(MESSAGES, asked, headers={"Idempotency-Key": "out of sight at once"}, expect=202)
    assert again.body == first.body


def test_a_school_with_nobody_for_it_hears_so(house):
    """What concerns a child is kept all the same: whoever is appointed then finds it."""
    tenant = house.fresh_tenant()
    slt = tenant.person("Sol Lead", "slt", [tenant.schools[0]])
    said = {"school_id": tenant.schools[0], "kind": "complaint", "source": "phone", "received_at": "2026-11-20T16:30:00Z", "text": "A child", **ASK}
    message = slt.client.post(MESSAGES, said, expect=202).json
    assert message["safeguarders"] == 0
    dsl = tenant.person("Dee Lead", "staff", [tenant.schools[0]], ["dsl"])
    assert dsl.client.get(f"{MESSAGES}/{message['id']}", expect=200).json["safeguarding"]
    assert slt.client.post(MESSAGES, said, expect=202).json["safeguarders"] == 1
