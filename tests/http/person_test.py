"""People: what else they are, how another system knows them, and one human being in two tenants."""
import uuid

import pytest

from days import day


@pytest.fixture(scope="module")
def tenant(house):
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt", [tenant.schools[0]])
    tenant.staff = tenant.person("Sky Staff", "staff", [tenant.schools[0]])
    return tenant


@pytest.fixture
def person(tenant):
    return tenant.person(f"Pat {uuid.uuid4().hex[:6]}", "staff", [tenant.schools[0]])


def relate(tenant, person, relationship, expect=200, **more):
    return tenant.slt.client.post(f"/v1/people/{person.id}/relationships",
                                  {"relationship": relationship, **more}, expect=expect).json


def test_several_relationships_each_with_its_days(tenant, person):
    """A teacher who is a parent, and was a governor."""
    relate(tenant, person, "governor", from_on=day(-90), until_on=day(-30))
    shown = relate(tenant, person, "parent")
    assert shown["person_type"] == "employee"
    assert [(r["relationship"], r["current"]) for r in shown["relationships"]] == [
        ("governor", False), ("parent", True)]
    relate(tenant, person, "parent", expect=409, from_on=day(10))
    relate(tenant, person, "governor", from_on=day(10))
    relate(tenant, person, "volunteer", expect=422, from_on=day(2), until_on=day(1))
    relate(tenant, person, "friend", expect=422)
    path = f"/v1/people/{person.id}/relationships/{shown['relationships'][1]['id']}/end"
    tenant.staff.client.post(path, {}, expect=403)
    ended = tenant.slt.client.post(path, {}, expect=200).json["relationships"]
    assert [r["current"] for r in ended] == [False, False, False]
    tenant.slt.client.post(path, {}, expect=409)
    relate(tenant, person, "parent")
    tenant.slt.client.post(path.replace(person.id, tenant.staff.id), {}, expect=404)


def test_relationships_end_with_the_person(tenant, person):
    relate(tenant, person, "volunteer", from_on=day(-9))
    relate(tenant, person, "parent", from_on=day(9))
    tenant.slt.client.post(f"/v1/people/{person.id}/leave", {"left_on": day(3)}, expect=200)
    shown = tenant.slt.client.get(f"/v1/people/{person.id}").json["relationships"]
    assert [(r["relationship"], r["until_on"], r["current"]) for r in shown] == [
        ("volunteer", day(3), True), ("parent", day(9), False)]
    relate(tenant, person, "trustee", expect=422, from_on=day(4))


def test_reference_is_there_once(tenant, house):
    body = {"name": "Ref One", "person_type": "employee", "school_id": tenant.schools[0]}
    made = tenant.slt.client.post("/v1/people", {**body, "external_ref": "P-1"}, expect=201).json
    assert made["external_ref"] == "P-1"
    answer = tenant.slt.client.post("/v1/people", {**body, "external_ref": "P-1"}, expect=409)
    assert answer.json["type"].endswith("/already-exists")
    assert answer.json["detail"] == "Somebody of this tenant has this reference already."
    found = tenant.slt.client.get("/v1/people?external_ref=P-1", expect=200).json["data"]
    assert [row["id"] for row in found] == [made["id"]]
    other = house.fresh_tenant()
    slt = other.person("Sal Other", "slt")
    slt.client.post("/v1/people", {**body, "school_id": other.schools[0], "external_ref": "P-1"}, expect=201)


def on_a_board(tenant, name, identity=None, login=None):
    """A governor of the tenant; with an identity, one more person of the same human being."""
    person = tenant.person(name, "governor")
    if identity:
        tenant.house.sql("UPDATE person SET identity_id = %s, email = %s WHERE id = %s", identity, login, person.id)
    return person


