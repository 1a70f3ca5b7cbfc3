"""Posts (H4, H5): held by people for a time, while what was granted to the post stays."""
import datetime

import pytest

from days import day, today


@pytest.fixture(scope="module")
def tenant(house):
    tenant = house.fresh_tenant()
    school = tenant.schools[0]
    tenant.slt = tenant.person("Sal Slt", "slt", [school])
    tenant.trust_slt = tenant.person("Tom Trust", "slt")
    tenant.admin = tenant.person("Ada Admin", "administrator", [school])
    tenant.hr = tenant.person("Hal Hr", "staff", [school], ["hr"])
    tenant.staff = tenant.person("Sky Staff", "staff", [school])
    tenant.governor = tenant.person("Gil Governor", "governor", [school])
    tenant.elsewhere = tenant.person("Els Where", "staff", [tenant.schools[1]])
    return tenant


@pytest.fixture
def people(tenant):
    """Two more of the school, who may be anything."""
    return [tenant.person(f"{name} {tenant.house.sql('SELECT gen_random_uuid()::text AS u')[0]['u'][:6]}",
                          "staff", [tenant.schools[0]]) for name in ("Old", "New")]


def add_post(tenant, name, who=None, school=0, **more):
    place = {} if school is None else {"school_id": tenant.schools[school]}
    return (who or tenant.slt).client.post("/v1/posts", {"name": name, **place, **more}, expect=201).json


def put(tenant, post, person, expect=200, who=None, **more):
    return (who or tenant.slt).client.post(f"/v1/posts/{post['id']}/members",
                                           {"person_id": person.id, **more}, expect=expect)


def end(tenant, post, membership, expect=200, **body):
    return tenant.slt.client.post(f"/v1/posts/{post['id']}/members/{membership}/end", body, expect=expect)


def names(members):
    return [member["person_name"] for member in members]


def held(tenant, person):
    return [post["id"] for post in tenant.slt.client.get(f"/v1/people/{person.id}", expect=200).json["posts"]]


def add_channel(house, tenant, school=0):
    return house.sql("INSERT INTO channel (tenant_id, id, school_id, state, platform, source) VALUES"
                     " (%s, gen_random_uuid(), %s, 'active', 'youtube', 'register') RETURNING id::text",
                     tenant.id, None if school is None else tenant.schools[school])[0]["id"]


def give(tenant, channel, access, expect=200, who=None, **holder):
    return (who or tenant.slt).client.post(f"/v1/channels/{channel}/grants", {"access": access, **holder},
                                           expect=expect)


def flags(tenant, channel, who=None):
    return set((who or tenant.slt).client.get(f"/v1/channels/{channel}", expect=200).json["flags"])


def holders(tenant, channel, who=None):
    """{access: names} of a channel at present."""
    grants = (who or tenant.slt).client.get(f"/v1/channels/{channel}", expect=200).json["grants"]
    return {grant["access"]: [holder["name"] for holder in grant["holders"]] for grant in grants}


def test_post_is_made_renamed_and_found(tenant):
    post = add_post(tenant, "Principal", kind="head")
    assert (post["school_id"], post["kind"], post["members"], post["grants"]) == (
        tenant.schools[0], "head", [], [])
    answer = tenant.slt.client.post("/v1/posts", {"name": "PRINCIPAL", "school_id": tenant.schools[0]}, expect=409)
    assert answer.json["type"].endswith("/already-exists")
    assert answer.json["detail"] == "There is a post of this name already."
    add_post(tenant, "Principal", tenant.trust_slt, school=1)
    etag = tenant.slt.client.get(f"/v1/posts/{post['id']}").etag
    post = tenant.slt.client.patch(f"/v1/posts/{post['id']}", {"name": "Head of School"},
                                   headers={"If-Match": etag}, expect=200).json
    assert post["name"] == "Head of School" and post["version"] == 2
    found = tenant.slt.client.get("/v1/posts?kind=head&name=Head+of+School", expect=200).json["data"]
    assert [row["id"] for row in found] == [post["id"]]


