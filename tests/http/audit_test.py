"""The audit trail: sealed chains that show every change, and nothing personal in the open."""
import hashlib
import time
import uuid
from contextlib import contextmanager

import psycopg2
import psycopg2.extras
import pytest

from audit_trail import faults

PEOPLE = "/v1/people"


@pytest.fixture(scope="module")
def tenant(house):
    """Some traffic, all of it sealed."""
    tenant = house.fresh_tenant()
    slt = tenant.slt = tenant.person("Sal Slt", "slt")
    for n in range(5):
        made = slt.client.post(PEOPLE, {
            "name": f"Ava Audited {n}", "person_type": "employee", "job_title": f"Canary {n}",
            "email": f"ava{n}@{tenant.mark}.example"}, expect=201)
        slt.client.patch(made.headers["location"], {"job_title": f"Plumage {n}"}, expect=200,
                         headers={"If-Match": made.etag})
        granted = slt.client.post("/v1/appointments", {
            "person_id": made.json["id"], "role": "staff", "scope": "tenant",
            "reason": "Confidential canary"}, expect=201)
        slt.client.post(f"{granted.headers['location']}/end", {}, expect=200)
    sealed(house)
    return tenant


def sealed(house):
    """Waits until the sealer has linked all that has been committed by now."""
    newest = int(house.sql("SELECT pg_current_xact_id()::text AS x")[0]["x"])
    end = time.monotonic() + 30
    while time.monotonic() < end:
        if int(house.sql("SELECT sealed::text AS x FROM audit_horizon")[0]["x"]) > newest:
            return
        time.sleep(0.1)
    raise AssertionError("the trail is not sealed")


@contextmanager
def tampering(house):
    """A transaction as the superuser that is rolled back; yields sql(text, *params)."""
    connection = psycopg2.connect(house.dsn)
    psycopg2.extras.register_uuid(conn_or_curs=connection)

    def sql(text, *params):
        with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            cursor.execute(text, params or None)
            return [dict(row) for row in cursor.fetchall()] if cursor.description else []

    try:
        yield sql
    finally:
        connection.rollback()
        connection.close()


def events_of(sql, tenant):
    return sql("SELECT * FROM audit_event WHERE tenant_id = %s ORDER BY xid, id", tenant.id)


def test_the_chains_hold(house, tenant):
    assert faults(house.sql) == []
    seals = house.sql("SELECT * FROM audit_seal WHERE tenant_id = %s", tenant.id)
    assert sum(seal["events"] for seal in seals) == len(events_of(house.sql, tenant)) > 20


def test_what_one_call_writes_is_all_there(house, tenant):
    made = tenant.slt.client.post(PEOPLE, {"name": "Eva Event", "person_type": "employee"},
                                  headers={"X-Request-Id": f"event-{tenant.mark}"}, expect=201)
    events = house.sql("SELECT * FROM audit_event WHERE row_id = %s", made.json["id"])
    assert [(e["operation"], e["table_name"], str(e["actor_id"]), e["request"]) for e in events
            ] == [("insert", "person", tenant.slt.id, f"event-{tenant.mark}")]
    tenant.slt.client.patch(made.headers["location"], {"name": "Eva Other"}, expect=200,
                            headers={"If-Match": made.etag})
    update = house.sql("SELECT * FROM audit_event WHERE row_id = %s ORDER BY id",
                       made.json["id"])[-1]
    assert update["changed"] == ["name", "version"] and update["ordinary"] == {"version": 2}


EDITS = {
    "an edited value": "UPDATE audit_event SET ordinary = ordinary || '{\"left_on\": 1}'"
                       " WHERE id = %s",
    "another actor": "UPDATE audit_event SET actor_id = gen_random_uuid() WHERE id = %s",
    "no actor": "UPDATE audit_event SET actor_id = NULL WHERE id = %s",
    "another time": "UPDATE audit_event SET at = at - interval '1 microsecond' WHERE id = %s",
    "another request": "UPDATE audit_event SET request = 'other' WHERE id = %s",
    "another operation": "UPDATE audit_event SET operation = 'delete' WHERE id = %s",
    "another row": "UPDATE audit_event SET row_id = gen_random_uuid()::text WHERE id = %s",
    "another commitment": "UPDATE audit_event SET commitment = sha256('x') WHERE id = %s",
    "another digest": "UPDATE audit_event SET digest = sha256('x') WHERE id = %s",
    "another tenant": "UPDATE audit_event SET tenant_id = gen_random_uuid() WHERE id = %s",
    "a removed event": "DELETE FROM audit_event WHERE id = %s",
}


@pytest.mark.parametrize("edit", EDITS)
def test_tampering_shows(house, tenant, edit):
    with tampering(house) as sql:
        assert faults(sql) == []
        event = next(e for e in events_of(sql, tenant)[5:] if e["commitment"])
        sql(EDITS[edit], event["id"])
        assert faults(sql)


