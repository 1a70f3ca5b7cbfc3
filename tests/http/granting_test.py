"""Who may appoint whom over HTTP, the second person, and a tenant that nobody leads."""
import itertools

import pytest

from agreement import agrees, flow
from days import day
from refusal import refused, unchanged

PATH = "/v1/appointments"
numbers = itertools.count(1)  # names of people are e-mail addresses as well


@pytest.fixture(scope="module")
def cast(tenant):
    one = tenant.schools[:1]
    return {
        "trust slt": tenant.person("Tia Trust", "slt"),
        "school slt": tenant.person("Sia School", "slt", one),
        "administrator": tenant.person("Ada Admin", "administrator", one),
        "staff": tenant.person("Sol Staff", "staff", one),
        "chair": tenant.person("Che Chair", "governor", [], ["chair"]),
        "hr": tenant.person("Hro Hr", "staff", [], ["hr"]),
    }


def body(person, role, duties=(), schools=(), **more):
    shape = {"person_id": person.id, "role": role, "duties": list(duties), "school_ids": schools,
             "scope": "schools" if schools else "tenant", **more}
    return {name: value for name, value in shape.items() if value != ()}


def grant(by, *args, expect=201, **more):
    return by.client.post(PATH, body(*args, **more), expect=expect)


# granter, role, duties, where, answer: the state of what was granted, or why not
TABLE = [
    ("trust slt", "slt", [], "tenant", "active"),
    ("trust slt", "slt", ["head"], "one", "active"),
    ("trust slt", "governor", ["proprietor"], "tenant", "active"),
    ("trust slt", "staff", ["auditor"], "tenant", "proposed"),
    ("trust slt", "staff", ["dpo", "clerk"], "tenant", "proposed"),
    ("school slt", "administrator", [], "one", "active"),
    ("school slt", "staff", ["dsl"], "one", "proposed"),
    ("school slt", "staff", ["hr"], "one", "proposed"),
    ("school slt", "governor", ["chair"], "one", "active"),
    ("school slt", "slt", [], "one", "forbidden"),
    ("school slt", "staff", ["head"], "one", "forbidden"),
    ("school slt", "staff", ["dpo"], "one", "forbidden"),
    ("school slt", "staff", [], "two", "forbidden"),
    ("school slt", "staff", [], "both", "forbidden"),
    ("school slt", "staff", [], "tenant", "forbidden"),
    ("administrator", "staff", [], "one", "active"),
    ("administrator", "staff", ["dsl"], "one", "forbidden"),
    ("administrator", "administrator", [], "one", "forbidden"),
    ("administrator", "governor", [], "one", "forbidden"),
    ("administrator", "staff", [], "two", "forbidden"),
    ("staff", "staff", [], "one", "forbidden"),
    ("hr", "staff", [], "one", "forbidden"),
    ("chair", "slt", [], "tenant", "forbidden"),
    ("chair", "staff", [], "one", "forbidden"),
]


@pytest.mark.parametrize("granter, role, duties, where, answer", TABLE)
def test_may_grant(house, tenant, cast, granter, role, duties, where, answer):
    one, two = tenant.schools
    schools = {"tenant": [], "one": [one], "two": [two], "both": [one, two]}[where]
    person = tenant.person(f"Gil {next(numbers)}", schools=schools)
    if answer == "forbidden":
        with unchanged(house):
            refused(grant(cast[granter], person, role, duties, schools, expect=403), 403,
                    "forbidden")
        return
    granted = grant(cast[granter], person, role, duties, schools).json
    assert granted["state"] == answer and granted["granted_by"] == cast[granter].id
    assert sorted(s["id"] for s in granted["schools"]) == sorted(schools)


def test_nobody_grants_to_themselves(house, tenant, cast):
    with unchanged(house):
        for role, duties in (("administrator", []), ("staff", ["hr"])):
            refused(grant(cast["trust slt"], cast["trust slt"], role, duties, expect=409), 409,
                    "conflicted")