def test_one_person_at_a_time_unless_shared(tenant, people):
    post, (old, new) = add_post(tenant, "Librarian"), people
    shown = put(tenant, post, old, from_on=day(-30)).json
    assert names(shown["members"]) == [old.name]
    refused = put(tenant, post, new, expect=409).json
    assert old.name in refused["detail"] and "shared" in refused["detail"]
    put(tenant, post, old, expect=409, shared=True)
    assert names(put(tenant, post, new, shared=True).json["members"]) == [old.name, new.name]
    assert held(tenant, new) == [post["id"]]


def test_only_the_present_counts(tenant, people):
    """Neither who was nor who will be holds the post now."""
    post, (old, new) = add_post(tenant, "Clerk"), people
    shown = put(tenant, post, old, from_on=day(-30), until_on=day(-1)).json
    assert shown["members"] == []
    shown = put(tenant, post, new, from_on=day(1)).json
    assert shown["members"] == [] and held(tenant, old) == held(tenant, new) == []
    rows = tenant.slt.client.get(f"/v1/posts/{post['id']}/members", expect=200).json["data"]
    assert [(row["person_name"], row["current"]) for row in rows] == [(new.name, False), (old.name, False)]
    put(tenant, post, old, expect=409, from_on=day(-60))
    assert names(put(tenant, post, old, from_on=day(0), until_on=day(0)).json["members"]) == [old.name]


def test_ending_is_at_once_or_on_a_day(tenant, people):
    post, (old, new) = add_post(tenant, "Bursar"), people
    first = put(tenant, post, old, from_on=day(-9)).json["members"][0]["membership_id"]
    shown = end(tenant, post, first, until_on=day(5), reason="Retires").json
    assert shown["members"][0]["until_on"] == day(5)
    refused = end(tenant, post, first, expect=422, until_on=day(6)).json
    assert refused["errors"][0]["pointer"] == "/until_on"
    assert end(tenant, post, first).json["members"] == []
    end(tenant, post, first, expect=409)
    later = put(tenant, post, new, from_on=day(10)).json
    assert later["members"] == []
    rows = tenant.slt.client.get(f"/v1/posts/{post['id']}/members").json["data"]
    end(tenant, post, rows[0]["id"])  # before it began
    put(tenant, post, new, from_on=day(10))
    history = tenant.slt.client.get(f"/v1/posts/{post['id']}/history", expect=200).json["data"]
    assert [(h["action"], h["person_name"], h["actor_name"], h["note"]) for h in history[:3]] == [
        ("add", old.name, "Sal Slt", None), ("end", old.name, "Sal Slt", "Retires"),
        ("end", old.name, "Sal Slt", None)]


@pytest.mark.parametrize("body,pointer", [
    ({"from_on": day(3), "until_on": day(2)}, "/until_on"), ({"person_id": None}, "/person_id")])
def test_faults_are_named(tenant, people, body, pointer):
    post = add_post(tenant, f"Faulty {people[0].id}")
    body = {"person_id": people[0].id, **body}
    if body["person_id"] is None:
        body["person_id"] = tenant.elsewhere.id  # out of sight of this school
    answer = tenant.slt.client.post(f"/v1/posts/{post['id']}/members", body, expect=422)
    assert [fault["pointer"] for fault in answer.json["errors"]] == [pointer]


def test_nobody_adds_themselves(house, tenant):
    post, channel = add_post(tenant, "Webmaster"), add_channel(house, tenant)
    answer = put(tenant, post, tenant.slt, expect=409)
    assert answer.json["type"].endswith("/conflicted")
    answer = give(tenant, channel, "admin", person_id=tenant.slt.id, expect=409)
    assert answer.json["type"].endswith("/conflicted")
    put(tenant, post, tenant.slt, who=tenant.hr)


def test_membership_of_another_post_is_not_there(tenant, people):
    first, second = add_post(tenant, "First"), add_post(tenant, "Second")
    membership = put(tenant, first, people[0]).json["members"][0]["membership_id"]
    end(tenant, second, membership, expect=404)
    assert names(end(tenant, first, membership, until_on=day(2)).json["members"]) == [people[0].name]


