"""What a register lacks and how that is mended (H6), reviews (H10), the privacy notice (H12)."""
import json
import re
import uuid

import pytest

from contract_shape import SCHEMAS
from days import day
from refusal import refused

QUALITY, NOTICE = "/v1/channels/quality", "/v1/channels/privacy-notice"
WHY = "It has been there for years."
OWNER = {"declared": "affiliated", "owner_name": "Friends of Ours", "owner_contact": "chair@friends.example"}


@pytest.fixture(scope="module")
def tenant(house):
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt")
    tenant.admin = tenant.person("Ada Admin", "administrator", tenant.schools[:1])
    tenant.staff = tenant.person("Sky Staff", "staff", tenant.schools[:1])
    return tenant


def record(who, school, expect=201, **fields):
    body = {"platform": "facebook", "handle": f"h{uuid.uuid4().hex[:12]}", "reason": WHY, **fields}
    return who.client.post("/v1/channels", {**({"school_id": school} if school else {}), **body},
                           expect=expect)


def report(who, query=""):
    return {row["code"]: row for row in who.client.get(QUALITY + query, expect=200).json["data"]}


def test_one_place_for_the_words(house):
    """The codes of channel_review() are those of channel_flag and of the contract."""
    source = house.sql("SELECT prosrc FROM pg_proc WHERE proname = 'channel_review'")[0]["prosrc"]
    given = set(re.findall(r"THEN '(\w+)' END", source))
    words = house.sql("SELECT * FROM channel_flag")
    assert given == {row["code"] for row in words} == set(SCHEMAS["ChannelFlag"]["enum"])
    calls = {(r["method"], r["path"]): {f["name"] for f in r["body"]}
             for r in json.loads(house.server.run("describe").stdout)["routes"]}
    for row in words:
        assert set(row["mend_fields"]) <= calls[row["mend_method"], row["mend_path"]], row


def test_by_flag_and_school(house, tenant):
    """How many, where, which, and the call that mends each."""
    first, second = (record(tenant.slt, school, display_name=f"Of {n}").json["id"]
                     for n, school in enumerate(tenant.schools))
    row = report(tenant.slt)["missing_url"]
    assert row["count"] == 2 and row["title"] and row["why"]
    assert {(s["school_id"], s["count"]) for s in row["schools"]} == {(s, 1) for s in tenant.schools}
    assert [(c["id"], c["name"]) for c in row["channels"]] == [(first, "Of 0"), (second, "Of 1")]
    assert row["mend"]["method"] == "PATCH" and row["mend"]["fields"] == ["url"]
    path = row["channels"][0]["mend"]
    assert path == f"/v1/channels/{first}"
    tenant.slt.client.patch(path, {"url": "https://facebook.example/us"}, headers={
        "If-Match": tenant.slt.client.get(path).etag}, expect=200)
    assert [c["id"] for c in report(tenant.slt)["missing_url"]["channels"]] == [second]
    only = report(tenant.slt, f"?school_id={tenant.schools[0]}&flag=missing_admin")
    assert set(only) == {"missing_admin"} and {c["id"] for c in only["missing_admin"]["channels"]} == {first}


def test_the_list_holds_what_the_report_counts(house, tenant):
    for query in ("", f"?school_id={tenant.schools[1]}"):
        for row in report(tenant.slt, query).values():
            listed = tenant.slt.client.get(row["list"] + "&limit=200", expect=200).json["data"]
            assert len(listed) == row["count"]
            assert {c["id"] for c in row["channels"]} <= {c["id"] for c in listed}
            assert all(row["code"] in c["flags"] for c in listed)
    assert tenant.slt.client.get("/v1/channels?flag=no_such", expect=200).json["data"] == []


def test_twenty_and_no_more(house):
    crowd = house.fresh_tenant("school")
    slt = crowd.person("Sal Slt", "slt")
    for _ in range(21):
        record(slt, crowd.schools[0])
    row = report(slt)["missing_posters"]
    assert row["count"] == 21 and len(row["channels"]) == 20
    assert len(slt.client.get(row["list"], expect=200).json["data"]) == 21


