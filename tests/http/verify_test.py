"""The public answer (H11): what it says, what it never says, and whose a handle is."""
import re
import threading
import uuid

import psycopg2
import pytest

from days import day
from reach import Plot
from refusal import refused

CHECKED = {"settings_checked": ["privacy", "tagging", "comments", "direct_messages", "two_factor"]}
NOTHING = {"result": "not_listed"}
WHY = "It has been there for years."


@pytest.fixture(scope="module")
def tenant(house):
    return people(house.fresh_tenant())


@pytest.fixture
def other(house):
    return people(house.fresh_tenant("school"))


def people(tenant):
    tenant.admin = tenant.person("Ada Admin", "administrator")
    tenant.slt = tenant.person("Sal Slt", "slt")
    return tenant


@pytest.fixture
def handle():
    return f"V{uuid.uuid4().hex[:12]}"


def record(tenant, handle, expect=201, **fields):
    return tenant.admin.client.post("/v1/channels", {
        "school_id": tenant.schools[0], "platform": "x", "handle": handle, "privacy_notice_on": day(0),
        "reason": WHY, **fields}, expect=expect)


def activate(tenant, answer):
    return tenant.admin.client.post(f"{answer.headers['location']}/activate", CHECKED, expect=200)


def asked(house, handle, platform="x"):
    return house.http.request("GET", "/v1/verify?platform=" + quoted(platform) + "&handle="
                              + quoted(handle), expect=200).json


def quoted(text):
    return "".join(c if c.isalnum() else f"%{ord(c):02X}" for c in text)


def test_listed_says_whose_it_is(house, tenant, handle):
    activate(tenant, record(tenant, f"@{handle}", url="https://x.example/us"))
    answer = asked(house, handle)
    assert answer.pop("checked_at")
    assert answer == {
        "result": "listed", "declared": "official", "organisation": f"School 1 {tenant.mark}",
        "school_name": f"School 1 {tenant.mark}", "trust_name": f"Tenant {tenant.mark}",
        "platform": "x", "platform_name": "X (Twitter)", "handle": f"@{handle}",
        "url": "https://x.example/us"}


def test_the_trust_itself_and_a_school_alone(house, tenant, other, handle):
    activate(tenant, tenant.admin.client.post("/v1/channels", {
        "platform": "x", "handle": handle, "reason": WHY, "privacy_notice_on": day(0)}, expect=201))
    answer = asked(house, handle)
    assert (answer["organisation"], answer["school_name"], answer["trust_name"]) == (
        f"Tenant {tenant.mark}", None, f"Tenant {tenant.mark}")
    activate(other, record(other, handle + "b"))
    answer = asked(house, handle + "b")
    assert answer["organisation"] == f"School 1 {other.mark}" and answer["trust_name"] is None


def test_affiliated_says_so(house, tenant, handle):
    record(tenant, handle, declared="affiliated", owner_name="Friends", owner_contact="f@f.example")
    answer = asked(house, handle)
    assert answer["declared"] == "affiliated"
    assert not {"owner_name", "owner_contact"} & set(answer)


@pytest.mark.parametrize("platform", ["x", "X", "twitter", "Twitter", "X (Twitter)", " x "])
@pytest.mark.parametrize("form", ["{}", "@{}", " @{} ", "https://x.com/{}", "https://www.x.com/{}/",
                                  "twitter.com/{}", "http://mobile.twitter.com/{}?lang=en#top",
                                  "x.com/{}/status/1"])
def test_every_spelling_is_understood(house, spelled, platform, form):
    for handle in (spelled, spelled.lower(), spelled.upper()):
        assert asked(house, form.format(handle), platform)["result"] == "listed"


@pytest.fixture(scope="module")
def spelled(tenant):
    handle = f"V{uuid.uuid4().hex[:12]}"
    activate(tenant, record(tenant, f"https://x.com/{handle}"))
    return handle


@pytest.mark.parametrize("platform, form", [
    ("facebook", "{}"), ("nowhere", "{}"), ("x", "https://facebook.com/{}"), ("x", "evil.example/x.com/{}"),
    ("x", "https://x.com.evil.example/{}"), ("x", "https://notx.com/{}"), ("x", "{}2"), ("x", "a {}")])
def test_what_is_something_else(house, spelled, platform, form):
    assert asked(house, form.format(spelled), platform) == NOTHING