def test_new_holder_inherits_and_the_old_one_loses(house, tenant, people):
    """H4: what is granted to the post goes with the post."""
    post, channel, (old, new) = add_post(tenant, "Head"), add_channel(house, tenant), people
    shown = give(tenant, channel, "admin", post_id=post["id"], reason="Runs it").json
    grant = shown["grants"][0]
    assert (grant["holder_kind"], grant["holder"], grant["post_id"], grant["holders"], grant["granted_name"]) == (
        "post", "Head", post["id"], [], "Sal Slt")
    assert "vacant_post" in shown["flags"]
    vacant = lambda: tenant.slt.client.get("/v1/posts?name=Head&vacant=true", expect=200).json["data"]
    assert [row["id"] for row in vacant()] == [post["id"]]
    membership = put(tenant, post, old).json["members"][0]["membership_id"]
    assert holders(tenant, channel) == {"admin": [old.name]} and vacant() == []
    assert "vacant_post" not in flags(tenant, channel)
    end(tenant, post, membership)
    put(tenant, post, new)
    assert holders(tenant, channel) == {"admin": [new.name]}
    inherited = tenant.slt.client.get(f"/v1/posts/{post['id']}").json["grants"]
    assert [(row["channel_id"], row["access"]) for row in inherited] == [(channel, "admin")]
    # a governor sees no directory, but the names that belong to a channel
    assert holders(tenant, channel, tenant.governor) == {"admin": [new.name]}
    assert flags(tenant, channel, tenant.governor) == flags(tenant, channel)
    tenant.governor.client.get(f"/v1/posts/{post['id']}", expect=403)
    history = tenant.slt.client.get(f"/v1/channels/{channel}/history").json["data"]
    assert [(h["action"], h["actor_name"], h["note"]) for h in history] == [
        ("grant", "Sal Slt", f"admin to Head from {day(0)} until {grant['until_on']}: Runs it")]


def test_flags_count_people(house, tenant, people):
    """H6: a post of two is two, a vacant one none."""
    post, channel, (old, new) = add_post(tenant, "Manager"), add_channel(house, tenant), people
    give(tenant, channel, "admin", post_id=post["id"])
    give(tenant, channel, "poster", post_id=post["id"])
    wanted = lambda: flags(tenant, channel) & {"single_operator", "admin_is_only_poster", "vacant_post"}
    assert wanted() == {"admin_is_only_poster", "vacant_post"}
    put(tenant, post, old)
    assert wanted() == {"single_operator", "admin_is_only_poster"}
    put(tenant, post, new, shared=True)
    assert wanted() == set()
    channel = add_channel(house, tenant)
    give(tenant, channel, "admin", post_id=post["id"])
    give(tenant, channel, "poster", person_id=old.id)
    assert wanted() == set()
    tests = tenant.slt.client.get(f"/v1/channels/{channel}").json["classification"]["tests"]
    assert {t["test"]: t["result"] for t in tests}["editorial_oversight"] == "met"
    assert [t["reason"] for t in tests if t["test"] == "few_administrators"] == ["2 of at most 3 administrators."]


def test_leaver_holds_nothing(house, tenant, people):
    post, channel, (old, _) = add_post(tenant, "Caretaker"), add_channel(house, tenant), people
    give(tenant, channel, "admin", post_id=post["id"])
    give(tenant, channel, "poster", person_id=old.id)
    put(tenant, post, old, from_on=day(-5))
    assert holders(tenant, channel) == {"admin": [old.name], "poster": [old.name]}
    tenant.slt.client.post(f"/v1/people/{old.id}/leave", {"left_on": day(-1)}, expect=200)
    assert holders(tenant, channel) == {"admin": [], "poster": []}
    assert {"vacant_post", "holder_left"} <= flags(tenant, channel)
    history = tenant.slt.client.get(f"/v1/posts/{post['id']}/history").json["data"]
    assert [(h["action"], h["until_on"]) for h in history] == [("add", None), ("leave", day(-1))]
    put(tenant, post, old, expect=422)
    give(tenant, channel, "admin", person_id=old.id, expect=422)