def test_a_second_person_confirms(house, tenant, cast):
    first = cast["trust slt"]
    second, holder = tenant.person("Sec Second", "slt"), tenant.person("Hol Holder", "slt")
    granted = grant(first, holder, "staff", ["dpo"], reason="New data protection officer").json
    path = f"{PATH}/{granted['id']}"
    assert granted["state"] == "proposed" and not granted["current"]
    for person in (first, holder):
        seen = person.client.get(path).json
        assert "confirm" not in [a["name"] for a in seen["actions"]]
        assert [b["code"] for b in seen["blockers"] if b["action"] == "confirm"] == [
            "conflict_of_interest"]
        with unchanged(house):
            problem = refused(person.client.post(f"{path}/confirm", {}), 409, "conflicted")
        assert problem["blockers"] == [b for b in seen["blockers"] if b["action"] == "confirm"]
    assert "confirm" in [a["name"] for a in second.client.get(path).json["actions"]]
    done = second.client.post(f"{path}/confirm", {"reason": "Checked"}, expect=200).json
    assert done["state"] == "active" and done["confirmed_by"] == second.id
    assert done["confirmed_name"] == "Sec Second" and done["current"]
    history = second.client.get(f"{path}/history").json["data"]
    assert [(h["action"], h["from_state"], h["to_state"], h["actor_name"]) for h in history] == [
        ("grant", None, "proposed", "Tia Trust"), ("confirm", "proposed", "active", "Sec Second")]
    refused(second.client.post(f"{path}/confirm", {}), 409, "wrong-state")


def test_a_proposal_can_be_declined(house, tenant, cast):
    person = tenant.person("Dec Declined", schools=tenant.schools[:1])
    granted = grant(cast["school slt"], person, "staff", ["dsl"], tenant.schools[:1]).json
    path = f"{PATH}/{granted['id']}"
    for name in ("administrator", "staff"):
        with unchanged(house):
            answer = cast[name].client.post(f"{path}/decline", {})
            assert answer.status in (403, 404), answer
    declined = cast["trust slt"].client.post(f"{path}/decline", {"reason": "Not yet"}, expect=200)
    assert declined.json["state"] == "declined"
    assert person.client.get("/v1/me").json["appointments"] == []


def test_ending_follows_the_same_table(house, tenant, cast):
    held = grant(cast["trust slt"], tenant.person("Bos Boss", schools=tenant.schools[:1]), "slt",
                 [], tenant.schools[:1]).json
    path = f"{PATH}/{held['id']}/end"
    for name in ("school slt", "administrator", "staff"):
        with unchanged(house):
            refused(cast[name].client.post(path, {}), 403, "forbidden")
    ended = cast["hr"].client.post(path, {"reason": "Left the profession"}, expect=200).json
    assert ended["state"] == "ended" and not ended["current"]


def test_what_ends_is_felt_at_once(tenant, cast):
    """The token in hand says what was held: it counts no more."""
    person = tenant.person("Ove Over", schools=tenant.schools[:1])
    granted = grant(cast["trust slt"], person, "administrator", [], tenant.schools[:1]).json
    token = person.client
    token.get("/v1/people", expect=200)
    cast["trust slt"].client.post(f"{PATH}/{granted['id']}/end", {}, expect=200)
    refused(token.get("/v1/people"), 401, "unauthenticated")


def test_what_is_given_is_felt_at_once(house, tenant, cast):
    """The token in hand says less than what is now held: a new one says all of it."""
    person = tenant.person("Gia Given", "staff", tenant.schools[:1])
    person.client.get("/v1/people", expect=200)
    grant(cast["trust slt"], person, "administrator", [], tenant.schools[:1])
    refused(person.client.get("/v1/people"), 401, "unauthenticated")
    house.forget(person.login)
    told = house.as_(person.login).get("/v1/me", expect=200).json["permissions"]
    assert "team_write" in {row["permission"] for row in told}


def test_one_school_or_more_follow_the_person(house, tenant, cast):
    one, two = tenant.schools
    person = tenant.person("Hom Home", schools=[one])
    refused(grant(cast["trust slt"], person, "staff", [], [two], expect=422), 422, "invalid",
            ["/person_id"])
    refused(grant(cast["trust slt"], person, "staff", [], [one], scope="tenant", expect=422), 422,
            "invalid", ["/school_ids"])


def test_days_in_their_order(house, tenant, cast):
    person = tenant.person("Day Days")
    with unchanged(house):
        refused(grant(cast["trust slt"], person, "staff", from_on="2026-10-02", to_on="2026-10-01",
                      expect=422), 422, "invalid", ["/to_on"])
    past = grant(cast["trust slt"], person, "staff", from_on="2026-10-01", to_on="2026-10-02")
    future = grant(cast["trust slt"], person, "staff", from_on="2100-01-01")
    assert past.json["current"] is False and future.json["current"] is False
    assert person.client.get("/v1/me", expect=200).json["appointments"] == []