def test_a_governor_on_two_boards(house):
    """One identity, two persons: each sees its own tenant and nothing of the other."""
    here, there = house.fresh_tenant(), house.fresh_tenant("school")
    first = on_a_board(here, "Gov Ernor")
    second = on_a_board(there, "Gov Second", first.identity, first.login)
    for tenant in (here, there):
        tenant.channel = house.sql(
            "INSERT INTO channel (tenant_id, id, school_id, state, platform, display_name, source) VALUES (%s,"
            " gen_random_uuid(), %s, 'active', 'x', %s, 'register') RETURNING id::text",
            tenant.id, tenant.schools[0], f"Canary {tenant.mark}")[0]["id"]
    token = {here.id: house.sign_in(first.login, tenant=here.id).json["access_token"]}
    client = house.server.client(token[here.id])
    token[there.id] = client.post("/v1/auth/switch", {"tenant_id": there.id}, expect=200).json["access_token"]
    for tenant, other, person in ((here, there, first), (there, here, second)):
        client = house.server.client(token[tenant.id])
        me = client.get("/v1/me", expect=200).json
        assert (me["tenant_id"], me["person_id"]) == (tenant.id, person.id)
        assert {row["tenant_id"] for row in me["tenants"]} == {here.id, there.id}
        channels = client.get("/v1/channels", expect=200).json["data"]
        assert [row["id"] for row in channels] == [tenant.channel]
        client.get(f"/v1/channels/{other.channel}", expect=404)
        people = client.get("/v1/people", expect=200).json["data"]
        assert [row["id"] for row in people] == [person.id]
        for path in ("/v1/schools", "/v1/channels/register", "/v1/appointments"):
            answer = client.get(path, expect=200)
            assert other.mark not in answer.text and other.id not in answer.text, path
    third = house.fresh_tenant()
    house.server.client(token[here.id]).post("/v1/auth/switch", {"tenant_id": third.id}, expect=422)
    house.sql("UPDATE person SET left_on = current_date - 1 WHERE id = %s", second.id)
    house.server.client(token[there.id]).get("/v1/me", expect=401)
    me = house.server.client(token[here.id]).get("/v1/me", expect=200).json
    assert {row["tenant_id"] for row in me["tenants"]} == {here.id}


def test_an_address_is_one_persons(tenant, person):
    """However it is spelled, for a new person and for a change."""
    body = {"name": "Dou Ble", "person_type": "employee", "school_id": tenant.schools[0]}
    new = tenant.slt.client.post("/v1/people", body, expect=201)
    for answer in (tenant.slt.client.post("/v1/people", {**body, "email": person.login.upper()}, expect=409),
                   tenant.slt.client.patch(new.headers["location"], {"email": person.login}, expect=409,
                                           headers={"If-Match": new.etag})):
        assert answer.json["type"].endswith("/already-exists")
        assert answer.json["detail"] == "Somebody of this tenant has this e-mail address already."


def test_who_comes_back_signs_in_again(house, tenant):
    """What was open when they left stays closed, whatever becomes of the day."""
    person = tenant.person(f"Ret {uuid.uuid4().hex[:6]}", school=tenant.schools[0])
    signed = house.sign_in(person.login).json
    tenant.slt.client.post(f"/v1/people/{person.id}/leave", {"left_on": day(-1)}, expect=200)
    house.sql("UPDATE person SET left_on = NULL WHERE id = %s", person.id)
    house.server.client(signed["access_token"]).get("/v1/me", expect=401)
    house.http.post("/v1/auth/refresh", {"refresh_token": signed["refresh_token"]}, expect=401)
    house.sign_in(person.login)


def test_who_has_left_is_signed_out_at_once(house, tenant):
    """Also who holds nothing that would end; and no refresh brings them back."""
    person = tenant.person(f"Una {uuid.uuid4().hex[:6]}", school=tenant.schools[0])
    signed = house.sign_in(person.login).json
    client = house.server.client(signed["access_token"])
    client.get("/v1/me", expect=200)
    tenant.slt.client.post(f"/v1/people/{person.id}/leave", {"left_on": day(-1)}, expect=200)
    client.get("/v1/me", expect=401)
    house.http.post("/v1/auth/refresh", {"refresh_token": signed["refresh_token"]}, expect=401)
