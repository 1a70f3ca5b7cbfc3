"""Row security by itself, below HTTP: what the service's roles can do with bare SQL."""
import json
import re
import uuid
from contextlib import contextmanager

import psycopg2
import psycopg2.errors
import psycopg2.extras
import pytest

from reach import Plot, sql_row
from refusal import still

# Reference data, the same for everybody.
OPEN = {"platform", "setting_default", "setting_preset", "setting_preset_value",
        "register_import", "register_trust", "register_school", "register_membership",
        "register_link", "register_school_word", "register_trust_word", "channel_flag",
        "bank_holiday", "bank_holiday_source"}
REFUSED = (psycopg2.errors.InsufficientPrivilege, psycopg2.errors.ForeignKeyViolation)
# Their keys are made of the ids that are to be refused: the first of its kind has to go.
KEYED = "DELETE FROM appointment_school; DELETE FROM application_operator; DELETE FROM exclusion"
DATED = {"channel_grant", "membership", "person_relationship"}  # only their end changes
PLAIN = {"evidence": "t.kind = 'text'"}  # a file is its sender's, and shown once
CHANGED = {**dict.fromkeys(DATED, "until_on"), "message_handler": "ended_at",
           "moderation_appeal": "decided_at"}  # what may, where it is not the version
ALTERNATIVES = {  # of these columns only one is set
    "membership": {"post_id", "team_id"}, "monitor_duty": {"person_id", "post_id", "team_id"}, "channel_grant": {"person_id", "post_id", "team_id"}}
