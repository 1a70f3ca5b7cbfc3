"""Another tenant's ids, in path, body and filter: never a hint that they exist."""
import uuid

import pytest

from refusal import refused, unchanged


NOBODY = str(uuid.UUID(int=7))


@pytest.fixture(scope="module")
def ours(house):
    return house.fresh_tenant()


@pytest.fixture(scope="module")
def slt(ours):
    return ours.person("Sal Slt", "slt").client


def plant(tenant, person, kind):
    body = {"name": "Theirs", "school_id": tenant.schools[0]}
    return person.client.post(f"/v1/{kind}", body, expect=201).json["id"]


@pytest.fixture(scope="module")
def theirs(house):
    """Ids of another tenant, by kind."""
    tenant = house.fresh_tenant()
    person = tenant.person("Far Away", "slt")
    assessment = person.client.post("/v1/assessments", {
        "title": "Theirs", "assessed_on": "2026-10-01", "author_name": "A. Uthor", "score": 3,
        "mitigations": "None.", "approved_by_name": "B. Oss", "approved_on": "2026-10-02",
        "review_on": "2027-10-01"}, expect=201).json
    application = person.client.post("/v1/channel-applications", {
        "school_id": tenant.schools[0], "platform": "x", "proposed_name": "Their channel",
        "kind": "class"}, expect=201).json
    return {"people": person.id, "schools": tenant.schools[0], "assessments": assessment["id"],
            "posts": plant(tenant, person, "posts"), "teams": plant(tenant, person, "teams"),
            "appointments": person.appoint("staff"), "channel-applications": application["id"]}


def same(first, second):
    """Two refusals that differ in nothing but the request."""
    def words(answer):
        body = {k: v for k, v in answer.json.items() if k != "request_id"}
        return answer.status, body, [name for name, _ in answer.pairs]
    assert words(first) == words(second)


def both(ask, foreign, status, slug, pointers=None):
    """Asks with their id and with one that nobody has: the answers are alike."""
    first, second = ask(foreign), ask(str(uuid.uuid4()))
    refused(first, status, slug, pointers)
    same(first, second)


@pytest.mark.parametrize("kind", ["people", "schools", "assessments", "appointments",
                                  "posts", "teams", "channel-applications"])
def test_in_the_path(house, slt, theirs, kind):
    with unchanged(house):
        both(lambda id: slt.get(f"/v1/{kind}/{id}"), theirs[kind], 404, "not-found")
        head = slt.head(f"/v1/{kind}/{theirs[kind]}")
        assert head.status == 404 and not head.body
        both(lambda id: slt.get(f"/v1/{kind}/{id}", headers={"If-None-Match": "*"}),
             theirs[kind], 404, "not-found")


@pytest.mark.parametrize("path, change", [
    ("posts", {"name": "Ours now"}), ("teams", {"name": "Ours now"}),
    ("people", {"job_title": "Ours now"}), ("schools", {"name": "Ours now"}),
    ("channel-applications", {"aim": "Ours now"})])
def test_in_the_path_of_a_change(house, slt, theirs, path, change):
    with unchanged(house):
        for version in ('"1.x"', '"999.x"'):
            both(lambda id, v=version: slt.patch(f"/v1/{path}/{id}", change,
                                                 headers={"If-Match": v}),
                 theirs[path], 404, "not-found")


@pytest.mark.parametrize("path, body", [
    ("people/{people}/invite", {}), ("people/{people}/leave", {"left_on": "2026-10-01"}),
    ("people/{people}/relationships", {"relationship": "parent"}),
    ("posts/{posts}/members", {"person_id": NOBODY}),
    ("teams/{teams}/members", {"person_id": NOBODY}),
    (f"posts/{{posts}}/members/{NOBODY}/end", {}),
    ("appointments/{appointments}/confirm", {}), ("appointments/{appointments}/decline", {}),
    ("appointments/{appointments}/end", {}),
    ("channel-applications/{channel-applications}/submit", {}),
    ("channel-applications/{channel-applications}/approve", {"reason": "Ours now"}),
    ("channel-applications/{channel-applications}/withdraw", {})])