@pytest.mark.parametrize("platform, handle, pasted, same", [
    ("facebook", "torview", "https://m.facebook.com/torview?ref=x", True),
    ("facebook", "torview", "https://www.facebook.com/groups/torview", False),
    ("facebook", "https://www.facebook.com/profile.php?id=123", "facebook.com/profile.php?id=123&x=y", False),
    ("facebook", "https://www.facebook.com/profile.php?id=123", "facebook.com/profile.php?id=124", False),
    ("linkedin", "torview", "https://uk.linkedin.com/company/torview/about", True),
    ("linkedin", "torview", "https://www.linkedin.com/in/torview", False),
    ("youtube", "@TorView", "https://youtube.com/@torview", True),
    ("youtube", "torview", "https://youtube.com/c/torview", False),
    ("bluesky", "torview.bsky.social", "https://bsky.app/profile/torview.bsky.social", True),
    ("website", "https://www.torview.example/news/", "http://torview.example/news", True),
    ("website", "https://www.torview.example/news/", "http://other.example/news", False),
    ("learning_platform", "learn.torview.example", "https://learn.torview.example/", True),
])
def test_keys(house, platform, handle, pasted, same):
    row = house.sql("SELECT handle_key_of(%s, %s) AS a, handle_key_of(%s, %s) AS b",
                    platform, handle, platform, pasted)[0]
    assert (row["a"] == row["b"]) == same, row


@pytest.mark.parametrize("state", ["proposed", "approved", "suspended", "handover", "closed", "lost"])
def test_no_other_state_is_answered(house, tenant, handle, state):
    """Approved is not in use yet: nobody has looked at its settings."""
    path = record(tenant, handle).headers["location"]
    house.sql("UPDATE channel SET state = 'active' WHERE id = %s", path.split("/")[-1])
    assert asked(house, handle)["result"] == "listed"
    house.sql("UPDATE channel SET state = %s WHERE id = %s", state, path.split("/")[-1])
    assert asked(house, handle) == NOTHING


def test_nor_what_is_declared_not_ours(house, tenant, handle):
    answer = activate(tenant, record(tenant, handle))
    tenant.admin.client.patch(f"/v1/channels/{answer.json['id']}", {"declared": "not_ours"},
                              headers={"If-Match": answer.etag}, expect=200)
    assert asked(house, handle) == NOTHING


@pytest.mark.parametrize("query, pointers", [
    ("", ["handle", "platform"]), ("?platform=x", ["handle"]), ("?handle=a", ["platform"]),
    ("?platform=x&handle=", ["handle"]), ("?platform=x&handle=a&handle=b", ["handle"]),
    ("?platform=x&handle=a&fields=result", None), ("?platform=x&handle=" + "a" * 2001, ["handle"])])
def test_bad_questions(house, query, pointers):
    refused(house.http.get("/v1/verify" + query), 400, "bad-query", pointers)


def test_it_may_be_kept_for_a_minute(house, tenant, handle):
    target = f"/v1/verify?platform=x&handle={handle}"
    nothing = house.http.get(target, expect=200)
    assert nothing.headers["cache-control"] == "public, max-age=60"
    assert house.http.get(target, headers={"If-None-Match": nothing.etag}).status == 304
    path = record(tenant, handle).headers["location"]
    tenant.admin.client.post(f"{path}/activate", CHECKED, expect=200)
    first = house.http.get(target, headers={"If-None-Match": nothing.etag}, expect=200)
    again = house.http.get(target, headers={"If-None-Match": f'"a", {first.etag}'})
    assert again.status == 304 and not again.body and again.etag == first.etag
    assert again.headers["cache-control"] == "public, max-age=60"
    tenant.slt.client.post(f"{path}/close", {"reason": "No longer used."}, expect=200)
    assert house.http.get(target, headers={"If-None-Match": first.etag}, expect=200).json == NOTHING


def test_any_web_page_may_ask_and_only_here(house, tenant):
    origin = {"Origin": "https://school.example"}
    for answer in (house.http.get("/v1/verify?platform=x&handle=a", headers=origin, expect=200),
                   house.http.get("/v1/verify?platform=x&handle=a", expect=200),
                   house.http.get("/v1/verify", headers=origin, expect=400),
                   house.http.options("/v1/verify", headers={
                       **origin, "Access-Control-Request-Method": "GET"})):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
    assert answer.headers["access-control-allow-methods"] == "GET, HEAD"
    for path in ("/v1/channels", "/v1/me", "/healthz"):
        answer = tenant.admin.client.get(path, headers=origin)
        assert "access-control-allow-origin" not in answer.headers