# Columns that name a row and have no foreign key, each with its reason.
COPIES = {
    ("appointment_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("membership_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("channel_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("message_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("moderation_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("clock_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("evidence_custody", "actor_id"): "who did it stays, whatever becomes of them",
    ("event", "actor_id"): "who did it stays, whatever becomes of them",
    ("event", "subject_id"): "of any kind",
    ("event", "clock_id"): "what happened stays, whatever becomes of the clock",
    ("notification", "subject_id"): "its event's",
    ("message_word", "school_id"): "a copy of its message's",
    ("clock", "place_id"): "its message's school, or the tenant",
    ("calendar_version", "place_id"): "a school, or the tenant",
    ("application_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("application_revision", "submitted_by"): "who did it stays, whatever becomes of them",
    ("mention_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("media_enquiry_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("setting_history", "actor_id"): "who did it stays, whatever becomes of them",
    ("invitation", "invited_by"): "null for the operator; who did it stays",
    ("person_gone", "person_id"): "deleted people are told of as well",
    ("session", "origin_id"): "the same person's identity may be another tenant's",
    ("exclusion", "subject_id"): "an application now, cases and complaints later",
    ("session", "origin_id"): "an identity's, of any tenant; the sign-in may be swept before",
    ("transfer", "move_id"): "ties the two sides, who do not see each other's rows",
    ("transfer", "from_trust_id"): "the public register's, which is no tenant's",
    ("transfer", "to_trust_id"): "the public register's, which is no tenant's",
    ("transfer", "import_id"): "the public register's, which is no tenant's",
    ("audit_event", "actor_id"): "the trail outlives what it speaks of",
    ("audit_event", "row_id"): "the trail outlives what it speaks of",
    ("audit_salt", "row_id"): "the trail outlives what it speaks of",
}


class Field:
    """Two tenants, planted alike, and an SLT of the first with a session."""

    def __init__(self, house):
        self.house = house
        self.mine, self.theirs = house.fresh_tenant(schools=2), house.fresh_tenant(schools=1)
        self.plot = Plot(self.mine, self.mine.schools[0], f"mine{self.mine.mark}")
        self.foreign = Plot(self.theirs, self.theirs.schools[0], f"theirs{self.theirs.mark}")
        self.other = Plot(self.mine, self.mine.schools[1], f"other{self.mine.mark}")
        self.slt = self.mine.person("Slt", "slt")
        self.nobody = self.mine.person("Nobody")
        self.head = self.mine.person("Head", "slt", [self.mine.schools[0]], ["head"])
        self.governor = self.mine.person("Governor", "governor", [self.mine.schools[0]])
        self.staff = self.mine.person("Staff", "staff", [self.mine.schools[0]])
        self.plot.plant_upload(self.slt.id)  # nobody sees those of others
        self.foreign.plant_moderation("taken", message_id=None)  # which no message hides

    def session(self, person):
        self.house.token(person.login)
        return self.house.sql("SELECT id, version FROM session WHERE person_id = %s"
                              " ORDER BY created_at DESC LIMIT 1", person.id)[0]


@pytest.fixture(scope="module")
def field(house):
    field = Field(house)
    still(house)  # whom the service tells of its rows has been told
    return field


@contextmanager
def acting(house, role="chaperone_app", session=None, first=None):
    """A transaction of this role that is never committed, entered when a session is given;
    first: what the superuser does in it beforehand."""
    connection = psycopg2.connect(house.dsn)
    try:
        with connection.cursor(cursor_factory=psycopg2.extras.RealDictCursor) as cursor:
            if first:
                cursor.execute(first)
            cursor.execute(f"SET ROLE {role}")
            if session:
                cursor.execute("SELECT entered FROM enter(%s, %s, 'test', false) AS entered WHERE entered",
                               (str(session["id"]), session["version"]))
                assert cursor.fetchone()["entered"]
            yield cursor
    finally:
        connection.close()


def tables(house, privilege, role="chaperone_app"):
    """Where the role holds the privilege, on the table or on a column of it."""
    return [row["name"] for row in house.sql(
        "SELECT relname AS name FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        f" AND relkind = 'r' AND (has_table_privilege('{role}', oid, '{privilege}')" +
        (f" OR has_any_column_privilege('{role}', oid, '{privilege}')"
         if privilege not in ("DELETE", "TRUNCATE") else "") + ") ORDER BY 1")]


def outcome(cursor, statement, *values):
    """Rows touched, or the error; the transaction goes on."""
    cursor.execute("SAVEPOINT before")
    try:
        cursor.execute(statement, values)
        return cursor.rowcount
    except psycopg2.Error as error:
        cursor.execute("ROLLBACK TO before")
        return error


def planted(house, table, tenant=None):
    """One row of the table, as it would be inserted; columns that make themselves left out."""
    made = {row["name"] for row in house.sql(
        "SELECT attname AS name FROM pg_attribute WHERE attrelid = %s::regclass"
        " AND (attgenerated <> '' OR attidentity <> '')", table)}
    where = f" AND t.tenant_id = '{tenant.id}'" if tenant else ""
    row = house.sql(f"SELECT to_jsonb(t) AS row FROM {table} t WHERE {PLAIN.get(table, 'true')}{where} LIMIT 1")[0]["row"]
    return {name: value for name, value in row.items() if name not in made}


def insert(cursor, table, row):
    columns = ", ".join(row)
    return outcome(cursor, f"INSERT INTO {table} ({columns}) SELECT {columns}"
                   f" FROM jsonb_populate_record(NULL::{table}, %s)", json.dumps(row))


@pytest.mark.parametrize("role", ["app", "gate", "worker", "operator"])
def test_no_context_no_rows(field, house, role):
    """Without enter() there is nothing to see, whichever role asks."""
    role = f"chaperone_{role}"
    readable = tables(house, "SELECT", role)
    assert readable or role != "chaperone_app"
    with acting(house, role) as cursor:
        for table in readable:
            cursor.execute(f"SELECT count(*) AS n FROM {table}")
            assert cursor.fetchone()["n"] == 0 or table in OPEN, table


def test_no_context_no_writing(field, house):
    inserted = tables(house, "INSERT")
    assert {"person", "appointment", "channel", "channel_application"} <= set(inserted)
    with acting(house) as cursor:
        for table in inserted:
            if house.sql(f"SELECT 1 FROM {table} LIMIT 1"):
                refused = insert(cursor, table, planted(house, table))
                assert isinstance(refused, psycopg2.errors.InsufficientPrivilege), (table, refused)
        for table in tables(house, "DELETE"):
            assert outcome(cursor, f"DELETE FROM {table}") == 0, table
        for table in tables(house, "UPDATE"):
            column = CHANGED.get(table, "version")
            assert outcome(cursor, f"UPDATE {table} SET {column} = {column}") == 0, table


def test_nothing_is_deleted_or_emptied(house):
    """An application's operators are replaced; everything else stays."""
    assert tables(house, "DELETE") == ["application_operator"]
    for role in ("app", "gate", "worker", "operator"):
        assert tables(house, "TRUNCATE", f"chaperone_{role}") == []


def test_session_opens_one_tenant(field, house):
    """With a context the caller's tenant is there, and not a row of another one."""
    with acting(house, session=field.session(field.slt)) as cursor:
        for table in set(tables(house, "SELECT")) - OPEN - {"idempotency"}:
            tenant = "id" if table == "tenant" else "tenant_id"
            cursor.execute(f"SELECT DISTINCT {tenant}::text AS tenant FROM {table}")
            assert {row["tenant"] for row in cursor} == {field.mine.id}, table


@pytest.mark.parametrize("who", ["head", "staff", "governor", "nobody"])
def test_session_opens_no_other_school(field, house, who):
    """Nor, in the same tenant, a row of a school where the caller holds nothing."""
    words = [f"%{word}%" for word in (field.other.mark, *field.other.ids.values())]
    with acting(house, session=field.session(getattr(field, who))) as cursor:
        for table in set(tables(house, "SELECT")) - OPEN - {"invitation"}:
            cursor.execute(f"SELECT t::text AS row FROM {table} t WHERE t::text LIKE ANY (%s)",
                           (words,))
            assert cursor.fetchall() == [], table


@pytest.mark.parametrize("change", ["revoked_at = now()", "version = version + 1",
                                    "expires_at = now()"])
def test_session_that_ended_opens_nothing(field, house, change):
    person = field.mine.person(f"Gone {uuid.uuid4().hex[:6]}", "slt")
    session = field.session(person)
    house.sql(f"UPDATE session SET {change} WHERE id = %s", session["id"])
    with acting(house) as cursor:
        cursor.execute("SELECT * FROM enter(%s, %s, '', false) AS entered WHERE entered",
                       (str(session["id"]), session["version"]))
        assert cursor.fetchall() == []
        cursor.execute("SELECT count(*) AS n FROM person")
        assert cursor.fetchone()["n"] == 0


def foreign_keys(house):
    """(table, columns, table it points to), where both belong to a tenant."""
    return [(r["source"], r["columns"], r["target"]) for r in house.sql("""
        SELECT c.conrelid::regclass::text AS source, c.confrelid::regclass::text AS target,
               (SELECT array_agg(a.attname::text ORDER BY k.place)
                  FROM unnest(c.conkey) WITH ORDINALITY k (attnum, place)
                  JOIN pg_attribute a ON a.attrelid = c.conrelid
                   AND a.attnum = k.attnum) AS columns
          FROM pg_constraint c
         WHERE c.contype = 'f' AND c.connamespace = 'public'::regnamespace
           AND c.confrelid <> 'session'::regclass -- of an identity, not of a tenant
           AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.confrelid
                        AND a.attname = 'tenant_id')""")]


def test_foreign_keys_carry_the_tenant(house):
    keys = foreign_keys(house)
    assert len(keys) > 30
    assert [key for key in keys if key[1][0] != "tenant_id"] == []
    keyed = {(source, column) for source, columns, _ in keys for column in columns}
    plain = house.sql("""
        SELECT c.relname AS name, a.attname AS column FROM pg_class c
          JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
         WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
           AND a.attname ~ '(_id|_by)$'
           AND a.attname NOT IN ('tenant_id', 'identity_id', 'trust_id')
           AND EXISTS (SELECT FROM pg_attribute t WHERE t.attrelid = c.oid
                        AND t.attname = 'tenant_id')""")
    loose = {(r["name"], r["column"]) for r in plain} - keyed
    assert loose == set(COPIES)


def event_made(house, row):
    """Another event of the row's tenant: each person is told of one once."""
    return sql_row(house, "event", tenant_id=row["tenant_id"], id=str(uuid.uuid4()), kind="made", subject_kind="message",
                   subject_id=row["subject_id"], told_at="2026-01-01")


def repointed(house, field, table, column, target):
    """A row of ours that names a row of the other tenant."""
    row = planted(house, table, field.mine)
    for name, value in row.items():
        if name in ("revision", "step", "edition"):
            row[name] = value + 1000  # what a unique constraint may count
    unique = {"id": str(uuid.uuid4()), "token_hash": f"\\x{uuid.uuid4().hex}",
              "email": None, "external_ref": None, "handle": None, "author_handle": None}
    if table == "watch_term":
        row["removed_at"] = "2026-01-01"
    if table == "event":
        row["kind"] = uuid.uuid4().hex  # a clock's time comes once
    if table == "notification" and column != "event_id":
        row["event_id"] = event_made(house, row)
    if table == "handle_claim":
        unique["handle_key"] = uuid.uuid4().hex
    row.update({name: value for name, value in unique.items() if name in row})
    if table == "person":
        row["identity_id"] = None
    if table == "clock":
        row.update(stopped_at="2026-01-01", stop="answered")  # one of a kind runs
    if table == "evidence" and column == "upload_id":
        row.update(kind="file", media_type="image/png", size=1, part_size=1, scan="clean")
    if table == "message_handler":
        row["ended_at"] = "2026-01-01"
    if table == "moderation_reason":
        row["house_rule"] = uuid.uuid4().hex
    if table == "moderation_action":
        row.update(waived_at="2026-01-01", waived_by=row["recorded_by"], waived_name="W", waive_reason="W")
    if column in ALTERNATIVES.get(table, ()):
        row.update(dict.fromkeys(ALTERNATIVES[table]))
    row[column] = planted(house, target, field.theirs)["id"]
    return row


def test_rows_of_another_tenant_cannot_be_named(field, house):
    """For the superuser, whom no policy holds, by the foreign key alone; and for the service."""
    writable, tried = tables(house, "INSERT"), 0
    for role, refusals in (("postgres", psycopg2.errors.ForeignKeyViolation),
                           ("chaperone_app", REFUSED)):
        with acting(house, role, field.session(field.slt), KEYED) as cursor:
            for table, columns, target in foreign_keys(house):
                if role != "postgres" and table not in writable:
                    continue
                row = repointed(house, field, table, columns[-1], target)
                refused = insert(cursor, table, row)
                assert isinstance(refused, refusals), (role, table, columns, refused)
                if role == "postgres":
                    assert re.search(r"foreign key", str(refused)), refused
                tried += 1
    assert tried > 50


def test_nothing_is_added_to_another_tenant(field, house):
    """A row of theirs under new ids, in the name of an SLT of ours who may add such rows at home."""
    who = re.compile(r"(_by|^actor_id|^decider_id|^identity_id)$")
    with acting(house, session=field.session(field.slt), first=KEYED) as cursor:
        for table in set(tables(house, "INSERT")) - OPEN - {"idempotency"}:
            row = {**repointed(house, field, table, "tenant_id", "school"), "tenant_id": field.theirs.id}
            row |= {name: field.slt.id for name, value in row.items() if value and who.search(name)}
            refused = insert(cursor, table, row)
            assert isinstance(refused, psycopg2.errors.InsufficientPrivilege), (table, refused)


def test_nobody_widens_their_own_appointment(field, house):
    """A place added to one's own appointment would open that school."""
    appointment = house.sql("SELECT id FROM appointment WHERE person_id = %s", field.staff.id)
    row = {"tenant_id": field.mine.id, "appointment_id": str(appointment[0]["id"]),
           "school_id": field.mine.schools[1], "person_id": field.staff.id}
    with acting(house, session=field.session(field.staff)) as cursor:
        refused = insert(cursor, "appointment_school", row)
        assert isinstance(refused, psycopg2.errors.InsufficientPrivilege), refused


@pytest.mark.parametrize("table", ["application_decision", "application_revision", "exclusion",
                                   "invitation"])
def test_nothing_is_added_to_what_is_out_of_sight(field, house, table):
    """A head's word, in their own name, on a row of a school that is not theirs."""
    subject = field.other.person if table == "invitation" else field.other.application
    other = house.sql(f"SELECT to_jsonb(t) AS row FROM {table} t WHERE t::text LIKE %s LIMIT 1",
                      f"%{subject}%")
    row = {**other[0]["row"], "id": str(uuid.uuid4()), "revision": 77}
    row.update(decider_id=field.head.id, submitted_by=field.head.id, invited_by=field.head.id,
               excluded_by=field.head.id,
               token_hash=f"\\x{uuid.uuid4().hex}")
    row = {name: value for name, value in row.items() if name in other[0]["row"]}
    with acting(house, session=field.session(field.head)) as cursor:
        refused = insert(cursor, table, row)
        assert isinstance(refused, psycopg2.errors.InsufficientPrivilege), refused