def test_everybody_sees_their_own_reach(house, tenant):
    hidden = record(tenant.slt, tenant.schools[1]).json["id"]
    assert hidden not in tenant.staff.client.get(QUALITY, expect=200).text
    assert report(tenant.staff, f"?school_id={tenant.schools[1]}") == {}
    closed = record(tenant.slt, tenant.schools[0]).json["id"]
    tenant.slt.client.post(f"/v1/channels/{closed}/close", {"reason": "Gone."}, expect=200)
    assert closed not in tenant.slt.client.get(QUALITY, expect=200).text
    answer = tenant.staff.client.get(QUALITY, headers={"Accept": "text/csv"}, expect=200)
    assert answer.text.startswith("code,title,why,")
    refused(tenant.staff.client.get(QUALITY + "?school_id=x"), 400, "bad-query", ["school_id"])
    refused(tenant.staff.client.get(QUALITY + "?colour=x"), 400, "bad-query")


# Recording by hand


def test_recorded_with_its_operators_and_history(house, tenant):
    answer = record(tenant.admin, tenant.schools[0], operators=[
        {"person_id": tenant.slt.id, "access": "admin"}, {"person_id": tenant.staff.id, "access": "poster"}])
    row = answer.json
    assert (row["state"], row["declared"], row["source"]) == ("approved", "official", "hand")
    assert {(g["access"], g["holder"], g["current"]) for g in row["grants"]} == {
        ("admin", "Sal Slt", True), ("poster", "Sky Staff", True)}
    history = tenant.admin.client.get(f"/v1/channels/{row['id']}/history", expect=200).json["data"]
    assert [(h["actor_name"], h["action"], h["to_state"], h["note"]) for h in history] == [
        ("Ada Admin", "record", "approved", WHY)]
    assert {a["name"] for a in row["actions"]} == {"review"}
    assert [b["code"] for b in row["blockers"]] == ["not_in_privacy_notice"]


@pytest.mark.parametrize("fields, pointer", [
    ({"declared": "affiliated", "owner_contact": "x"}, "/owner_name"),
    ({"declared": "affiliated", "owner_name": "x"}, "/owner_contact"),
    ({"operators": [{"person_id": str(uuid.uuid4()), "access": "admin"}]}, "/operators"),
    ({"platform": "myspace"}, "/platform"), ({"reason": "x"}, "/reason")])
def test_what_recording_wants(house, tenant, fields, pointer):
    refused(record(tenant.admin, tenant.schools[0], expect=422, **fields), 422, "invalid", [pointer])


@pytest.mark.parametrize("handle", ("@", " @ ", "@@"))
def test_a_handle_is_more_than_its_sign(tenant, handle):
    """It would have no key, and so be free to everybody."""
    refused(record(tenant.slt, tenant.schools[0], handle=handle, expect=422), 422, "invalid", ["/handle"])
    made = record(tenant.slt, tenant.schools[0])
    refused(tenant.slt.client.patch(f"/v1/channels/{made.json['id']}", {"handle": handle},
                                    headers={"If-Match": made.etag}, expect=422), 422, "invalid", ["/handle"])


def test_nobody_records_themselves_as_an_operator(tenant):
    """As with grants: access comes from somebody else, whose name stands beside it."""
    operators = [{"person_id": tenant.slt.id, "access": "admin"}]
    refused(record(tenant.slt, tenant.schools[0], operators=operators, expect=409), 409, "conflicted")
    operators[0]["person_id"] = tenant.staff.id
    grants = record(tenant.slt, tenant.schools[0], operators=operators).json["grants"]
    assert [g["granted_by"] for g in grants] == [tenant.slt.id]


def test_who_records_and_where(house, tenant):
    record(tenant.staff, tenant.schools[0], expect=403)
    for school in (tenant.schools[1], None, str(uuid.uuid4())):
        refused(record(tenant.admin, school, expect=422), 422, "invalid", ["/school_id"])
    same = {"handle": "@Twice"}
    record(tenant.admin, tenant.schools[0], **same)
    refused(record(tenant.admin, tenant.schools[0], expect=409, **same), 409, "already-exists")