def test_its_rate_is_its_own(house, tenant):
    """A flood of questions keeps nobody from signing in, nor do tries to sign in silence the answer."""
    ask, sign_in = "/v1/verify?platform=x&handle=a", "/v1/auth/sign-in"
    good = {"email": tenant.admin.login, "password": house.password}
    with house.another(CHAPERONE_PUBLIC_RATE="2", CHAPERONE_VERIFY_RATE="3") as server:
        client = server.client()
        for _ in range(3):
            client.get(ask, expect=200)
        refused(client.get(ask), 429, "too-many-requests")
        for _ in range(2):
            client.post(sign_in, good, expect=200)
        refused(client.post(sign_in, good), 429, "too-many-requests")
    with house.another(CHAPERONE_PUBLIC_RATE="1") as server:
        client = server.client()
        client.post(sign_in, good, expect=200)
        refused(client.post(sign_in, good), 429, "too-many-requests")
        client.get(ask, expect=200)


# Whose a handle is


def claims(house, handle):
    return house.sql("SELECT t.id::text AS tenant, h.state, h.claimed_name, h.id::text FROM handle_claim h"
                     " JOIN tenant t ON t.id = h.tenant_id WHERE h.handle_key = %s ORDER BY h.claimed_at",
                     handle.lower())


def test_the_second_is_refused_and_the_operator_hears(house, tenant, other, handle):
    activate(tenant, record(tenant, handle))
    before = house.sql("SELECT count(*) AS n FROM channel")
    answer = record(other, f"https://twitter.com/{handle.upper()}", expect=409)
    refused(answer, 409, "already-exists")
    for secret in (tenant.id, tenant.mark, tenant.schools[0], tenant.admin.name + " "):
        assert secret not in answer.text
    assert house.sql("SELECT count(*) AS n FROM channel") == before
    assert [(c["tenant"], c["state"]) for c in claims(house, handle)] == [
        (tenant.id, "held"), (other.id, "open")]
    told = house.server.run("claims", "list").stdout
    assert re.search(rf"x {handle.lower()}\n  claimed by Tenant {other.mark} \(Ada Admin\), refused with 409\n"
                     rf"  held by Tenant {tenant.mark}\n", told), told
    assert asked(house, handle)["organisation"] == f"School 1 {tenant.mark}", "the first keeps it"
    assert "handle_claimed_elsewhere" not in tenant.admin.client.get(
        f"/v1/channels?handle={handle.lower()}", expect=200).text


def test_refused_in_every_way_in(house, tenant, other, handle):
    """By hand and by a change; the same Idempotency-Key again is judged anew."""
    record(tenant, handle)
    key = {"Idempotency-Key": handle}
    for _ in range(2):
        refused(other.admin.client.post("/v1/channels", {
            "platform": "x", "handle": handle, "reason": WHY}, headers=key),
            409, "already-exists")
    mine = record(other, handle + "m")
    path, version = mine.headers["location"], {"If-Match": mine.etag}
    refused(other.admin.client.patch(path, {"handle": handle}, headers=version), 409, "already-exists")
    kept = other.admin.client.get(path, expect=200)
    assert kept.json["handle"] == handle + "m" and kept.etag == mine.etag
    other.admin.client.patch(path, {"handle": handle, "declared": "not_ours"}, headers=version, expect=200)
    assert [c["state"] for c in claims(house, handle)] == ["held", "open"]


def test_refused_for_the_account_of_an_application(house, tenant, other, handle):
    record(tenant, handle)
    id = Plot(other, other.schools[0], f"claims{other.mark}").plant_application("approved")
    body = {"handle": handle, "url": "https://x.example/us", "account_created_on": day(0)}
    path = f"/v1/channel-applications/{id}"
    refused(other.admin.client.post(f"{path}/record-account", body), 409, "already-exists")
    row = other.admin.client.get(path, expect=200).json
    assert row["state"] == "approved" and row["channel_id"] is None
    assert [c["state"] for c in claims(house, handle)] == ["held", "open"]
    other.admin.client.post(f"{path}/record-account", {**body, "handle": handle + "m"}, expect=200)


