"""Versions: ETag, 304, If-Match, and what PATCH, HEAD and OPTIONS do."""
import re
import uuid

import pytest

from refusal import refused, unchanged


@pytest.fixture(scope="module")
def slt(tenant):
    return tenant.person("Sal Slt", "slt").client


@pytest.fixture
def path(slt):
    return slt.post("/v1/people", {
        "name": "Vic Version", "person_type": "employee", "job_title": "Teacher",
        "email": f"{uuid.uuid4()}@version.example"}, expect=201).headers["location"]


def test_a_tag_is_the_version_and_a_digest(slt, path):
    first, second = slt.get(path, expect=200), slt.get(path, expect=200)
    assert re.fullmatch(r'"1\.[0-9a-f]{32}"', first.etag) and first.etag == second.etag
    some = slt.get(f"{path}?fields=id,name", expect=200)
    assert some.etag.startswith('"1.') and some.etag != first.etag
    assert slt.get("/v1/tenant").etag


def test_not_modified(slt, path):
    etag = slt.get(path).etag
    for header in (etag, f"W/{etag}", f'"1.x", {etag}', f"{etag},{etag}", "*"):
        answer = slt.get(path, headers={"If-None-Match": header}, expect=304)
        assert not answer.body and answer.etag == etag
        assert "content-type" not in answer.headers
        assert slt.head(path, headers={"If-None-Match": header}).status == 304
    for header in ('"1.x"', '"1"', etag.strip('"'), etag[:-2] + '"', '""'):
        assert slt.get(path, headers={"If-None-Match": header}, expect=200).body
    slt.get(f"{path}?fields=id", headers={"If-None-Match": etag}, expect=200)
    slt.patch(path, {"job_title": "Head of year"}, headers={"If-Match": etag}, expect=200)
    assert slt.get(path, headers={"If-None-Match": etag}, expect=200).etag != etag


def test_a_tag_covers_what_is_joined_to_the_row(house, tenant, slt):
    """The school's new name is another answer, though the person is the same version."""
    person = tenant.person("Joi Joined", schools=[tenant.schools[1]])
    etag = slt.get(f"/v1/people/{person.id}").etag
    house.sql("UPDATE school SET name = name || ' (new)' WHERE id = %s", tenant.schools[1])
    answer = slt.get(f"/v1/people/{person.id}", headers={"If-None-Match": etag}, expect=200)
    assert answer.etag.split(".")[0] == etag.split(".")[0] and answer.etag != etag
    slt.patch(f"/v1/people/{person.id}", {"job_title": "Cook"}, headers={"If-Match": etag},
              expect=200)


def test_a_change_names_its_version(house, slt, path):
    etag = slt.get(path).etag
    with unchanged(house):
        refused(slt.patch(path, {"job_title": "Cook"}), 428, "version-required")
        for header in ('"2.x"', '"0.x"', '"1"', "1", "*", '"x.1"', '""', f"W/{etag}", '"1.x', "x",
                       '"99999999999999999999.x"', f'{etag}, "7.x"', '"1.x"; DROP TABLE person'):
            refused(slt.patch(path, {"job_title": "Cook"}, headers={"If-Match": header}), 412,
                    "version-changed")
    answer = slt.patch(path, {"job_title": "Cook"}, headers={"If-Match": etag}, expect=200)
    assert answer.json["version"] == 2 and answer.etag == slt.get(path).etag
    with unchanged(house):
        refused(slt.patch(path, {"job_title": "Chef"}, headers={"If-Match": etag}), 412,
                "version-changed")
    assert slt.get(path).json["job_title"] == "Cook"
    slt.patch(path, {"job_title": "Chef"}, headers={"If-Match": answer.etag}, expect=200)


def change(slt, path, body, **options):
    return slt.patch(path, body, headers={"If-Match": slt.get(path).etag}, **options)


