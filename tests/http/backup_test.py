"""Backup, restore into an empty cluster, and upgrade: each step of docs/operators.md, with the real programs."""
import base64
import json
import os
import subprocess
import time
import uuid

import psycopg2
import pytest

import audit_trail
from audit_test import sealed
from changes_test import PEOPLE, Poll, add
from cluster import ROOT, Cluster, connect, run_sql
from reach import Plot
from refusal import refused, still
from server import Server

BIN = "/usr/lib/postgresql/15/bin"


@pytest.fixture(scope="module")
def elsewhere():
    """A new, empty cluster: its transactions begin anew, as on another machine."""
    given = os.environ.pop("CHAPERONE_TEST_CLUSTER", None)
    try:
        cluster = Cluster()
    finally:
        if given:
            os.environ["CHAPERONE_TEST_CLUSTER"] = given
    yield cluster
    cluster.close()


@pytest.fixture(scope="module")
def tenant(house):
    tenant = house.fresh_tenant()
    tenant.slt = tenant.person("Sal Slt", "slt")
    tenant.plot = Plot(tenant, tenant.schools[0], f"canary{tenant.mark}")
    tenant.gone = add(house, tenant, "Gone", tenant.schools[0])
    house.sql("DELETE FROM person WHERE id = %s", tenant.gone)
    tenant.poll = Poll(house, tenant.slt.client)
    tenant.poll()
    sealed(house)
    return tenant


@pytest.fixture(scope="module")
def dump(house, tenant):
    """pg_dump as the backup role, which sees all rows and changes none."""
    path = os.path.join(house.folder, "chaperone.dump")
    still(house)
    postgres(house.cluster, "pg_dump", "--format=custom", "--file", path, "--dbname",
             house.cluster.dsn(house.database, "chaperone_backup"))
    return path


def postgres(cluster, program, *arguments):
    done = subprocess.run([f"{BIN}/{program}", *arguments], cwd="/", text=True, capture_output=True,
                          user=cluster.user, group=cluster.user, env={"PATH": "/usr/bin:/bin"},
                          timeout=300)
    assert done.returncode == 0, done.stderr
    return done


class Restored:
    def __init__(self, house, cluster, dump):
        self.database = f"restored_{uuid.uuid4().hex[:8]}"
        self.dsn = cluster.dsn(self.database, "postgres")
        cluster.make_database(self.database)
        postgres(cluster, "pg_restore", "--exit-on-error", "--single-transaction", "--dbname",
                 self.dsn, dump)
        settings = {name: value for name, value in house.server.settings.items()
                    if name not in ("CHAPERONE_PORT", "CHAPERONE_ISSUER")}
        self.server = Server(house.binary, house.folder, house.contract, {
            **settings, "CHAPERONE_DATABASE": cluster.dsn(self.database)}, cluster.user)

    def sql(self, text, *params):
        connection = connect(self.dsn)
        try:
            return run_sql(connection, text, params)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def restored(house, elsewhere, dump):
    return Restored(house, elsewhere, dump)


def counts(sql):
    return {row["table_name"]: sql(f"SELECT count(*) AS n FROM {row['table_name']}")[0]["n"]
            for row in sql("SELECT table_name FROM table_rule ORDER BY 1")}


MOVING = {"session", "audit_seal", "audit_event", "audit_head_sent", "refresh_token"}


def test_every_row_is_back(house, restored):
    here, there = counts(house.sql), counts(restored.sql)
    assert set(here) == set(there)
    assert {t: n for t, n in here.items() if t not in MOVING} == {
        t: n for t, n in there.items() if t not in MOVING}
    assert there["audit_event"] > 100 and there["person"] > 10


def test_the_backup_role_reads_and_no_more(house):
    connection = psycopg2.connect(house.cluster.dsn(house.database, "chaperone_backup"))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM person")
            assert cursor.fetchone()[0] > 0
        for statement in ("UPDATE person SET name = name", "DELETE FROM session",
                          "INSERT INTO audit_horizon VALUES (true, '1')", "TRUNCATE person",
                          "SELECT audit_seal()", "CREATE TABLE x (y int)"):
            with connection.cursor() as cursor, pytest.raises(
                    psycopg2.errors.InsufficientPrivilege):
                cursor.execute(statement)
            connection.rollback()
    finally:
        connection.close()


def will_not_serve(restored, word, **settings):
    done = subprocess.run([restored.server.binary, "serve"], cwd="/", text=True, capture_output=True,
                          user=restored.server.user, group=restored.server.user, timeout=60,
                          env={**restored.server.environment(), **settings})
    assert done.returncode == 1 and word in done.stderr.splitlines()[-1], done.stderr