def test_nothing_is_told_of_what_is_refused_anyway(house, tenant, other, handle):
    """A school that is not theirs, a version that has gone: no claim."""
    record(tenant, handle)
    other.admin.client.post("/v1/channels", {
        "school_id": tenant.schools[0], "platform": "x", "handle": handle, "reason": WHY}, expect=422)
    mine = record(other, handle + "m").headers["location"]
    other.admin.client.patch(mine, {"handle": handle}, headers={"If-Match": '"9.x"'}, expect=412)
    assert [c["state"] for c in claims(house, handle)] == ["held"]


def decide(house, handle, decision, expect=0):
    claim = [c["id"] for c in claims(house, handle) if c["state"] == "open"]
    return house.server.run("claims", "decide", claim[0] if claim else str(uuid.uuid4()), decision,
                            "The school's website links to it.", expect=expect)


def test_the_operator_gives_it_to_the_second(house, tenant, other, handle):
    activate(tenant, record(tenant, handle))
    record(other, handle, expect=409)
    assert f"belongs from now on to Tenant {other.mark}" in decide(house, handle, "grant").stdout
    assert asked(house, handle) == NOTHING
    activate(other, record(other, handle))
    assert asked(house, handle)["organisation"] == f"School 1 {other.mark}"
    flagged = tenant.admin.client.get("/v1/channels?flag=handle_claimed_elsewhere&limit=200",
                                      expect=200).json["data"]
    assert handle in {row["handle"] for row in flagged}
    decide(house, handle, "grant", expect=1)


def test_a_decision_can_be_turned_round(house, tenant, other, handle):
    activate(tenant, record(tenant, handle))
    record(other, handle, expect=409)
    told = decide(house, handle, "grant").stdout
    back = re.search(rf"Tenant {tenant.mark} has lost it; to turn this round decide claim (\S+)", told)[1]
    house.server.run("claims", "decide", back, "grant", "It was theirs.")
    assert asked(house, handle)["organisation"] == f"School 1 {tenant.mark}"
    assert sorted(c["state"] for c in claims(house, handle)) == ["held", "refused"]


def test_the_operator_refuses_and_it_stays_refused(house, tenant, other, handle):
    path = record(tenant, handle).headers["location"]
    record(other, handle, expect=409)
    assert "been told" in record(other, handle, expect=409).json["detail"]
    assert "is refused to" in decide(house, handle, "refuse").stdout
    assert "has decided" in record(other, handle, expect=409).json["detail"]
    assert [c["state"] for c in claims(house, handle)] == ["held", "refused"]
    tenant.slt.client.post(f"{path}/close", {"reason": "No longer used."}, expect=200)
    assert [c["state"] for c in claims(house, handle)] == ["ended", "refused"]
    assert "No claim" in decide(house, handle, "grant", expect=1).stderr


def test_what_is_let_go_is_free(house, tenant, other, handle):
    path = record(tenant, handle).headers["location"]
    tenant.slt.client.post(f"{path}/close", {"reason": "No longer used."}, expect=200)
    record(other, handle)
    record(tenant, handle, expect=409)


def test_a_change_of_handle_takes_the_new_and_frees_the_old(house, tenant, other, handle):
    answer = record(tenant, handle)
    tenant.admin.client.patch(answer.headers["location"], {"handle": handle + "n"},
                              headers={"If-Match": answer.etag}, expect=200)
    record(other, handle)
    record(other, handle + "n", expect=409)


def test_a_race_has_one_winner(house, tenant, other):
    """Both at the same moment, many times: one 201, one 409, and the row is the winner's."""
    for round in range(12):
        handle, gate, answers = f"r{uuid.uuid4().hex[:12]}", threading.Barrier(2), {}

        def run(side):
            client = house.server.client(lambda: house.token(side.admin.login))
            body = {"platform": "x", "handle": handle, "reason": WHY}
            gate.wait()
            answers[side.id] = client.post("/v1/channels", body).status
            client.close()

        for side in (tenant, other):
            house.token(side.admin.login)
        threads = [threading.Thread(target=run, args=(side,)) for side in (tenant, other)]
        [thread.start() for thread in threads]
        [thread.join() for thread in threads]
        assert sorted(answers.values()) == [201, 409]
        rows = house.sql("SELECT tenant_id::text AS id FROM channel WHERE handle = %s", handle)
        assert [row["id"] for row in rows] == [id for id, status in answers.items() if status == 201]
        assert sorted(c["state"] for c in claims(house, handle)) == ["held", "open"]


