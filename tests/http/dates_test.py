"""Days that cannot be: what was done lies not in the future, what is allowed not in the past."""
import json

import pytest

from days import day
from reach import Plot, if_match
from refusal import refused

APPS = "/v1/channel-applications"


@pytest.fixture(scope="module")
def tenant(house):
    tenant = house.fresh_tenant()
    at = tenant.schools[:1]
    tenant.slt = tenant.person("Sal Slt", "slt", at)
    tenant.admin = tenant.person("Ada Admin", "administrator", at)
    tenant.plot = Plot(tenant, at[0], f"dates{tenant.mark}")
    return tenant


def assessment(tenant, **days):
    return tenant.slt.client.post("/v1/assessments", {
        "school_id": tenant.schools[0], "title": "Use", "assessed_on": day(-9), "author_name": "An",
        "score": 6, "mitigations": "Two.", "approved_by_name": "Bo", "approved_on": day(-8),
        "review_on": day(90), **days})


def attestation(tenant, **days):
    return tenant.slt.client.post("/v1/attestations", {
        "person_id": tenant.plot.person, "policy_edition": "1", "policy_read_on": day(-2),
        "trained_on": day(-2), **days})


def account(tenant, **days):
    id = tenant.plot.plant_application("approved")
    return tenant.admin.client.post(f"{APPS}/{id}/record-account", {
        "handle": f"@{id[-12:]}", "url": "https://x.example/", "account_created_on": day(0), **days})


def channel(tenant, **days):
    id = tenant.plot.channel
    return tenant.admin.client.patch(f"/v1/channels/{id}", days,
                                     headers=if_match(tenant.house, "channel", id))


def recorded(tenant, **days):
    return tenant.admin.client.post("/v1/channels", {
        "school_id": tenant.schools[0], "platform": "youtube", "reason": "Ours.", **days})


@pytest.mark.parametrize("send, name", [
    (assessment, "assessed_on"), (assessment, "approved_on"), (attestation, "policy_read_on"),
    (attestation, "trained_on"), (account, "account_created_on"), (account, "privacy_notice_on"),
    (channel, "website_linked_on"), (channel, "privacy_notice_on"),
    *((recorded, name) for name in ("website_linked_on", "privacy_notice_on", "account_created_on"))])
def test_what_was_done_is_not_in_the_future(tenant, send, name):
    refused(send(tenant, **{name: day(1)}), 422, "invalid", [f"/{name}"])
    both = {"assessed_on": day(0), "approved_on": day(0)} if name == "assessed_on" else {name: day(0)}
    assert send(tenant, **both).status in (200, 201)


def test_an_assessment_is_made_then_approved_then_reviewed(tenant):
    for days, name in (({"approved_on": day(-10)}, "approved_on"), ({"review_on": day(-8)}, "review_on")):
        refused(assessment(tenant, **days), 422, "invalid", [f"/{name}"])
    assert assessment(tenant, approved_on=day(-9), review_on=day(-8)).status == 201


def test_access_does_not_end_before_it_begins(tenant):
    body = {"school_id": tenant.schools[0], "platform": "x", "proposed_name": "Dated", "kind": "class"}
    operator = {"person_id": tenant.plot.person, "access": "admin"}
    for offset, status in ((-1, 422), (0, 201)):
        answer = tenant.slt.client.post(APPS, {**body, "operators": [
            operator | {"access_until": day(offset)}]}, expect=status)
    id = answer.json["id"]
    answer = tenant.slt.client.patch(f"{APPS}/{id}", {"operators": [operator | {"access_until": day(-1)}]},
                                     headers={"If-Match": answer.etag})
    refused(answer, 422, "invalid", ["/operators/0/access_until"])


def test_fields_tell_it(house, tenant):
    """In `fields` of an action and in describe."""
    id = tenant.plot.plant_application("approved")
    actions = tenant.admin.client.get(f"{APPS}/{id}", expect=200).json["actions"]
    shown = next(a["fields"] for a in actions if a["name"] == "record_account")
    assert {f["name"] for f in shown if f.get("past")} == {"account_created_on", "privacy_notice_on"}
    routes = json.loads(house.server.run("describe").stdout)["routes"]
    operators = [f for r in routes if r["path"] == APPS and r["method"] == "POST"
                 for f in r["body"] if f["name"] == "operators"]
    assert [f["name"] for f in operators[0]["fields"] if f.get("coming")] == ["access_until"]