@pytest.mark.parametrize("duty", ["chair", "proprietor"])
def test_a_tenant_without_a_decider_has_a_way_out(house, duty):
    tenant = house.fresh_tenant("school")
    last = tenant.person("Las Last", "slt", [], ["head"])
    hr = tenant.person("Hal Hr", "staff", [], ["hr"])
    chair = tenant.person("Cat Chair", "governor", [], [duty])
    staff = tenant.person("Sid Staff", "staff")
    heir = tenant.person("Hei Heir")
    seen = staff.client.get("/v1/tenant", expect=200).json
    assert seen["no_decider"] is False and seen["way_out"] is None
    refused(grant(chair, heir, "slt", ["head"], expect=403), 403, "forbidden")
    hr.client.post(f"/v1/people/{last.id}/leave", {"left_on": "2026-03-01"}, expect=200)
    seen = staff.client.get("/v1/tenant", expect=200).json
    assert seen["no_decider"] is True and "chair" in seen["way_out"]
    with unchanged(house):
        refused(grant(staff, heir, "slt", [], expect=403), 403, "forbidden")
        refused(grant(chair, heir, "administrator", [], expect=403), 403, "forbidden")
        refused(grant(chair, heir, "slt", ["dpo"], expect=403), 403, "forbidden")
        refused(grant(chair, chair, "slt", [], expect=409), 409, "conflicted")
    assert grant(chair, heir, "slt", ["head"]).json["state"] == "active"
    seen = heir.client.get("/v1/tenant", expect=200).json
    assert seen["no_decider"] is False and seen["way_out"] is None
    refused(grant(chair, staff, "slt", [], expect=403), 403, "forbidden")


def test_hr_ends_only_in_its_own_schools(house):
    tenant = house.fresh_tenant()
    here, there = tenant.schools
    person = tenant.person("Hera Hr", "staff", [here], ["hr"], school=None)
    house.sql("UPDATE person SET school_id = NULL WHERE id = %s", person.id)
    person.appoint("administrator", [there])
    for school, status in ((here, 200), (there, 403)):
        slt = tenant.person(f"Sol {school[:8]}", "slt", [school])
        appointment = house.sql("SELECT id::text FROM appointment WHERE person_id = %s", slt.id)[0]["id"]
        person.client.post(f"/v1/appointments/{appointment}/end", {}, expect=status)
        tenant.person(f"Spare {school[:8]}", "slt", [school])
        person.client.post(f"/v1/people/{slt.id}/leave", {"left_on": "2026-01-01"}, expect=status)


@pytest.mark.parametrize("who", ["trust slt", "school slt", "administrator", "chair", "hr"])
def test_actions_are_what_then_happens(house, tenant, cast, who):
    """For every state and kind of appointment: who may not end it is not offered to."""
    client = cast[who].client
    kinds = [("slt", [], 1), ("administrator", [], 1), ("staff", [], 1), ("staff", [], 2),
             ("staff", ["dsl"], 1), ("governor", ["proprietor"], 0)]
    for (role, duties, places), state in itertools.product(kinds, ["proposed", "active", "ended", "declined"]):
        for action in [step["action"] for step in flow(house, "appointment")]:
            person = tenant.person(f"Ned {next(numbers)}", role, tenant.schools[:places], duties)
            id = house.sql("UPDATE appointment SET state = %s WHERE person_id = %s RETURNING id::text",
                           state, person.id)[0]["id"]
            answer = client.get(f"{PATH}/{id}")
            if answer.status == 200:
                agrees(answer.json, action, client.post(f"{PATH}/{id}/{action}", {}), who)


def test_nothing_is_granted_beyond_the_last_day(house):
    """Whoever leaves on a day that lies ahead holds nothing after it."""
    tenant = house.fresh_tenant()
    slt, leaver = tenant.person("Sal Slt", "slt"), tenant.person("Lea Leaver")
    slt.client.post(f"/v1/people/{leaver.id}/leave", {"left_on": day(5)}, expect=200)
    grant = {"person_id": leaver.id, "role": "staff", "scope": "tenant"}
    for to_on, held in (None, day(5)), (day(90), day(5)), (day(3), day(3)):
        made = slt.client.post("/v1/appointments", {
            **grant, **({"to_on": to_on} if to_on else {})}, expect=201).json
        assert made["to_on"] == held
    refused(slt.client.post("/v1/appointments", {**grant, "from_on": day(6)}), 422, "invalid")