HEAD = "owner,owner_level,platform,handle,display_name,visibility,audience,master_admin,approved_posters\n"


def test_an_import_flags_and_never_drops(house, tenant, other, handle):
    activate(tenant, record(tenant, handle))
    path = house.secret_file("claimed.csv", HEAD + f"Somebody,school,Twitter,@{handle},,,,Head,Head\n")
    told = house.server.run("import", "register", path, "--tenant", other.id, "--as", other.admin.login)
    assert "1 added" in told.stdout and "handle_claimed_elsewhere" in told.stdout
    assert tenant.mark not in told.stdout
    row = other.admin.client.get("/v1/channels?flag=handle_claimed_elsewhere", expect=200).json["data"][0]
    assert row["handle"] == f"@{handle}" and "handle_claimed_elsewhere" in row["flags"]
    assert asked(house, handle)["organisation"] == f"School 1 {tenant.mark}"
    assert "in their register" in house.server.run("claims", "list").stdout
    etag = other.admin.client.get(f"/v1/channels/{row['id']}").etag
    other.admin.client.patch(f"/v1/channels/{row['id']}", {"audience": "Parents"},
                             headers={"If-Match": etag}, expect=200)
    decide(house, handle, "grant")
    assert asked(house, handle)["organisation"] == f"Tenant {other.mark}"
    row = other.admin.client.get(f"/v1/channels/{row['id']}", expect=200).json
    assert "handle_claimed_elsewhere" not in row["flags"]


def test_a_register_of_thousands_does_not_run_out_of_locks(house):
    """One lock a handle until the end of the transaction would be more than PostgreSQL has."""
    tenant = house.fresh_tenant()
    connection = psycopg2.connect(house.dsn)
    try:
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO channel (tenant_id, id, state, platform, handle, source)"
                           " SELECT %s, gen_random_uuid(), 'active', 'facebook', 'many' || n, 'register'"
                           "   FROM generate_series(1, 2000) n", (tenant.id,))
            cursor.execute("SELECT (SELECT count(*) FROM handle_claim WHERE tenant_id = %s),"
                           " count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()", (tenant.id,))
            claims, locks = cursor.fetchone()
            assert claims == 2000 and 500 < locks <= 1024
    finally:
        connection.close()


def test_what_the_public_hears_while_a_claim_waits(house, tenant, other, handle):
    """The first is the answer; the second is not listed, in use or not, until the operator decides."""
    path = record(tenant, handle).headers["location"]
    cells = house.secret_file("waits.csv", HEAD + f"Somebody,school,Twitter,@{handle},,,,Head,Head\n")
    house.server.run("import", "register", cells, "--tenant", other.id, "--as", other.admin.login)
    assert house.sql("SELECT state FROM channel WHERE tenant_id = %s", other.id) == [{"state": "active"}]
    assert asked(house, handle) == NOTHING, "the first is not in use yet: that makes it nobody else's"
    tenant.admin.client.post(f"{path}/activate", CHECKED, expect=200)
    assert asked(house, handle)["organisation"] == f"School 1 {tenant.mark}"
    tenant.slt.client.post(f"{path}/close", {"reason": "No longer used."}, expect=200)
    assert asked(house, handle) == NOTHING, "nobody inherits it unseen"
    decide(house, handle, "grant")
    assert asked(house, handle)["organisation"] == f"Tenant {other.mark}"


def test_who_holds_what_is_for_nobody_to_read(house):
    """The table is the definer's alone: no role that serves requests has any right to it."""
    rows = house.sql("SELECT DISTINCT grantee FROM information_schema.role_table_grants WHERE"
                     " table_name = 'handle_claim' AND grantee NOT IN ('chaperone_owner', 'chaperone_backup')")
    assert [row["grantee"] for row in rows] == ["chaperone_definer"]


def test_claims_command_says_how(house):
    for arguments in ([], ["decide", "x", "grant", "why"], ["decide", str(uuid.uuid4()), "maybe", "why"]):
        assert "claims decide" in house.server.run("claims", *arguments, expect=2).stderr
