"""`chaperone audit verify`, its endpoint and the heads that leave: what they find, another program
(audit_trail.py) finds as well."""
import base64
import json
import os
import time
import uuid
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (Encoding, PublicFormat,
                                                          load_pem_public_key)

import audit_trail
from audit_test import EDITS, sealed
from refusal import refused

PATH = "/v1/audit/verification"


@pytest.fixture(scope="module")
def heads(house):
    """The file of a second instance, which sends heads out every second."""
    path = os.path.join(house.folder, "heads.ndjson")
    with house.another(CHAPERONE_AUDIT_HEADS_FILE=path, CHAPERONE_AUDIT_HEADS_S="1"):
        yield path


@pytest.fixture(scope="module")
def tenant(house, heads):
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt")
    tenant.auditor = tenant.person("Aud Auditor", "staff", duties=["auditor"])
    for n in range(4):
        made = tenant.slt.client.post("/v1/people", {
            "name": f"Ava {n}", "person_type": "employee"}, expect=201)
        tenant.slt.client.patch(made.headers["location"], {"job_title": "Plumber"}, expect=200,
                                headers={"If-Match": made.etag})
        sealed(house)  # several seals
    await_head(house, heads, tenant)
    return tenant


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def await_head(house, path, tenant):
    """Until the newest seal has left."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        newest = house.sql("SELECT max(seq) AS seq FROM audit_seal WHERE tenant_id = %s",
                           tenant.id)[0]["seq"]
        if os.path.exists(path) and newest in [
                h["seq"] for h in lines(path) if h["tenant_id"] == tenant.id]:
            return
        time.sleep(0.2)
    raise AssertionError("the newest head did not leave")


def verify(house, *arguments, expect=0):
    return house.server.run("audit", "verify", *arguments, expect=expect).stdout


@contextmanager
def tampered(house, tenant):
    """Whatever is done to the tenant's trail inside is undone; nobody changes it meanwhile."""
    house.sql("CREATE SCHEMA kept")
    for table in ("audit_event", "audit_seal"):
        house.sql(f"CREATE TABLE kept.{table} AS SELECT * FROM {table} WHERE tenant_id = %s", tenant.id)
    try:
        yield
    finally:
        house.sql("DELETE FROM audit_event WHERE tenant_id = %s"
                  " OR id IN (SELECT id FROM kept.audit_event)", tenant.id)
        house.sql("DELETE FROM audit_seal WHERE tenant_id = %s", tenant.id)
        house.sql("INSERT INTO audit_event OVERRIDING SYSTEM VALUE SELECT * FROM kept.audit_event")
        house.sql("INSERT INTO audit_seal SELECT * FROM kept.audit_seal")
        house.sql("DROP SCHEMA kept CASCADE")
    assert "intact" in verify(house, "--tenant", tenant.id)


def seen(house, tenant):
    """The codes that the endpoint finds; the command and the other program must agree."""
    found = tenant.auditor.client.get(PATH, expect=200).json
    codes = {fault["code"] for fault in found["faults"]}
    told = verify(house, "--tenant", tenant.id, expect=3 if codes else 0)
    assert found["intact"] == (not codes) == (not audit_trail.faults(house.sql)) and (
        found["fault_count"] >= len(found["faults"]) > 0 or not codes)
    for fault in found["faults"]:
        assert fault["detail"] in told
    assert ("NOT intact" in told) == bool(codes)
    return codes


def test_an_intact_trail(house, tenant):
    for person in (tenant.slt, tenant.auditor):
        found = person.client.get(PATH, expect=200).json
        assert found["intact"] and found["faults"] == [] and found["seals"] >= 4
    state = house.sql("SELECT count(*) AS seals, sum(events) AS events, max(seq) AS seq FROM audit_seal"
                      " WHERE tenant_id = %s", tenant.id)[0]
    assert (found["seals"], found["events"], found["head"]["seq"]) == (
        state["seals"], state["events"], state["seq"])
    told = verify(house, "--tenant", tenant.id)
    assert f"{state['events']} events under {state['seals']} seals" in told and "intact" in told
    assert found["head"]["chain"] in told
    assert verify(house, "--tenant", f"Tenant {tenant.mark}") == told


def test_every_trail(house, tenant):
    told = verify(house)
    assert tenant.id in told and told.count("intact") == house.sql(
        "SELECT count(*) AS n FROM tenant")[0]["n"]


def test_whose_it_is(house, tenant):
    """A school's auditor does not see the tenant's chain; others may not ask at all."""
    school = tenant.person("Sch Auditor", "staff", tenant.schools[:1], ["auditor"])
    refused(school.client.get(PATH), 404, "not-found")
    refused(tenant.person("Sta Staff", "staff").client.get(PATH), 403, "forbidden")
    board = tenant.person("Gov Board", "governor"), tenant.person("Gov School", "governor", tenant.schools[:1])
    assert board[0].client.get(PATH, expect=200).json["events"] > 0
    refused(board[1].client.get(PATH), 404, "not-found")
    other = house.fresh_tenant()
    slt = other.person("Oth Other", "slt")
    sealed(house)
    assert slt.client.get(PATH, expect=200).json["tenant_id"] == other.id
    with tampered(house, tenant):
        house.sql("DELETE FROM audit_event WHERE tenant_id = %s", tenant.id)
        assert slt.client.get(PATH, expect=200).json["intact"]
        assert "intact" in verify(house, "--tenant", other.id)