def polled(restored, tenant, client):
    """changed_since after a restore: every row is told, and what changes then; old cursors are refused."""
    poll = Poll(restored, client)
    came, went = poll()
    assert set(came) == {str(row["id"]) for row in restored.sql(
        "SELECT id FROM person WHERE tenant_id = %s", tenant.id)} and tenant.gone in went
    for path, table in (("/v1/appointments", "appointment"), ("/v1/channels", "channel"),
                        ("/v1/channel-applications", "channel_application")):
        assert tenant.plot.ids[table] in Poll(restored, client, path)()[0]
    id = tenant.plot.ids["person"]
    restored.sql("UPDATE person SET job_title = 'x' WHERE id = %s", id)
    assert poll() == ([id], []) and poll() == ([], [])
    # also once the transactions of here have come as far as those of before
    parts = json.loads(base64.urlsafe_b64decode(tenant.poll.since + "=="))
    early = base64.urlsafe_b64encode(json.dumps([parts[0], "3", parts[2]]).encode()).decode()
    for old in (tenant.poll.since, early.rstrip("=")):
        refused(client.get(f"{PEOPLE}?changed_since={old}"), 400, "bad-query", ["changed_since"])


def test_the_way_back(house, tenant, restored):
    """The trail is intact, the service says what is missing, and then all goes on, the trail too."""
    verified = restored.server.run("audit", "verify").stdout
    assert "BROKEN" not in verified and tenant.id in verified
    horizon = restored.sql("SELECT sealed::text::bigint AS x FROM audit_horizon")[0]["x"]
    begins = restored.sql("SELECT pg_current_xact_id()::text::bigint AS x")[0]["x"]
    assert begins < horizon, "otherwise this proves nothing"
    will_not_serve(restored, "chaperone migrate")
    said = restored.server.run("migrate").stdout
    assert "audit trail goes on after a restore" in said and "changed_since goes on" in said
    assert restored.server.run("migrate").stdout == "nothing to migrate\n"
    will_not_serve(restored, "master key", CHAPERONE_MASTER_KEY=os.urandom(32).hex())
    server = restored.server
    server.start()
    try:
        answer = server.client().post("/v1/auth/sign-in", {
            "email": tenant.slt.login, "password": house.password}, expect=200)
        client = server.client(answer.json["access_token"])
        before = restored.sql("SELECT count(*) AS n FROM audit_seal WHERE tenant_id = %s",
                              tenant.id)[0]["n"]
        client.post("/v1/people", {"name": "After Restore", "person_type": "employee"}, expect=201)
        end = time.monotonic() + 30
        while restored.sql("SELECT count(*) AS n FROM audit_seal WHERE tenant_id = %s",
                           tenant.id)[0]["n"] == before:
            assert time.monotonic() < end, "what is written after a restore is sealed"
            time.sleep(0.2)
        found = client.get("/v1/audit/verification", expect=200).json
        assert found["intact"] and found["unsealed"] == 0
        assert audit_trail.faults(restored.sql) == []
        polled(restored, tenant, client)
        server.restart()  # and nothing is to be done a second time
    finally:
        server.close()
    assert "BROKEN" not in server.run("audit", "verify").stdout


def test_a_second_restore_goes_on_as_well(house, elsewhere, restored, dump):
    """Of a database that was itself restored: the numbers of its trail are still its own."""
    path = os.path.join(house.folder, "again.dump")
    postgres(elsewhere, "pg_dump", "--format=custom", "--file", path, "--dbname",
             elsewhere.dsn(restored.database, "chaperone_backup"))
    again = Restored(house, elsewhere, path)
    again.server.run("migrate")
    assert "BROKEN" not in again.server.run("audit", "verify").stdout
    assert again.sql("SELECT audit_behind() AS n")[0]["n"] == 0


def test_an_upgrade_is_a_migration(house, restored):
    """An older schema is refused with the word that helps; migrate runs what is missing, once."""
    name = "zz_" + uuid.uuid4().hex[:8]
    restored.sql("INSERT INTO schema_migration (name, sha256) VALUES (%s, 'x')", name)
    assert f"{name} is known to the database only" in restored.server.run("migrate").stdout
    restored.sql("DELETE FROM schema_migration WHERE name = %s", name)
    newest = restored.sql("SELECT max(name) AS name FROM schema_migration")[0]["name"]
    kept = restored.sql("DELETE FROM schema_migration WHERE name = %s RETURNING *", newest)[0]
    will_not_serve(restored, "chaperone migrate")
    restored.sql("INSERT INTO schema_migration VALUES (%s, %s, %s)", kept["name"], kept["sha256"],
                 kept["applied_at"])


def test_set_up_twice(house):
    """An upgrade begins with sql/setup, which may be run at any time."""
    for file in ("roles.sql", "database.sql"):
        with open(ROOT / "sql" / "setup" / file, encoding="utf-8") as text:
            subprocess.run([f"{BIN}/psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", house.dsn],
                           input=text.read(), text=True, check=True, user=house.cluster.user,
                           cwd="/", capture_output=True, env={"PATH": "/usr/bin:/bin"})
    assert house.sql("SELECT house_faults()") == []
