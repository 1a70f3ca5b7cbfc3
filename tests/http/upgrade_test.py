"""An upgrade with data in it: a database of the days of migration 0004 is brought to the newest."""
import hashlib
import json
import time
import uuid

import psycopg2
import pytest

import audit_trail
from cluster import ROOT, connect, run_sql

OLD = ("0001_house", "0002_people", "0003_register", "0004_application")
MIGRATIONS = ROOT / "sql" / "migrations"
# Row security as `migrate` leaves it.
FORCE = """DO $$ DECLARE t regclass; BEGIN
	FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
		AND relrowsecurity LOOP EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', t); END LOOP;
END $$"""
RECORD = ("CREATE TABLE schema_migration (name text PRIMARY KEY, sha256 text NOT NULL,"
          " applied_at timestamptz NOT NULL DEFAULT now())")


class Old:
    """A database at migration 0004 with the data of then, and the service of now."""

    def __init__(self, house):
        self.house, self.database = house, f"upgrade_{uuid.uuid4().hex[:8]}"
        house.cluster.make_database(self.database)
        self.dsn = house.cluster.dsn(self.database, "postgres")
        owner = psycopg2.connect(house.cluster.dsn(self.database, "chaperone_owner"))
        with owner, owner.cursor() as cursor:
            cursor.execute(RECORD)
            for name in OLD:
                text = (MIGRATIONS / f"{name}.sql").read_bytes()
                cursor.execute(text.decode())
                cursor.execute("INSERT INTO schema_migration VALUES (%s, %s)",
                               (name, hashlib.sha256(text).hexdigest()))
            cursor.execute(FORCE)
        owner.close()
        self.fill()
        self.before = self.rows()
        self.server = house.make_server(CHAPERONE_DATABASE=house.cluster.dsn(self.database))
        self.said = self.server.run("migrate").stdout

    def fill(self):
        kept = self.house.sql("SELECT password_hash AS hash FROM identity WHERE login = %s",
                              self.house.any_login)[0]["hash"]
        connection = psycopg2.connect(self.dsn)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT set_config('demo.password_hash', %s, true)", (kept,))
            cursor.execute((ROOT / "tests/data/before_0005.sql").read_text(encoding="utf-8"))
            for key in self.house.sql("SELECT * FROM signing_key WHERE state = 'active'"):
                cursor.execute("INSERT INTO signing_key VALUES (%(id)s, 'active', %(sealed)s,"
                               " %(public_pem)s, now()), (gen_random_uuid(), 'retired', 'x',"
                               " %(public_pem)s, now() - interval '1 day')", key)
        with connection, connection.cursor() as cursor:
            cursor.execute("SELECT audit_seal()")
            # what was not sealed before the upgrade is sealed after it
            cursor.execute("UPDATE person SET job_title = 'Head' WHERE job_title LIKE 'Head%'")
        connection.close()

    def sql(self, text, *params):
        connection = connect(self.dsn)
        try:
            return run_sql(connection, text, params)
        finally:
            connection.close()

    def rows(self):
        """Every row of every table, as JSON."""
        return {table: [row["j"] for row in self.sql(f"SELECT to_jsonb(t) AS j FROM {table} t")]
                for table in (row["table_name"] for row in self.sql("SELECT table_name FROM table_rule"))}


@pytest.fixture(scope="module")
def old(house):
    old = Old(house)
    old.server.start()
    yield old
    if old.server.process.poll() is None:
        old.server.close()


@pytest.fixture(scope="module")
def as_(old):
    def client(login):
        answer = old.server.client().post("/v1/auth/sign-in", {
            "email": login, "password": old.house.password}, expect=200)
        return old.server.client(answer.json["access_token"])
    return client


# What a migration changes on purpose, and the service as it goes on; all else is as it was.
CHANGED = {"audit_horizon": {"sealed"}}
OURS = {"column_class", "setting_default"}  # the house's words, no tenant's rows