def event(house, tenant):
    return house.sql("SELECT id, xid::text FROM audit_event WHERE tenant_id = %s AND commitment"
                     " IS NOT NULL ORDER BY xid, id OFFSET 5 LIMIT 1", tenant.id)[0]


@pytest.mark.parametrize("edit", EDITS)
def test_tampering_shows(house, tenant, edit):
    with tampered(house, tenant):
        house.sql(EDITS[edit], event(house, tenant)["id"])
        codes = seen(house, tenant)
        assert codes == ({"seal_count", "seal_broken"} if edit in (
            "a removed event", "another tenant") else {"event_edited", "seal_broken"} if
            edit == "another digest" else {"event_edited"})


MEDDLING = {
    "a seal removed in the middle": (
        "DELETE FROM audit_seal WHERE tenant_id = %s AND seq = 2",
        {"seal_missing", "seal_broken", "event_unsealed"}),
    "the first seal removed": (
        "DELETE FROM audit_seal WHERE tenant_id = %s AND seq = 1",
        {"seal_missing", "seal_broken", "event_unsealed"}),
    "the last seal removed": (
        "DELETE FROM audit_seal s WHERE tenant_id = %s AND seq = (SELECT max(seq) FROM audit_seal"
        " x WHERE x.tenant_id = s.tenant_id)", {"event_unsealed"}),
    "a seal's chain": (
        "UPDATE audit_seal SET chain = sha256('x') WHERE tenant_id = %s AND seq = 2", {"seal_broken"}),
    "a seal's count": (
        "UPDATE audit_seal SET events = events + 1 WHERE tenant_id = %s AND seq = 2", {"seal_count"}),
    "a seal that covers nothing": (
        "UPDATE audit_seal SET to_xid = from_xid WHERE tenant_id = %s AND seq = 2",
        {"seal_count", "seal_broken", "event_unsealed"}),
    "an invented event": (
        "INSERT INTO audit_event (tenant_id, xid, operation, table_name, row_id, changed, ordinary, digest)"
        " SELECT tenant_id, from_xid, 'insert', 'person', 'x', '{}', '{}', sha256('x') FROM audit_seal"
        " WHERE tenant_id = %s AND seq = 2", {"event_edited", "seal_count", "seal_broken"}),
    "all events gone": (
        "DELETE FROM audit_event WHERE tenant_id = %s", {"seal_count", "seal_broken"}),
}


@pytest.mark.parametrize("meddling", MEDDLING)
def test_seals_and_events_that_are_meddled_with(house, tenant, meddling):
    statement, expected = MEDDLING[meddling]
    with tampered(house, tenant):
        house.sql(statement, tenant.id)
        assert expected <= seen(house, tenant)


def test_reordering_shows(house, tenant):
    rows = house.sql("SELECT id, xid::text FROM audit_event WHERE tenant_id = %s ORDER BY xid, id",
                     tenant.id)
    with tampered(house, tenant):
        for row, other in ((rows[2], rows[-2]), (rows[-2], rows[2])):
            house.sql("UPDATE audit_event SET xid = %s::text::xid8 WHERE id = %s", other["xid"],
                      row["id"])
        assert "seal_broken" in seen(house, tenant)
    with tampered(house, tenant):  # the seals' own order
        house.sql("UPDATE audit_seal SET seq = -seq WHERE tenant_id = %s AND seq IN (2, 3)", tenant.id)
        house.sql("UPDATE audit_seal SET seq = 5 + seq WHERE tenant_id = %s AND seq < 0", tenant.id)
        assert "seal_broken" in seen(house, tenant)


def test_what_was_added_with_a_good_digest(house, tenant):
    """A forger who knows how a digest is made."""
    with tampered(house, tenant):
        house.sql("INSERT INTO audit_event (tenant_id, xid, operation, table_name, row_id, changed,"
                  " ordinary, digest) SELECT %s, '1', 'insert', 'person', 'x', '{}', '{}', sha256('x')",
                  tenant.id)
        house.sql("UPDATE audit_event SET digest = sha256(audit_bytes(tenant_id::text,"
                  " extract(epoch FROM at)::text, actor_id::text, request, operation, table_name,"
                  " row_id, changed::text, ordinary::text, NULL)) WHERE tenant_id = %s AND xid = '1'",
                  tenant.id)
        # the first seal there ever was reaches back to the beginning
        assert seen(house, tenant) in ({"event_unsealed"}, {"seal_count", "seal_broken"})