def test_a_careful_forger_is_seen_too(house, tenant):
    """Who edits an event and makes its digest good again still breaks the seal."""
    with tampering(house) as sql:
        event = events_of(sql, tenant)[5]
        sql("UPDATE audit_event SET actor_id = NULL WHERE id = %s", event["id"])
        sql("UPDATE audit_event e SET digest = sha256(audit_bytes(tenant_id::text,"
            " extract(epoch FROM at)::text, actor_id::text, request, operation, table_name,"
            " row_id, changed::text, ordinary::text, encode(commitment, 'hex'))) WHERE id = %s",
            event["id"])
        found = faults(sql)
        assert found and not any("edited" in fault for fault in found)


def test_reordering_shows(house, tenant):
    with tampering(house) as sql:
        first, second = events_of(sql, tenant)[3], events_of(sql, tenant)[-3]
        sql("UPDATE audit_event SET xid = %s::text::xid8 WHERE id = %s", second["xid"], first["id"])
        sql("UPDATE audit_event SET xid = %s::text::xid8 WHERE id = %s", first["xid"], second["id"])
        assert faults(sql)


def test_events_swapped_within_a_seal_show(house, tenant):
    with tampering(house) as sql:
        first, second = events_of(sql, tenant)[3:5]
        for event, other in ((first, second), (second, first)):
            sql("UPDATE audit_event SET (at, actor_id, request, operation, table_name, row_id,"
                " changed, ordinary, commitment, digest) = (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
                " WHERE id = %s", other["at"], other["actor_id"], other["request"],
                other["operation"], other["table_name"], other["row_id"], other["changed"],
                psycopg2.extras.Json(other["ordinary"]), other["commitment"], other["digest"],
                event["id"])
        assert faults(sql)


def test_a_removed_or_invented_seal_shows(house, tenant):
    with tampering(house) as sql:
        sql("DELETE FROM audit_seal WHERE tenant_id = %s AND seq = 1", tenant.id)
        assert faults(sql)
    with tampering(house) as sql:
        event = events_of(sql, tenant)[4]
        sql("INSERT INTO audit_event (tenant_id, xid, operation, table_name, row_id, changed,"
            " ordinary, digest) VALUES (%s, %s::text::xid8, 'insert', 'person', %s, '{}', '{}',"
            " sha256('x'))", tenant.id, event["xid"], str(uuid.uuid4()))
        assert faults(sql)


def test_nothing_personal_stands_in_the_open(house, tenant):
    leaks = house.sql(
        "SELECT DISTINCT e.table_name, k FROM audit_event e, jsonb_object_keys(e.ordinary) k"
        "  JOIN column_class c ON c.column_name = k"
        " WHERE c.table_name = e.table_name AND c.class <> 'ordinary'")
    assert leaks == []
    text = str(house.sql("SELECT ordinary, changed, row_id, request FROM audit_event"
                         " WHERE tenant_id = %s", tenant.id))
    for canary in ("Ava Audited", "Canary", "Plumage", tenant.mark + ".example", "Confidential"):
        assert canary not in text
    assert house.sql("SELECT count(*) AS n FROM person WHERE name LIKE 'Ava Audited%%'"
                     " AND tenant_id = %s", tenant.id)[0]["n"] == 5


def test_a_commitment_proves_a_value_until_its_salt_is_destroyed(house, tenant):
    person = house.sql("SELECT id::text, jsonb_build_object('name', name, 'email', email,"
                       " 'job_title', job_title, 'external_ref', external_ref)::text AS hidden FROM person"
                       " WHERE tenant_id = %s AND name = 'Ava Audited 3'", tenant.id)[0]
    with tampering(house) as sql:
        salt = bytes(sql("SELECT salt FROM audit_salt WHERE row_id = %s", person["id"])[0]["salt"])
        last = sql("SELECT commitment FROM audit_event WHERE row_id = %s ORDER BY id DESC",
                   person["id"])[0]
        assert len(salt) == 32
        assert hashlib.sha256(salt + person["hidden"].encode()).digest() == bytes(
            last["commitment"])
        sql("DELETE FROM audit_salt WHERE row_id = %s", person["id"])
        assert faults(sql) == [], "erasure and an intact chain are both true"


@pytest.mark.parametrize("statement", [
    "UPDATE audit_event SET actor_id = NULL", "DELETE FROM audit_event", "DELETE FROM audit_seal",
    "UPDATE audit_horizon SET sealed = '0'", "TRUNCATE audit_event",
    "INSERT INTO audit_event (operation, table_name, row_id, changed, ordinary, digest)"
    " VALUES ('insert', 'person', 'x', '{}', '{}', '')", "SELECT salt FROM audit_salt"])
@pytest.mark.parametrize("role", ["app", "gate", "worker", "operator"])
def test_no_role_of_the_service_can_touch_it(house, role, statement):
    connection = psycopg2.connect(house.cluster.dsn(house.database, f"chaperone_{role}"))
    try:
        with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
            cursor.execute(statement)
    finally:
        connection.close()