def test_grants_have_their_days(house, tenant, people):
    """P11: from when until when; the settings say how long when nothing else is said."""
    channel, (old, new) = add_channel(house, tenant), people
    give(tenant, channel, "poster", person_id=old.id, from_on=day(3))
    assert holders(tenant, channel) == {"poster": []} and "missing_posters" in flags(tenant, channel)
    give(tenant, channel, "poster", person_id=old.id, expect=409)
    give(tenant, channel, "moderator", person_id=new.id, from_on=day(3), until_on=day(2), expect=422)
    grants = give(tenant, channel, "moderator", person_id=new.id, until_on=day(20)).json["grants"]
    rows = tenant.staff.client.get(f"/v1/channels/{channel}/grants", expect=200).json["data"]
    assert rows == grants and [row["current"] for row in rows] == [True, False]
    default = datetime.date.fromisoformat(grants[1]["until_on"])
    assert 360 < (default - today()).days < 372
    path = f"/v1/channels/{channel}/grants/{grants[0]['id']}/end"
    tenant.staff.client.post(path, {}, expect=403)
    tenant.admin.client.post(path.replace(channel, add_channel(house, tenant)), {}, expect=404)
    shown = tenant.admin.client.post(path, {"reason": "Moved"}, expect=200).json
    assert [grant["current"] for grant in shown["grants"]] == [False, False]
    tenant.admin.client.post(path, {}, expect=409)
    notes = [h["note"] for h in tenant.slt.client.get(f"/v1/channels/{channel}/history").json["data"]]
    assert notes[-1] == f"moderator of {new.name} until {day(0)}: Moved"


@pytest.mark.parametrize("holder", [(), ("person_id", "post_id")])
def test_a_grant_names_one_holder(house, tenant, people, holder):
    post, ids = add_post(tenant, f"One of {people[0].id}"), {}
    ids = {"person_id": people[0].id, "post_id": post["id"]}
    answer = give(tenant, add_channel(house, tenant), "poster", expect=422, **{name: ids[name] for name in holder})
    assert answer.json["errors"][0]["pointer"] == "/person_id"


def test_closed_channel_gives_nothing(house, tenant, people):
    channel = add_channel(house, tenant)
    give(tenant, channel, "poster", person_id=people[0].id)
    shown = tenant.slt.client.post(f"/v1/channels/{channel}/close", {"reason": "Unused."}, expect=200).json
    assert [(g["current"], g["holders"]) for g in shown["grants"]] == [(False, [])]
    give(tenant, channel, "poster", person_id=people[1].id, expect=409)


def test_trust_post_runs_a_schools_channel(house, tenant):
    """H5: an operator may belong to the trust; only the trust says who holds its post."""
    post, channel = add_post(tenant, "Press Officer", tenant.trust_slt, school=None), add_channel(house, tenant)
    give(tenant, channel, "poster", post_id=post["id"])
    put(tenant, post, tenant.elsewhere, who=tenant.trust_slt)
    put(tenant, post, tenant.staff, expect=403)
    assert holders(tenant, channel, tenant.staff) == {"poster": ["Els Where"]}


def test_post_of_another_school_is_not_there(house, tenant):
    post = add_post(tenant, "Secret Post", tenant.trust_slt, school=1)
    tenant.slt.client.get(f"/v1/posts/{post['id']}", expect=404)
    give(tenant, add_channel(house, tenant), "poster", post_id=post["id"], expect=422)


def test_holding_a_post_is_in_the_audit_trail(house, tenant, people):
    membership = put(tenant, add_post(tenant, "Audited"), people[0]).json["members"][0]["membership_id"]
    events = house.sql("SELECT actor_id::text, operation, ordinary FROM audit_event WHERE row_id = %s", membership)
    assert [(e["actor_id"], e["operation"]) for e in events] == [(tenant.slt.id, "insert")]
    assert "person_name" not in events[0]["ordinary"]