def test_every_row_is_kept(old):
    """In the columns that there still are, each value is the one of before."""
    after, lost = old.rows(), []
    for channel in old.before["channel"]:
        if channel["id"] in (demo_id(8, 15), demo_id(8, 16)):  # 0021: their handle was no handle
            channel.update(handle=None, version=2)
    for table, before in old.before.items():
        if table in OURS:
            continue
        left = before[0].keys() & after[table][0].keys() if before else set()
        columns = sorted(left - CHANGED.get(table, set()))
        there = {cells(row, columns) for row in after[table]}
        lost += [(table, cells(row, columns)) for row in before if cells(row, columns) not in there]
    assert not lost, f"{len(lost)}: {lost[:9]}"


def cells(row, columns):
    return json.dumps([row[column] for column in columns], sort_keys=True)


def test_the_house_is_sound(old):
    assert "migrated 0005" in old.said and "applied sql/functions" in old.said
    assert old.sql("SELECT house_faults() AS fault") == []
    assert old.server.run("migrate").stdout == "nothing to migrate\n"


def test_what_came_before_it_was_forbidden(old):
    """0019 forbade handles that are only a sign; 0021 takes them away from what was there."""
    told = old.sql("SELECT note FROM channel_history WHERE action = 'change' ORDER BY note")
    assert [row["note"] for row in told] == ['handle: " @ " says nothing', 'handle: "" says nothing']
    assert old.sql("SELECT handle FROM channel WHERE id = %s", demo_id(8, 14)) == [{"handle": "@"}]


def test_it_answers_with_what_was_there(old, as_):
    client = as_("ceo@moorland.example")
    for path in ("/v1/me", "/v1/me/work", "/v1/tenant", "/v1/people", "/v1/people?q=obrien",
                 "/v1/people?changed_since=0", "/v1/appointments", "/v1/channels", "/v1/posts",
                 "/v1/channels?q=hilltop", "/v1/channels?changed_since=0", "/v1/channels/quality",
                 "/v1/channel-applications", "/v1/assessments", "/v1/attestations", "/v1/settings",
                 "/v1/teams", "/v1/schools", "/v1/transfers", "/v1/channels/privacy-notice"):
        client.get(path, expect=200)
    for path, table in (("people", "person"), ("channels", "channel"),
                        ("channel-applications", "channel_application")):
        told = client.get(f"/v1/{path}", headers={"Accept": "application/x-ndjson"}, expect=200)
        ids = {json.loads(line)["id"] for line in told.text.splitlines()}
        there = {row["id"] for row in old.before[table] if row["tenant_id"].endswith("001")}
        blind = {row["subject_id"] for row in old.before["exclusion"]}
        assert there - blind <= ids, path
        for id in sorted(ids)[:40]:
            client.get(f"/v1/{path}/{id}", expect=200)


def test_life_goes_on(old, as_):
    """What is there is worked with: decided, ended, left."""
    head = as_("head@riverside.example")
    application = demo_id(30, 2)
    head.post(f"/v1/channel-applications/{application}/reject", {"reason": "Not yet."}, expect=200)
    hr = as_("hr@moorland.example")
    for person in (23, 22):  # whose channels have no handle that counts
        hr.post(f"/v1/people/{demo_id(3, person)}/leave", {"left_on": "2026-01-02"}, expect=200)
    hr.post("/v1/people", {"name": "Af Ter", "person_type": "employee"}, expect=201)
    as_("head@lantern.example").get("/v1/people", expect=200)


def demo_id(kind, number):
    return f"0192d3e0-{kind:04x}-7000-8000-{number:012}"


def test_the_trail_goes_on(old):
    end = time.monotonic() + 20
    while old.sql("SELECT count(*) AS n FROM audit_event WHERE xid >= (SELECT sealed FROM audit_horizon)")[0]["n"]:
        assert time.monotonic() < end
        time.sleep(0.1)
    assert audit_trail.faults(old.sql) == []
    assert "BROKEN" not in old.server.run("audit", "verify").stdout
    assert old.sql("SELECT count(*) AS n FROM audit_seal")[0]["n"] > len(old.before["audit_seal"])