# H10: affiliated channels


def test_affiliated_has_an_owner_and_wants_reviews(house, tenant):
    row = record(tenant.admin, tenant.schools[0], kind="friends_or_pta", **OWNER).json
    assert row["state"] == "active" and row["classification"]["value"] == "affiliated"
    assert (row["owner_name"], row["owner_contact"]) == (OWNER["owner_name"], OWNER["owner_contact"])
    assert row["flags"] == ["missing_url", "review_overdue"], "who runs it is its owner's matter"
    path = f"/v1/channels/{row['id']}"
    row = tenant.slt.client.post(f"{path}/review", {"reason": "All well."}, expect=200).json
    assert row["flags"] == ["missing_url"]
    assert (row["last_reviewed_on"], row["last_reviewed_by"], row["last_reviewed_name"]) == (
        day(0), tenant.slt.id, "Sal Slt")
    history = tenant.admin.client.get(f"{path}/history", expect=200).json["data"]
    assert [(h["actor_name"], h["action"], h["note"]) for h in history][1:] == [
        ("Sal Slt", "review", "All well.")]
    etag = tenant.admin.client.get(path).etag
    row = tenant.admin.client.patch(path, {"owner_contact": None}, headers={"If-Match": etag}, expect=200).json
    assert "missing_owner" in row["flags"]


def test_a_review_counts_for_the_months_of_the_setting(house, tenant):
    path = f"/v1/channels/{record(tenant.admin, tenant.schools[0], **OWNER).json['id']}"

    def flagged(days):
        on = day(-days)
        return "review_overdue" in tenant.admin.client.post(
            f"{path}/review", {"reviewed_on": on}, expect=200).json["flags"]

    assert [flagged(days) for days in (0, 364, 367)] == [False, False, True]
    house.sql("INSERT INTO setting (tenant_id, school_id, key, value) VALUES (%s, %s,"
              " 'channel.review_months', '1')", tenant.id, tenant.schools[0])
    assert [flagged(days) for days in (27, 32)] == [False, True]
    house.sql("DELETE FROM setting WHERE tenant_id = %s", tenant.id)
    ahead = day(2)
    refused(tenant.admin.client.post(f"{path}/review", {"reviewed_on": ahead}), 422, "invalid", ["/reviewed_on"])
    tenant.staff.client.post(f"{path}/review", {}, expect=403)
    tenant.slt.client.post(f"{path}/close", {"reason": "Gone."}, expect=200)
    refused(tenant.slt.client.post(f"{path}/review", {}), 409, "wrong-state")


@pytest.mark.parametrize("state", ["proposed", "approved", "active", "suspended", "handover"])
def test_closed_at_any_time(house, tenant, state):
    """H16: in whatever state, by SLT."""
    id = record(tenant.admin, tenant.schools[0]).json["id"]
    house.sql("UPDATE channel SET state = %s WHERE id = %s", state, id)
    row = tenant.slt.client.post(f"/v1/channels/{id}/close", {"reason": "By order."}, expect=200).json
    assert row["state"] == "closed"


@pytest.mark.parametrize("platform, handle", [
    ("learning_platform", "https://learn.school.example/year-6"), ("website", "https://www.school.example"),
    ("blog", "blog.school.example"), ("vimeo", "tvprimary")])
def test_hosts_of_every_type_stand_in_the_register(house, tenant, platform, handle):
    """H9, H17: websites, blogs, video hosts and learning platforms are channels like any other."""
    row = record(tenant.admin, tenant.schools[0], platform=platform, handle=handle, **OWNER).json
    assert row["platform"] == platform and "invalid_handle" not in row["flags"]
    answer = house.http.get(f"/v1/verify?platform={platform}&handle={handle}", expect=200).json
    assert answer["result"] == "listed"