def rewrite(house, tenant, where):
    """A superuser takes events out and computes the rest of the chain anew."""
    house.sql(f"DELETE FROM audit_event WHERE tenant_id = %s AND {where}", tenant.id)
    house.sql("""DO $$ DECLARE s audit_seal; before bytea := ''; n bigint; digest bytea; BEGIN
        FOR s IN SELECT * FROM audit_seal WHERE tenant_id = '%s' ORDER BY seq LOOP
            SELECT count(*), sha256(coalesce(string_agg(e.digest, ''::bytea ORDER BY xid, id), '')) INTO n, digest
              FROM audit_event e WHERE e.tenant_id = s.tenant_id AND xid >= s.from_xid AND xid < s.to_xid;
            before := sha256(before || uuid_send(s.tenant_id) || int8send(s.seq) || int8send(n) || digest);
            UPDATE audit_seal SET events = n, chain = before WHERE tenant_id = s.tenant_id AND seq = s.seq;
        END LOOP; END $$""" % tenant.id)


def test_what_only_the_heads_outside_show(house, tenant, heads):
    whole = ("--tenant", tenant.id, "--heads", heads)
    assert "heads were compared" in verify(house, *whole)
    newest = house.sql("SELECT max(seq) AS seq, max(from_xid)::text AS xid FROM audit_seal WHERE tenant_id = %s",
                       tenant.id)[0]
    with tampered(house, tenant):  # cut off at the end
        house.sql("DELETE FROM audit_event WHERE tenant_id = %s AND xid >= %s::text::xid8", tenant.id,
                  newest["xid"])
        house.sql("DELETE FROM audit_seal WHERE tenant_id = %s AND seq = %s", tenant.id, newest["seq"])
        assert seen(house, tenant) == set(), "inside, nothing is wrong"
        told = verify(house, *whole, expect=3)
        assert "head_missing" in told and f"Seal {newest['seq']} left the database" in told
    with tampered(house, tenant):  # written anew from the first event on
        rewrite(house, tenant, f"id = {event(house, tenant)['id']}")
        assert seen(house, tenant) == set()
        assert "head_differs" in verify(house, *whole, expect=3)
    assert "head_" not in verify(house, *whole)


def test_a_head_can_be_checked_by_anybody(house, tenant, heads):
    pems = house.server.run("keys", "public").stdout
    kept = house.secret_file("public.pem", pems)
    assert "heads were compared" in verify(house, "--heads", heads, "--keys", kept)
    head = [h for h in lines(heads) if h["tenant_id"] == tenant.id][-1]
    text = "chaperone audit head\n{tenant_id}\n{seq}\n{chain}\n{time}\n".format(**head)
    signature = base64.urlsafe_b64decode(head["signature"] + "==")
    row = house.sql("SELECT public_pem FROM signing_key WHERE id = %s", head["kid"])[0]
    load_pem_public_key(row["public_pem"].encode()).verify(
        signature, text.encode(), ec.ECDSA(SHA256()))
    stored = house.sql("SELECT encode(chain, 'hex') AS chain FROM audit_seal WHERE tenant_id = %s"
                       " AND seq = %s", tenant.id, head["seq"])[0]
    assert stored["chain"] == head["chain"]


@pytest.mark.parametrize("forged", [
    {"seq": 1}, {"chain": "00" * 32}, {"time": "2020-01-01T00:00:00Z"},
    {"signature": "AAAA"}, {"signature": "not base64!"}])
def test_a_forged_head(house, tenant, heads, forged):
    head = [h for h in lines(heads) if h["tenant_id"] == tenant.id][-1]
    path = house.secret_file(f"forged-{uuid.uuid4().hex}", json.dumps({**head, **forged}) + "\n")
    assert "head_unsigned" in verify(house, "--heads", path, expect=3)
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    stranger = house.secret_file("stranger.pem", key.public_bytes(
        Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())
    assert "head_unsigned" in verify(house, "--heads", heads, "--keys", stranger, expect=3)


def test_heads_are_in_the_log_as_well(house, tenant, heads):
    server = next(s for s in house.servers if s.settings.get("CHAPERONE_AUDIT_HEADS_FILE") == heads)
    logged = [line for line in server.log_lines() if line.get("event") == "audit_head"]
    assert [h for h in lines(heads) if h in logged] == lines(heads)
    assert "heads were compared" in verify(house, "--heads", server.log_path, "--tenant", tenant.id)


def test_words_for_what_cannot_be_told(house, tenant):
    for arguments, word in ((["--tenant", "Nobody Knows"], "no tenant"),
                            (["--heads", "/nowhere"], "/nowhere"),
                            (["--heads", house.master_key], "no head")):
        done = house.server.run("audit", "verify", *arguments, expect=1)
        assert word in done.stderr
    for wrong in ([], ["verify", "--tenant"], ["prove"], ["verify", "--keys", "x"]):
        assert "chaperone audit verify" in house.server.run("audit", *wrong, expect=2).stderr


def test_a_long_trail_in_little_memory(house):
    """40,000 events in one transaction and 2,000 seals; the memory is that of one page."""
    tenant = house.fresh_tenant()
    house.sql("INSERT INTO person (tenant_id, id, name, person_type) SELECT %s, gen_random_uuid(),"
              " 'Long ' || n, 'employee' FROM generate_series(1, 40000) n", tenant.id)
    sealed(house)
    told = verify(house, "--tenant", tenant.id)
    assert "4000" in told and "intact" in told