def test_merge_patch(house, slt, path):
    before = slt.get(path).json
    cleared = change(slt, path, {"job_title": None, "email": None}, expect=200).json
    assert cleared == {**before, "job_title": None, "email": None, "version": 2}
    kept = change(slt, path, {"name": "Vic Other"}, expect=200).json
    assert kept == {**cleared, "name": "Vic Other", "version": 3}
    assert change(slt, path, {}, expect=200).json["name"] == "Vic Other"
    with unchanged(house):
        refused(change(slt, path, {"name": None, "person_type": None}), 422, "invalid",
                ["/name", "/person_type"])
        refused(change(slt, path, {"name": "x", "shoe_size": 1, "email": "no"}), 422, "invalid",
                ["/name", "/shoe_size", "/email"])


def test_patch_takes_either_json(slt, path):
    for media in ("application/merge-patch+json", "application/json; charset=utf-8",
                  "Application/JSON"):
        slt.patch(path, {"job_title": media[-5:]}, expect=200, headers={
            "If-Match": slt.get(path).etag, "Content-Type": media})


def test_an_action_takes_a_version_if_you_like(house, tenant, slt):
    person = tenant.person("Act Action")
    made = slt.post("/v1/appointments", {"person_id": person.id, "role": "staff",
                                         "scope": "tenant"}, expect=201)
    assert made.etag and made.headers["location"] == f"/v1/appointments/{made.json['id']}"
    path = made.headers["location"]
    with unchanged(house):
        refused(slt.post(f"{path}/end", {}, headers={"If-Match": '"7.x"'}), 412,
                "version-changed")
        refused(slt.post(f"{path}/confirm", {}, headers={"If-Match": '"7.x"'}), 412,
                "version-changed")  # and not 409, though the state forbids it too
    ended = slt.post(f"{path}/end", {}, headers={"If-Match": made.etag}, expect=200)
    assert ended.json["state"] == "ended" and ended.json["version"] == 2


@pytest.mark.parametrize("target", ["{path}", "/v1/people", "/v1/me", "/v1/tenant", "/healthz",
                                    "/v1/people?limit=1", "/openapi.json", "/docs"])
def test_head_is_get_without_a_body(slt, path, target):
    target = target.replace("{path}", path)
    get, head = slt.get(target, expect=200), slt.head(target, expect=200)
    assert not head.body
    ever = {"date", "x-request-id"}
    assert {n: v for n, v in head.headers.items() if n not in ever} == {
        n: v for n, v in get.headers.items() if n not in ever}
    assert int(head.headers["content-length"]) == len(get.body)


@pytest.mark.parametrize("target, allow", [
    ("{path}", "GET, HEAD, PATCH"), ("/v1/people", "GET, HEAD, POST"), ("{path}/invite", "POST"),
    ("/v1/auth/sign-in", "POST"), ("/healthz", "GET, HEAD")])
def test_options(house, path, target, allow):
    answer = house.http.options(target.replace("{path}", path))
    assert answer.status == 204 and not answer.body and answer.headers["allow"] == allow


def test_options_of_nothing(house):
    refused(house.http.options("/v1/nothing"), 404, "not-found")
    refused(house.http.options("/v1//people"), 400, "bad-request")


def test_leaving_names_its_version(house, slt, path):
    stale = slt.get(path).etag
    slt.patch(path, {"job_title": "Cook"}, headers={"If-Match": stale}, expect=200)
    with unchanged(house):
        refused(slt.post(f"{path}/leave", {"left_on": "2026-01-01"}, headers={"If-Match": stale}), 412,
                "version-changed")
    slt.post(f"{path}/leave", {"left_on": "2026-01-01"}, headers={"If-Match": slt.get(path).etag}, expect=200)


def test_nobody_leaves_twice(house, slt, path):
    """A day that lies ahead may be moved; one that has passed stands."""
    for left_on in ("2100-01-01", "2099-01-01", "2026-01-01"):
        assert slt.post(f"{path}/leave", {"left_on": left_on}, expect=200).json["left_on"] == left_on
        with unchanged(house):
            problem = refused(slt.post(f"{path}/leave", {"left_on": left_on}), 409, "wrong-state")
        assert left_on in problem["detail"]
    with unchanged(house):
        refused(slt.post(f"{path}/leave", {"left_on": "2100-01-01"}), 409, "wrong-state")