# H12: the privacy notice


@pytest.fixture(scope="module")
def noticed(house):
    trust = house.fresh_tenant()
    trust.slt = trust.person("Sal Slt", "slt")
    trust.staff = trust.person("Sky Staff", "staff", trust.schools[:1])
    trust.own = record(trust.slt, None, display_name="Our Trust", platform="linkedin",
                       privacy_notice_on=day(0)).json["id"]
    trust.page = record(trust.slt, trust.schools[0], display_name="Our School",
                        url="https://facebook.example/school").json["id"]
    record(trust.slt, trust.schools[0], display_name="Parents", **OWNER)
    record(trust.slt, trust.schools[1], display_name="Elsewhere")
    gone = record(trust.slt, trust.schools[0], display_name="Gone").json["id"]
    trust.slt.client.post(f"/v1/channels/{gone}/close", {"reason": "Gone."}, expect=200)
    return trust


def test_the_paragraph_of_a_school(noticed):
    target = f"{NOTICE}?school_id={noticed.schools[0]}"
    row = noticed.staff.client.get(target, expect=200).json
    name = f"School 1 {noticed.mark}"
    assert (row["school_id"], row["name"]) == (noticed.schools[0], name)
    assert row["paragraph"] == (
        f"{name} uses these accounts on social media and similar services: LinkedIn: Our Trust; "
        "Facebook: Our School (https://facebook.example/school).")
    assert [a["id"] for a in row["accounts"]] == [noticed.own, noticed.page]
    assert row["not_yet_listed"] == [noticed.page]
    answer = noticed.staff.client.get(target, headers={"Accept": "text/plain"}, expect=200)
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert answer.text == (row["paragraph"] + "\n\nNot yet recorded as listed there: "
                           "Facebook: Our School (https://facebook.example/school).\n")


def test_the_paragraph_of_the_tenant(house, noticed):
    row = noticed.staff.client.get(NOTICE, expect=200).json
    assert row["paragraph"].endswith(": LinkedIn: Our Trust.") and row["not_yet_listed"] == []
    alone = house.fresh_tenant("school")
    slt = alone.person("Sal Slt", "slt")
    assert slt.client.get(NOTICE, expect=200).json["paragraph"].endswith(" uses no accounts on social media.")
    record(slt, alone.schools[0], display_name="All Ours")
    for query in ("", f"?school_id={alone.schools[0]}"):
        assert "All Ours" in slt.client.get(NOTICE + query, expect=200).json["paragraph"]


def test_the_paragraph_of_a_school_out_of_sight(noticed, second_wall):
    for client in (noticed.staff.client, second_wall.as_(noticed.staff.login)):
        for school in (noticed.schools[1], uuid.uuid4()):
            refused(client.get(f"{NOTICE}?school_id={school}"), 404, "not-found")
    refused(noticed.staff.client.get(NOTICE, headers={"Accept": "text/csv"}), 406, "not-acceptable")


def test_channels_with_pupils_are_moderated(tenant):
    """M10: somebody moderates, and what pupils take part in is looked at before it is seen."""
    channel = record(tenant.slt, tenant.schools[0], involves_pupils=True).json
    assert {"missing_moderator", "not_pre_moderated"} <= set(channel["flags"])
    granted = tenant.slt.client.post(f"/v1/channels/{channel['id']}/grants", {
        "access": "moderator", "person_id": tenant.staff.id}, expect=200).json
    assert "missing_moderator" not in granted["flags"] and "not_pre_moderated" in granted["flags"]
    done = tenant.slt.client.patch(f"/v1/channels/{channel['id']}", {"pre_moderated": True}, expect=200, headers={
        "If-Match": f'"{granted["version"]}.0"'}).json
    assert done["pre_moderated"] and not {"missing_moderator", "not_pre_moderated"} & set(done["flags"])
    plain = record(tenant.slt, tenant.schools[0]).json
    assert not plain["pre_moderated"] and not {"missing_moderator", "not_pre_moderated"} & set(plain["flags"])