def test_in_the_path_of_an_action(house, slt, theirs, path, body):
    kind = path.split("{")[1].split("}")[0]
    with unchanged(house):
        both(lambda id: slt.post("/v1/" + path.replace("{" + kind + "}", id), body),
             theirs[kind], 404, "not-found")


@pytest.mark.parametrize("path", ["appointments/{}/history", "posts/{}/members",
                                  "teams/{}/history", "channel-applications/{}/history",
                                  "channel-applications/{}/readiness",
                                  "channel-applications/{}/revisions"])
def test_below_a_path(slt, theirs, path):
    foreign = theirs[path.split("/")[0]]
    first, second = (slt.get("/v1/" + path.format(id)) for id in (foreign, uuid.uuid4()))
    assert first.status in (200, 404)
    if first.status == 200:
        assert first.json["data"] == second.json["data"] == []
    else:
        same(first, second)


def test_in_a_body(house, ours, slt, theirs):
    mine = ours.person("Our Own", schools=ours.schools)
    appointment = {"role": "staff", "scope": "schools", "school_ids": [ours.schools[0]]}
    with unchanged(house):
        both(lambda id: slt.post("/v1/people", {
            "name": "Not There", "person_type": "employee", "school_id": id}),
             theirs["schools"], 422, "invalid", ["/school_id"])
        both(lambda id: slt.post("/v1/appointments", {**appointment, "person_id": id}),
             theirs["people"], 422, "invalid", ["/person_id"])
        both(lambda id: slt.post("/v1/appointments", {
            **appointment, "person_id": mine.id, "school_ids": [ours.schools[0], id]}),
             theirs["schools"], 422, "invalid", ["/school_ids"])
        both(lambda id: slt.post("/v1/attestations", {
            "person_id": id, "policy_edition": "2026-09", "policy_read_on": "2026-10-01",
            "trained_on": "2026-10-01"}), theirs["people"], 422, "invalid", ["/person_id"])
        both(lambda id: slt.post("/v1/channel-applications", {
            "school_id": id, "platform": "x", "proposed_name": "Not there", "kind": "class"}),
             theirs["schools"], 422, "invalid", ["/school_id"])


def test_in_a_change(house, ours, slt, theirs):
    mine = ours.person("Our Mover", schools=[ours.schools[0]])
    etag = slt.get(f"/v1/people/{mine.id}").etag
    with unchanged(house):
        both(lambda id: slt.patch(f"/v1/people/{mine.id}", {"school_id": id},
                                  headers={"If-Match": etag}),
             theirs["schools"], 422, "invalid", ["/school_id"])


@pytest.mark.parametrize("target, kind", [
    ("/v1/people?school_id={}", "schools"), ("/v1/appointments?person_id={}", "people"),
    ("/v1/assessments?school_id={}", "schools"), ("/v1/attestations?person_id={}", "people"),
    ("/v1/posts?school_id={}", "schools"), ("/v1/teams?school_id={}", "schools"),
    ("/v1/channels?school_id={}", "schools"),
    ("/v1/channel-applications?school_id={}", "schools"),
    ("/v1/channel-applications?applicant_id={}", "people"),
    ("/v1/channel-applications/inbox?school_id={}", "schools")])
def test_in_a_filter(slt, theirs, target, kind):
    for id in (theirs[kind], uuid.uuid4()):
        assert slt.get(target.format(id), expect=200).json == {"data": [], "next_cursor": None}


def test_an_address_that_another_tenant_knows(house, ours, slt, theirs):
    """Uniqueness must not tell either: the same e-mail address is free in each tenant."""
    login = house.sql("SELECT email FROM person WHERE id = %s", theirs["people"])[0]["email"]
    slt.post("/v1/people", {"name": "Far Away", "person_type": "governor", "email": login},
             expect=201)
    refused(slt.post("/v1/people", {"name": "Far Again", "person_type": "governor",
                                    "email": login.upper()}), 409, "already-exists")
